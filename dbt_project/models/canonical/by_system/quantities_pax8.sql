with subscriptions as (
    select * from {{ ref('stg_pax8__subscriptions') }}
),

charged_items as (
    select * from {{ ref('charged_items') }}
),

products as (
    select * from {{ ref('stg_pax8__products') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- A subscription says what it is, never what it was: of the last days the reads do.
versions as (
    select
        versions.subscription_id,
        versions.quantity,
        reads.captured_at as read_at,
        {{ home_date('reads.captured_at') }} as read_on
    from {{ ref('stg_pax8__subscription_versions') }} as versions
    inner join {{ ref('stg_control__reads') }} as reads
        on
            versions.load_id = reads.load_id
            and reads.source_system = 'pax8'
            and reads.table_name = 'subscriptions'
            and reads.status = 'ok'
    cross join run
    where
        reads.captured_at <= run.cutoff
        and {{ home_date('reads.captured_at') }} >= run.cutoff_date - {{ window_days() }}
),

-- Seats that came within the last days: by a charge for the rest of the period, which begins with the addition, else by
-- the reads of these days.
additions as (
    select
        subscription_id,
        arg_min(added_on, source_order) as added_on,
        arg_min(added_quantity, source_order) as added_quantity
    from (
        select
            charged_items.subscription_id,
            min(charged_items.start_period) as added_on,
            sum(sign(charged_items.total) * abs(charged_items.quantity)) as added_quantity,
            1 as source_order
        from charged_items
        cross join run
        where
            charged_items.item_type = 'prorate'
            and not charged_items.is_superseded
            and charged_items.start_period between run.cutoff_date - {{ window_days() }} and run.cutoff_date
        group by charged_items.subscription_id

        union all

        -- What came since the fewest seats of these days was added on the last day that still showed them, or later.
        select
            subscription_id,
            arg_max(read_on, (-quantity, read_on)) as added_on,
            arg_max(quantity, read_at) - min(quantity) as added_quantity,
            2 as source_order
        from versions
        group by subscription_id
    ) as told
    where added_quantity > 0
    group by subscription_id
),

settled_subscriptions as (
    select distinct subscription_id from charged_items
    where settles_charge and subscription_id is not null
),

-- Dates decide whether a subscription is live; its status says how far provisioning is.
dated_subscriptions as (
    select
        subscriptions.*,
        -- A cost of zero may be one that nobody filled in.
        case
            when subscriptions.partner_cost > 0
                then {{ share_of('subscriptions.partner_cost', '1', 'subscriptions.billed_months') }}
        end as monthly_unit_cost,
        greatest(subscriptions.start_date, subscriptions.billing_start) as live_from,
        coalesce(lower(subscriptions.billing_term), lower(subscriptions.status)) = 'trial'
        or lower(subscriptions.status) = 'trial' as is_trial,
        coalesce({{ is_pax8_word('subscriptions.billing_term', 'billing terms of what is billed once') }}, false)
            as is_billed_once,
        settled.subscription_id is not null as is_settled,
        -- No term stated is none, but where the product is not sold without one or a year is paid ahead.
        case
            when subscriptions.commitment_term is not null then {{ term_months('subscriptions.commitment_term') }}
            when
                subscriptions.commitment_end_date is null
                and not coalesce(products.requires_commitment, false)
                and coalesce(subscriptions.billed_months, 1) = 1
                then 0
        end as commitment_months,
        additions.added_on,
        {{ as_quantity('additions.added_quantity') }} as added_quantity,
        run.cutoff_date
    from (
        select
            *,
            case replace(lower(billing_term), ' ', '-')
                when 'monthly' then 1
                when 'annual' then 12
                when '2-year' then 24
                when '3-year' then 36
            end as billed_months
        from subscriptions
    ) as subscriptions
    cross join run
    left join settled_subscriptions as settled on subscriptions.subscription_id = settled.subscription_id
    left join products on subscriptions.vendor_product_id = products.vendor_product_id
    left join additions on subscriptions.subscription_id = additions.subscription_id
),

pax8_owned as (
    select
        'owned' as side,
        'pax8' as source_system,
        'subscriptions' as source_table,
        subscription_id as source_record_id,
        account_id,
        vendor_product_id,
        quantity,
        currency,
        monthly_unit_cost,
        start_date as priced_from,
        commitment_end_date as committed_until,
        commitment_term,
        commitment_months,
        added_on,
        added_quantity,
        coalesce(quantity > 0 and not is_settled and is_trial is distinct from true, false) as awaits_charge,
        end_date as ended_on,
        case
            when end_date <= cutoff_date then null
            when is_billed_once then 'billing term ' || billing_term || ' is billed once and states no seats'
            when end_date is null and {{ is_pax8_word('status', 'statuses of what ends') }} then 'status ' || status
        end as state_reason,
        case
            when end_date <= cutoff_date then 'subscription ended on ' || strftime(end_date, '%Y-%m-%d')
            when live_from > cutoff_date
                then
                    case when live_from = start_date then 'subscription starts' else 'billing starts' end
                    || ' on ' || strftime(live_from, '%Y-%m-%d')
        end as date_reason,
        -- What may be seats and may be none: its line is not assessed, and names it.
        case
            when end_date <= cutoff_date or live_from > cutoff_date or is_billed_once then null
            when status is null then 'it has no status'
            when
                not {{ is_pax8_word('status', 'statuses whose dates decide') }}
                and not {{ is_pax8_word('status', 'statuses of what ends') }}
                then 'status ' || status || ' is not known'
            when not {{ is_pax8_word('billing_term', 'billing terms that recur') }}
                then 'billing term ' || billing_term || ' is not known'
            when live_from is null and starts_with(lower(status), 'pending')
                then 'status ' || status || ' and no date on which it starts'
        end as fault
    from dated_subscriptions
),

-- A charge of whole months is brought to one by their number, any other by its days. The vendor rounds what it asks for
-- part of a month, so that the month's cost is known no better than what that rounding comes to.
monthly_costs as (
    select
        charged_items.*,
        dated_subscriptions.monthly_unit_cost as promised_cost,
        charged_items.start_period + to_months(charged_items.whole_months) = charged_items.end_period + 1
            as is_of_whole_months,
        day(last_day(charged_items.start_period)) as month_days
    from charged_items
    left join dated_subscriptions
        on charged_items.subscription_id = dated_subscriptions.subscription_id
),

costed_items as (
    select
        *,
        case
            when item_type != 'subscription' or cost <= 0 or not period_days > 0 then null
            when is_of_whole_months then {{ share_of('cost', '1', 'whole_months') }}
            else {{ share_of('cost', 'month_days', 'period_days') }}
        end as asked_cost,
        case
            when not is_of_whole_months and period_days > 0
                then {{ share_of('0.5 * ' ~ smallest_coin('currency'), 'month_days', 'period_days') }}
        end as unit_cost_rounding
    from monthly_costs
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
        currency,
        case
            when abs(promised_cost - asked_cost) <= unit_cost_rounding then promised_cost else asked_cost
        end as monthly_unit_cost,
        case
            when not coalesce(abs(promised_cost - asked_cost) <= unit_cost_rounding, false) then unit_cost_rounding
        end as unit_cost_rounding,
        start_period as priced_from,
        case when end_period < cutoff_date then end_period end as ended_on,
        not_countable_reason as state_reason,
        fault
    from costed_items
),

quantities as (
    select * from pax8_owned
    union all by name
    select * from pax8_charged
)

select * from quantities
