with current_rows as (
    {{ snapshot_rows('exports', 'billing_lines', ['source_name', 'file_hash', 'sheet_name', 'row_number'],
        account_column='source_name') }}
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
        -- First and last day that the row bills: of the line itself, and of the month that a row of one month bills.
        greatest(effective_date, cast(date_trunc('month', billed_month) as date)) as effective_date,
        least(
            {{ first_day_not_billed('exports', 'cancelled_date') }},
            cast(end_date + interval 1 day as date),
            cast(date_trunc('month', billed_month) + interval 1 month as date)
        ) as first_day_not_billed,
        cast(date_trunc('month', billed_month) as date) as billed_month,
        {{ clean('status') }} as status,
        {{ clean('not_counted') }} as not_counted,
        {{ clean('fault') }} as fault,
        trim(source_name) || ':' || coalesce({{ clean('client_id') }}, {{ name_as_id('client_name') }}) as client_id,
        trim(source_name) || ':'
        || coalesce({{ clean('agreement_id') }}, {{ name_as_id('agreement_name') }}) as agreement_id,
        trim(source_name) || ':'
        || coalesce({{ clean('product_code') }}, {{ name_as_id('product_name') }}) as product_id,
        read_at
    from current_rows
)

select * from renamed
