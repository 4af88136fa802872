with system_status as (
    select * from {{ ref('system_status') }}
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

accounts as (
    select
        source_system,
        count(*) as account_count,
        count(*) filter (where is_assessable) as good_accounts,
        min(account_id || ' - ' || message) filter (where not is_assessable) as example
    from {{ ref('account_status') }}
    group by source_system
),

-- An inbox folder is as good as the reading of the inbox. A folder named like a system that is switched off or not
-- configured stands in for that system.
folder_rows as (
    select
        source_name,
        'psa' as role
    from exported_lines
    union all
    select
        source_name,
        'vendor' as role
    from exported_quantities
),

folders as (
    select
        source_name as source_system,
        min(role) as role,
        count(*) as row_count
    from folder_rows
    group by source_name
),

folder_status as (
    select
        folders.source_system,
        folders.role,
        case
            when system_status.status = 'healthy' and accounts.good_accounts = 0 then 'partial'
            else system_status.status
        end as status,
        system_status.last_success_at,
        system_status.age_hours,
        system_status.limit_hours,
        folders.row_count,
        cast(null as bigint) as previous_row_count,
        cast(null as date) as read_after_on,
        system_status.failed_expectations,
        coalesce(
            system_status.message,
            case
                when accounts.good_accounts = 0
                    then
                        'none of ' || accounts.account_count || ' accounts has a count that is new enough, for example '
                        || accounts.example
            end
        ) as message
    from folders
    inner join system_status on system_status.source_system = 'exports'
    left join accounts on folders.source_system = accounts.source_system
    left join system_status as same_name on folders.source_system = same_name.source_system
    where not coalesce(same_name.is_enabled, false)
),

combined as (
    select * from folder_status
    union all by name
    select system_status.*
    from system_status
    left join folder_status on system_status.source_system = folder_status.source_system
    where folder_status.source_system is null
),

source_status as (
    select
        source_system,
        role,
        status,
        status in ('healthy', 'partial') as is_assessable,
        last_success_at,
        age_hours,
        limit_hours,
        coalesce(row_count, 0) as row_count,
        previous_row_count,
        read_after_on,
        cast(failed_expectations as integer) as failed_expectations,
        message
    from combined
)

select * from source_status
