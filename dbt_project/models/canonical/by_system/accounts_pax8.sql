with pax8_companies as (
    select * from {{ ref('stg_pax8__companies') }}
),

pax8_subscriptions as (
    select * from {{ ref('stg_pax8__subscriptions') }}
),

pax8_invoice_items as (
    select * from {{ ref('charged_items') }}
),

-- Rows can name a customer that the list of customers leaves out: it needs a client all the same.
pax8_unlisted as (
    select
        account_id,
        cast(null as varchar) as account_name
    from pax8_subscriptions
    union all
    select
        account_id,
        account_name
    from pax8_invoice_items
),

accounts as (
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
)

select * from accounts
