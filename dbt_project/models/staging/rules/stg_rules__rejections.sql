with source_rows as (
    select * from {{ source('rules', 'rejections') }}
),

renamed as (
    select
        rule_id,
        kind,
        trim(source_system) as source_system,
        case
            when kind = 'client'
                then {{ id_as_read('account', vendor_id('source_system', 'left_id'), 'trim(source_system)') }}
            else {{ id_as_read('vendor_product', vendor_id('source_system', 'left_id'), 'trim(source_system)') }}
        end as left_id,
        case
            when kind = 'client' then {{ id_as_read('client', 'trim(right_id)') }}
            else {{ id_as_read('product', 'trim(right_id)') }}
        end as right_id,
        rejected_by,
        rejected_at,
        reason
    from source_rows
)

select * from renamed
