with subscribed_skus as (
    select * from {{ ref('stg_microsoft_graph__subscribed_skus') }}
),

subscriptions as (
    select * from {{ ref('stg_microsoft_graph__directory_subscriptions') }}
),

license_assignments as (
    select * from {{ ref('stg_microsoft_graph__license_assignments') }}
),

tenant_skus as (
    select * from {{ ref('tenant_skus_microsoft_graph') }}
),

accounts as (
    select * from {{ ref('accounts_microsoft_graph') }}
),

-- Units in grace after expiry are still usable, so they are owned. Where the subscriptions below a SKU add up to its
-- units, they are counted one by one and the SKU only shows their sum.
graph_owned as (
    select
        'owned' as side,
        'microsoft_graph' as source_system,
        'subscribed_skus' as source_table,
        subscribed_skus.account_id || ':' || subscribed_skus.vendor_product_id as source_record_id,
        subscribed_skus.account_id,
        subscribed_skus.vendor_product_id,
        coalesce(subscribed_skus.enabled_units, 0) + coalesce(subscribed_skus.warning_units, 0) as quantity,
        case
            when tenant_skus.is_by_subscription then 'its units are counted by its subscriptions'
            else tenant_skus.owned_fault
        end as state_reason
    from subscribed_skus
    left join tenant_skus
        on
            subscribed_skus.account_id = tenant_skus.account_id
            and subscribed_skus.vendor_product_id = tenant_skus.vendor_product_id
),

-- A rule may name one by its own id, by the id of the commerce system, or with its whole SKU.
graph_subscribed as (
    select
        'owned' as side,
        'microsoft_graph' as source_system,
        'directory_subscriptions' as source_table,
        subscriptions.account_id || ':' || subscriptions.directory_subscription_id as source_record_id,
        subscriptions.account_id,
        subscriptions.vendor_product_id,
        subscriptions.total_licenses as quantity,
        subscriptions.is_trial,
        [
            subscriptions.directory_subscription_id,
            subscriptions.commerce_subscription_id,
            subscriptions.account_id || ':' || subscriptions.vendor_product_id
        ] as other_ids,
        case
            when coalesce(lower(subscriptions.status), '') not in ('enabled', 'warning')
                then 'status ' || coalesce(subscriptions.status, 'missing')
            when not coalesce(tenant_skus.is_by_subscription, false)
                then 'counted with its SKU, to whose units the subscriptions do not add up'
        end as state_reason
    from subscriptions
    left join tenant_skus
        on
            subscriptions.account_id = tenant_skus.account_id
            and subscriptions.vendor_product_id = tenant_skus.vendor_product_id
),

-- One licence held by one user: who holds it decides whether it counts, and for whom where clients share a tenant.
graph_used as (
    select
        'used' as side,
        'microsoft_graph' as source_system,
        'license_assignments' as source_table,
        license_assignments.account_id || ':' || license_assignments.vendor_product_id || ':'
        || license_assignments.user_id as source_record_id,
        license_assignments.account_id,
        license_assignments.vendor_product_id,
        1 as quantity,
        license_assignments.user_id as holder_id,
        license_assignments.user_name as holder_name,
        license_assignments.is_disabled as holder_is_disabled,
        license_assignments.is_guest as holder_is_guest,
        license_assignments.office,
        license_assignments.department,
        license_assignments.company,
        license_assignments.last_sign_in_at as last_active_at,
        tenant_skus.is_trial
    from license_assignments
    left join tenant_skus
        on
            license_assignments.account_id = tenant_skus.account_id
            and license_assignments.vendor_product_id = tenant_skus.vendor_product_id
),

quantities as (
    select * from graph_owned
    union all by name
    select * from graph_subscribed
    union all by name
    select * from graph_used
)

-- What was read of a tenant before it went counts no more.
select
    quantities.* exclude (state_reason),
    case when accounts.is_active then quantities.state_reason else 'its account no longer exists' end as state_reason
from quantities
inner join accounts on quantities.account_id = accounts.account_id
