with exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

accounts as (
    select
        source_name as source_system,
        account_id,
        arg_min(account_name, source_record_id) as account_name,
        arg_min(domain, source_record_id) as domain,
        true as is_active
    from exported_quantities
    where account_id is not null
    group by source_name, account_id
)

select * from accounts
