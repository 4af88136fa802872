with tenants as (
    select * from {{ ref('stg_microsoft_graph__tenants') }}
),

reads as (
    select * from {{ ref('stg_control__reads') }}
),

current_reads as (
    select * from {{ ref('current_reads') }}
),

pax8_companies as (
    select * from {{ ref('stg_pax8__companies') }}
),

pax8_subscriptions as (
    select * from {{ ref('stg_pax8__subscriptions') }}
),

pax8_invoice_items as (
    select * from {{ ref('stg_pax8__invoice_items') }}
),

organizations as (
    select * from {{ ref('stg_ninjaone__organizations') }}
),

devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

-- Tenants that the list names, plus those read beside it in the same run (the MSP's own tenant is in no list). A tenant
-- that is in neither has left; what was once read of it counts no more.
graph_accounts as (
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
),

-- Rows can name a customer that the list of customers leaves out: it needs a client all the same.
pax8_unlisted as (
    select account_id, cast(null as varchar) as account_name from pax8_subscriptions
    union all
    select account_id, account_name from pax8_invoice_items
),

pax8_accounts as (
    select
        'pax8' as source_system,
        account_id,
        account_name,
        domain,
        external_id,
        coalesce(lower(status), 'active') = 'active' as is_active
    from pax8_companies
    union all by name
    select
        'pax8' as source_system,
        pax8_unlisted.account_id,
        min(pax8_unlisted.account_name) as account_name,
        false as is_active
    from pax8_unlisted
    left join pax8_companies on pax8_unlisted.account_id = pax8_companies.account_id
    where pax8_unlisted.account_id is not null and pax8_companies.account_id is null
    group by pax8_unlisted.account_id
),

ninjaone_accounts as (
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
),

exported_accounts as (
    select
        source_name as source_system,
        account_id,
        arg_min(account_name, source_record_id) as account_name,
        arg_min(domain, source_record_id) as domain,
        true as is_active
    from exported_quantities
    where account_id is not null
    group by source_name, account_id
),

all_accounts as (
    select * from graph_accounts
    union all by name
    select * from pax8_accounts
    union all by name
    select * from ninjaone_accounts
    union all by name
    select * from exported_accounts
)

select
    source_system,
    account_id,
    coalesce(account_name, account_id) as account_name,
    domain,
    external_id,
    tenant_id,
    is_active
from all_accounts
