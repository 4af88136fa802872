with subscribed_skus as (
    select * from {{ ref('stg_microsoft_graph__subscribed_skus') }}
),

license_assignments as (
    select * from {{ ref('stg_microsoft_graph__license_assignments') }}
),

subscriptions as (
    select * from {{ ref('stg_pax8__subscriptions') }}
),

charged_items as (
    select * from {{ ref('charged_items') }}
),

devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

vendor_accounts as (
    select * from {{ ref('vendor_accounts') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- Units in grace after expiry are still usable, so they are owned.
graph_owned as (
    select
        'owned' as side,
        'microsoft_graph' as source_system,
        'subscribed_skus' as source_table,
        subscribed_skus.account_id || ':' || subscribed_skus.vendor_product_id as source_record_id,
        subscribed_skus.account_id,
        subscribed_skus.vendor_product_id,
        coalesce(subscribed_skus.enabled_units, 0) + coalesce(subscribed_skus.warning_units, 0) as quantity,
        subscribed_skus.read_at
    from subscribed_skus
    inner join vendor_accounts
        on
            subscribed_skus.account_id = vendor_accounts.account_id
            and vendor_accounts.source_system = 'microsoft_graph'
),

graph_used as (
    select
        'used' as side,
        'microsoft_graph' as source_system,
        'license_assignments' as source_table,
        license_assignments.account_id || ':' || license_assignments.vendor_product_id as source_record_id,
        license_assignments.account_id,
        license_assignments.vendor_product_id,
        license_assignments.assigned_users as quantity,
        license_assignments.read_at
    from license_assignments
    inner join vendor_accounts
        on
            license_assignments.account_id = vendor_accounts.account_id
            and vendor_accounts.source_system = 'microsoft_graph'
),

pax8_owned as (
    select
        'owned' as side,
        'pax8' as source_system,
        'subscriptions' as source_table,
        subscriptions.subscription_id as source_record_id,
        subscriptions.account_id,
        subscriptions.vendor_product_id,
        subscriptions.quantity,
        subscriptions.partner_cost as unit_cost,
        subscriptions.currency,
        subscriptions.subscription_id,
        case
            when lower(subscriptions.status) in ('active', 'pendingcancel', 'activated', 'trial') then null
            else 'status ' || coalesce(subscriptions.status, 'missing')
        end as state_reason,
        case
            when subscriptions.start_date > run.cutoff_date
                then 'subscription starts on ' || strftime(subscriptions.start_date, '%Y-%m-%d')
            when subscriptions.end_date <= run.cutoff_date
                then 'subscription ended on ' || strftime(subscriptions.end_date, '%Y-%m-%d')
        end as date_reason,
        subscriptions.read_at
    from subscriptions
    cross join run
),

pax8_charged as (
    select
        'charged' as side,
        'pax8' as source_system,
        'invoice_items' as source_table,
        invoice_item_id as source_record_id,
        account_id,
        vendor_product_id,
        quantity,
        cost as unit_cost,
        currency,
        subscription_id,
        not_countable_reason as state_reason,
        read_at
    from charged_items
),

ninjaone_used as (
    select
        'used' as side,
        'ninjaone' as source_system,
        'devices' as source_table,
        device_id as source_record_id,
        account_id,
        vendor_product_id,
        1 as quantity,
        case
            when approval_status = 'APPROVED' then null
            when approval_status = 'DECOMMISSIONED' then 'retired'
            else 'approval status ' || approval_status
        end as state_reason,
        last_contact_at as last_seen_at,
        read_at
    from devices
),

exported as (
    select
        side,
        source_name as source_system,
        'vendor_quantities' as source_table,
        source_record_id,
        account_id,
        vendor_product_id,
        quantity,
        unit_cost,
        currency,
        case
            when side not in ('owned', 'used', 'charged') then 'side ' || side || ' is not known'
            when status in ('decommissioned', 'retired') then 'retired'
            when
                status in (
                    'cancelled', 'canceled', 'suspended', 'expired', 'deleted', 'terminated', 'inactive', 'disabled',
                    'lockedout', 'locked out', 'pending', 'staged', 'converted', 'pendingactivation',
                    'pending activation', 'pendingmanual', 'pendingautomated', 'waitingfordetails'
                )
                then 'status ' || status
        end as state_reason,
        read_at
    from exported_quantities
),

all_rows as (
    select * from graph_owned
    union all by name
    select * from graph_used
    union all by name
    select * from pax8_owned
    union all by name
    select * from pax8_charged
    union all by name
    select * from ninjaone_used
    union all by name
    select * from exported
),

judged as (
    select
        *,
        case
            when state_reason is not null then state_reason
            when date_reason is not null then date_reason
            when quantity is null then 'it carries no quantity'
            when account_id is null then 'it names no account'
            when vendor_product_id is null then 'it names no product'
        end as not_countable_reason
    from all_rows
)

select
    coalesce(side, 'owned') as side,
    source_system,
    source_table,
    source_record_id,
    account_id,
    vendor_product_id,
    cast(coalesce(quantity, 0) as decimal(18, 4)) as quantity,
    cast(unit_cost as decimal(18, 6)) as unit_cost,
    currency,
    not_countable_reason is null as is_countable,
    not_countable_reason,
    case
        when not_countable_reason = 'retired' then 'excluded'
        when not_countable_reason is not null then 'information_only'
    end as not_countable_disposition,
    last_seen_at,
    subscription_id,
    read_at as captured_at
from judged
