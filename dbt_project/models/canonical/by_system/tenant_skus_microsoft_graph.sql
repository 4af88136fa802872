{{ config(materialized='table') }}
{% set remedy = "compare it with Billing > Licenses in the tenant''s admin center" %}

with subscribed_skus as (
    select * from {{ ref('stg_microsoft_graph__subscribed_skus') }}
),

held as (
    select
        account_id,
        vendor_product_id,
        count(distinct user_id) as holder_count
    from {{ ref('stg_microsoft_graph__license_assignments') }}
    group by account_id, vendor_product_id
),

subscribed as (
    select
        account_id,
        vendor_product_id,
        coalesce(sum(total_licenses) filter (where lower(status) = 'enabled'), 0) as enabled_units,
        coalesce(sum(total_licenses) filter (where lower(status) = 'warning'), 0) as warning_units,
        coalesce(sum(total_licenses) filter (where is_trial), 0) as trial_units,
        count(*) filter (where total_licenses is null) as without_units
    from {{ ref('stg_microsoft_graph__directory_subscriptions') }}
    where lower(status) in ('enabled', 'warning')
    group by account_id, vendor_product_id
),

-- Which run each list of a tenant was last read in: two lists of different days say nothing about each other.
reads as (
    select
        account_id,
        max(run_id) filter (where table_name = 'subscribed_skus') as sku_run,
        max(run_id) filter (where table_name = 'license_assignments') as user_run,
        max(run_id) filter (where table_name = 'directory_subscriptions') as subscription_run
    from {{ ref('current_reads') }}
    where source_system = 'microsoft_graph' and account_id is not null and is_newest
    group by account_id
),

named as (
    select
        account_id,
        vendor_product_id
    from subscribed_skus
    union
    select
        account_id,
        vendor_product_id
    from held
    union
    select
        account_id,
        vendor_product_id
    from subscribed
    where enabled_units + warning_units > 0
),

joined as (
    select
        named.account_id,
        named.vendor_product_id,
        subscribed_skus.account_id is not null as is_listed,
        coalesce(subscribed_skus.sku_part_number, named.vendor_product_id) || ' of tenant ' || named.account_id as sku,
        subscribed_skus.capability_status,
        subscribed_skus.enabled_units,
        coalesce(subscribed_skus.warning_units, 0) as warning_units,
        -- A SKU of the whole company consumes a unit that no user holds.
        case
            when lower(coalesce(subscribed_skus.applies_to, 'user')) != 'company' then subscribed_skus.consumed_units
        end as consumed_units,
        coalesce(held.holder_count, 0) as holder_count,
        coalesce(subscribed.trial_units, 0) as trial_units,
        subscribed.account_id is not null as has_subscriptions,
        coalesce(subscribed.enabled_units, 0) as subscribed_enabled,
        coalesce(subscribed.warning_units, 0) as subscribed_warning,
        coalesce(
            subscribed.without_units = 0
            and subscribed.enabled_units = subscribed_skus.enabled_units
            and subscribed.warning_units = coalesce(subscribed_skus.warning_units, 0),
            false
        ) as is_by_subscription,
        coalesce(reads.sku_run = reads.user_run, false) as knows_holders,
        coalesce(reads.sku_run = reads.subscription_run, false) as knows_subscriptions,
        'status ' || subscribed_skus.capability_status || ' is not known' as unknown_status
    from named
    left join subscribed_skus
        on
            named.account_id = subscribed_skus.account_id
            and named.vendor_product_id = subscribed_skus.vendor_product_id
    left join held
        on named.account_id = held.account_id and named.vendor_product_id = held.vendor_product_id
    left join subscribed
        on named.account_id = subscribed.account_id and named.vendor_product_id = subscribed.vendor_product_id
    left join reads on named.account_id = reads.account_id
),

judged as (
    select
        *,
        is_by_subscription and trial_units > 0 and trial_units = enabled_units + warning_units as is_trial,
        case
            when
                lower(capability_status) not in ('enabled', 'warning', 'suspended', 'deleted', 'lockedout')
                then unknown_status
        end as status_fault
    from joined
),

faulty as (
    select
        account_id,
        vendor_product_id,
        is_by_subscription,
        is_trial,
        case
            when not is_listed and holder_count > 0 and knows_holders
                then sku || ': users hold it, and the tenant''s list of SKUs lacks it'
            when not is_listed and has_subscriptions and knows_subscriptions
                then sku || ': a subscription is there, and the tenant''s list of SKUs lacks it'
            when not is_listed then null
            when status_fault is not null then sku || ': ' || status_fault
            when enabled_units is null then sku || ': it states no units'
            when enabled_units < 0 or warning_units < 0
                then sku || ': it states ' || enabled_units || ' units and ' || warning_units || ' in grace'
            when enabled_units + warning_units > 10000000
                then sku || ': ' || (enabled_units + warning_units) || ' units cannot be right'
            when has_subscriptions and knows_subscriptions and not is_by_subscription
                then
                    sku || ': ' || enabled_units || ' units and ' || warning_units
                    || ' in grace, but its subscriptions add up to ' || subscribed_enabled || ' and '
                    || subscribed_warning
        end as owned_fault,
        case
            when not is_listed and holder_count > 0 and knows_holders
                then sku || ': users hold it, and the tenant''s list of SKUs lacks it'
            when not is_listed then null
            when status_fault is not null then sku || ': ' || status_fault
            when knows_holders and consumed_units != holder_count
                then
                    sku || ': ' || consumed_units || ' are consumed, but the list of users shows ' || holder_count
                    || ' holders'
            -- The paid seats are taken first; beyond them nobody says who sits on a trial.
            when
                is_by_subscription and not is_trial and trial_units > 0
                and holder_count > enabled_units + warning_units - trial_units
                then
                    sku || ': ' || holder_count || ' hold it, ' || trial_units || ' of its '
                    || (enabled_units + warning_units) || ' units are a trial, and nobody says who sits on one'
        end as used_fault
    from judged
)

select
    account_id,
    vendor_product_id,
    is_by_subscription and owned_fault is null as is_by_subscription,
    is_trial,
    owned_fault || '; {{ remedy }}' as owned_fault,
    used_fault || '; {{ remedy }}' as used_fault
from faulty
