with subscribed_skus as (
    select * from {{ ref('stg_microsoft_graph__subscribed_skus') }}
),

license_assignments as (
    select * from {{ ref('stg_microsoft_graph__license_assignments') }}
),

accounts as (
    select * from {{ ref('accounts_microsoft_graph') }}
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
        coalesce(subscribed_skus.enabled_units, 0) + coalesce(subscribed_skus.warning_units, 0) as quantity
    from subscribed_skus
    inner join accounts
        on subscribed_skus.account_id = accounts.account_id
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
        license_assignments.last_sign_in_at as last_active_at
    from license_assignments
    inner join accounts
        on license_assignments.account_id = accounts.account_id
),

quantities as (
    select * from graph_owned
    union all by name
    select * from graph_used
)

select * from quantities
