with current_rows as (
    {{ snapshot_rows('exports', 'vendor_quantities', ['source_name', 'file_hash', 'sheet_name', 'row_number'],
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
        {{ clean('record_id') }} as record_id,
        coalesce({{ clean('account_id') }}, {{ name_as_id('account_name') }}) as account_id,
        {{ clean('account_name') }} as account_name,
        {{ domain_of('account_domain') }} as domain,
        coalesce({{ clean('product_code') }}, {{ name_as_id('product_name') }}) as vendor_product_id,
        {{ clean('product_code') }} as product_code,
        {{ clean('product_name') }} as product_name,
        lower(trim(side)) as side,
        quantity,
        -- A cost of a year is charged by the month here.
        cast(unit_cost / coalesce(price_months, 1) as decimal(18, 6)) as unit_cost,
        upper({{ clean('currency') }}) as currency,
        {{ fold('status') }} as status,
        {{ clean('not_counted') }} as not_counted,
        {{ clean('fault') }} as fault,
        counted_on,
        effective_date,
        cancelled_date,
        end_date,
        charged_from,
        charged_to,
        coalesce(is_part_charge, false) as is_part_charge,
        coalesce(names_every_account, false) as names_every_account,
        read_at
    from current_rows
)

select * from renamed
