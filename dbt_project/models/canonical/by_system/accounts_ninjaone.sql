with organizations as (
    select * from {{ ref('stg_ninjaone__organizations') }}
),

devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

accounts as (
    select
        'ninjaone' as source_system,
        account_id,
        account_name,
        true as is_active
    from organizations
    union all by name
    select distinct
        'ninjaone' as source_system,
        devices.account_id,
        false as is_active
    from devices
    left join organizations on devices.account_id = organizations.account_id
    where devices.account_id is not null and organizations.account_id is null
)

select * from accounts
