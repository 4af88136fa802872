with current_rows as (
    {{ snapshot_rows('exports', 'billing_lines', ['source_name', 'file_hash', 'sheet_name', 'row_number']) }}
),

renamed as (
    select
        trim(source_name) as source_name,
        left(file_hash, 12) || ':' || coalesce(sheet_name, '') || ':' || cast(row_number as varchar)
            as source_record_id,
        file_name,
        file_hash,
        sheet_name,
        row_number,
        {{ clean('line_id') }} as line_id,
        {{ clean('client_id') }} as source_client_id,
        {{ clean('client_name') }} as client_name,
        {{ domain_of('client_domain') }} as domain,
        {{ clean('agreement_id') }} as source_agreement_id,
        {{ clean('agreement_name') }} as agreement_name,
        {{ clean('product_code') }} as product_code,
        {{ clean('product_name') }} as product_name,
        quantity,
        included_quantity,
        unit_price,
        unit_cost,
        upper({{ clean('currency') }}) as currency,
        {{ clean('bill_mode') }} as raw_bill_mode,
        {{ bill_mode_of('bill_mode') }} as bill_mode,
        {{ clean('billing_cycle') }} as billing_cycle,
        effective_date,
        cancelled_date,
        trim(source_name) || ':' || coalesce({{ clean('client_id') }}, {{ fold('client_name') }}) as client_id,
        trim(source_name) || ':' || coalesce({{ clean('agreement_id') }}, {{ fold('agreement_name') }}) as agreement_id,
        trim(source_name) || ':' || coalesce({{ clean('product_code') }}, {{ fold('product_name') }}) as product_id,
        read_at
    from current_rows
)

select * from renamed
