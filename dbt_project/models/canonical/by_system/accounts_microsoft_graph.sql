with tenants as (
    select * from {{ ref('stg_microsoft_graph__tenants') }}
),

reads as (
    select * from {{ ref('stg_control__reads') }}
),

current_reads as (
    select * from {{ ref('current_reads') }}
),

accounts_gone as (
    select * from {{ ref('accounts_gone') }}
),

-- Tenants that the list names, plus those read beside it in the same run (the MSP's own tenant is in no list). A tenant
-- that is in neither has left; what was once read of it counts no more.
accounts as (
    select
        'microsoft_graph' as source_system,
        account_id,
        account_name,
        domain,
        cast(null as varchar) as external_id,
        account_id as tenant_id,
        true as is_active
    from tenants
    union all by name
    select distinct
        'microsoft_graph' as source_system,
        reads.account_id,
        reads.account_id as tenant_id,
        true as is_active
    from reads
    inner join current_reads
        on
            reads.run_id = current_reads.run_id
            and current_reads.source_system = 'microsoft_graph'
            and current_reads.table_name = 'tenants'
            and current_reads.is_newest
    left join tenants on reads.account_id = tenants.account_id
    where reads.source_system = 'microsoft_graph' and reads.account_id is not null and tenants.account_id is null
)

select
    accounts.* exclude (is_active),
    accounts_gone.account_id is null as is_active
from accounts
left join accounts_gone
    on accounts.source_system = accounts_gone.source_system and accounts.account_id = accounts_gone.account_id
