with source_rows as (
    select * from {{ source('rules', 'exclusions') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        trim(source_system) as source_system,
        -- A rule for any system means the name in files, and the id as it is written everywhere else.
        unnest(list_distinct([
            {{ id_as_read('vendor_product', vendor_id('source_system', 'vendor_product_id'), 'trim(source_system)') }},
            case
                when trim(source_system) = '*' then {{ vendor_id('source_system', 'vendor_product_id') }}
            end
        ])) as vendor_product_id,
        {{ vendor_id('source_system', 'source_record_id') }} as source_record_id,
        reason,
        owner,
        review_date,
        valid_from,
        valid_to
    from source_rows
)

select * from renamed
