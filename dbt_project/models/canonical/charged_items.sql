with items as (
    select * from {{ ref('stg_pax8__invoice_items') }}
),

invoices as (
    select * from {{ ref('stg_pax8__invoices') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

dated_items as (
    select
        items.*,
        invoices.invoice_date,
        invoices.status as invoice_status,
        coalesce({{ is_pax8_word('invoices.status', 'invoice statuses that are superseded') }}, false) as is_superseded,
        coalesce(
            items.item_type = 'usage' or {{ is_pax8_word('items.term', 'item terms of usage') }}, false
        ) as is_usage,
        coalesce(items.total, items.cost_total, 0) as charged_total,
        coalesce(run.cutoff_date between items.start_period and items.end_period, false) as holds_cutoff,
        date_diff('day', items.start_period, items.end_period) + 1 as period_days,
        date_diff('month', items.start_period, items.end_period + 1) as whole_months,
        run.cutoff_date
    from items
    left join invoices on items.invoice_id = invoices.invoice_id
    cross join run
),

-- First reason that applies wins. Only a `subscription` item states seats: prorates and credits carry positive
-- quantities too, and adding them up would double the seats.
judged_items as (
    select
        *,
        case
            when is_superseded then 'its invoice is ' || lower(invoice_status)
            when {{ is_pax8_word('item_type', 'item types of money') }} and not is_usage
                then 'item type ' || item_type || ' states no seats'
            when {{ is_pax8_word('term', 'item terms of money') }} and not is_usage
                then 'term ' || term || ' states no seats'
            when not is_payable then 'not billed by the distributor'
            when vendor_product_id is null then 'it names no product'
            when start_period <= end_period and not holds_cutoff
                then
                    'charge period ' || strftime(start_period, '%Y-%m-%d') || ' to '
                    || strftime(end_period, '%Y-%m-%d') || ' does not hold ' || strftime(cutoff_date, '%Y-%m-%d')
        end as own_reason,
        -- What may be seats and may be none: its line is not assessed, and names it.
        case
            when item_type is null then 'it has no item type'
            when not {{ is_pax8_word('item_type', 'item types that state seats') }} and not is_usage
                then 'item type ' || item_type || ' is not known'
            when not {{ is_pax8_word('term', 'item terms that state seats') }} then 'term ' || term || ' is not known'
            when not {{ is_pax8_word('invoice_status', 'invoice statuses that stand') }}
                then 'the status ' || invoice_status || ' of its invoice is not known'
            when start_period is null or end_period is null then 'it has no charge period'
            when end_period < start_period then 'its charge period ends before it begins'
            when quantity < 0 and charged_total >= 0
                then 'it charges ' || {{ plain_number('quantity') }} || ' for ' || {{ money_text('charged_total') }}
            when subscription_id is null and not is_usage then 'it names no subscription'
        end as doubt
    from dated_items
),

-- What states seats of a subscription on the cut-off day, and what takes them back.
seats as (
    select
        invoice_item_id,
        subscription_id,
        invoice_id,
        start_period,
        end_period,
        period_days,
        unit_of_measure,
        abs(quantity) as units,
        charged_total,
        rate_type in ('tiered', 'volume') as is_tiered,
        charged_total < 0 as is_reversal,
        -- A flat fee beside a charge per unit is money; alone it is all that states the seats.
        starts_with(coalesce(charge_type, ''), 'flat')
        and bool_or(starts_with(coalesce(charge_type, ''), 'per')) over (partition by subscription_id) as is_fee
    from judged_items
    where own_reason is null and doubt is null and not is_usage and quantity is not null
),

-- Money back for whole units is their reversal: all that was charged for the same days, or units at the full price of
-- their days. Other money back lowers what they cost, and leaves the seats.
credited_items as (
    select
        credits.invoice_item_id,
        credits.subscription_id,
        credits.start_period,
        credits.end_period,
        credits.charged_total,
        case
            when credits.charged_total = -charges.charged_total and credits.start_period = charges.start_period
                then charges.units
            else abs(credits.quantity)
        end as units
    from judged_items as credits
    inner join seats as charges
        on
            credits.subscription_id = charges.subscription_id
            and credits.start_period >= charges.start_period
            and credits.end_period = charges.end_period
    where
        not credits.is_superseded
        and credits.is_payable
        and credits.holds_cutoff
        and credits.charged_total < 0
        and not charges.is_reversal
        and not charges.is_fee
        and (
            (
                {{ is_pax8_word('credits.item_type', 'item types of money back') }}
                and credits.quantity != 0
                and abs(
                    credits.charged_total / (abs(credits.quantity) * credits.period_days)
                    + charges.charged_total / (charges.units * charges.period_days)
                ) <= 0.01 / (abs(credits.quantity) * credits.period_days)
            )
            or (
                {{ is_pax8_word('credits.item_type', 'item types of money') }}
                and credits.charged_total = -charges.charged_total
                and credits.start_period = charges.start_period
            )
        )
    qualify
        row_number() over (
            partition by credits.invoice_item_id
            order by
                credits.charged_total = -charges.charged_total and credits.start_period = charges.start_period desc,
                charges.start_period desc,
                charges.units desc
        ) = 1
),

-- A charge and what takes back exactly it (the same days, units and money) leave nothing of both.
numbered_charges as (
    select
        *,
        row_number() over (
            partition by subscription_id, start_period, end_period, units, charged_total order by invoice_item_id
        ) as place
    from seats
    where not is_reversal and not is_fee
),

units_back as (
    select
        *,
        row_number() over (
            partition by subscription_id, start_period, end_period, units, charged_total order by invoice_item_id
        ) as place
    from (
        select
            invoice_item_id,
            subscription_id,
            start_period,
            end_period,
            units,
            charged_total
        from seats
        where is_reversal
        union all by name
        select * from credited_items
    ) as all_units_back
),

pairs as (
    select
        charges.invoice_item_id as charge_id,
        units_back.invoice_item_id as reversal_id
    from numbered_charges as charges
    inner join units_back
        on
            charges.subscription_id = units_back.subscription_id
            and charges.start_period = units_back.start_period
            and charges.end_period = units_back.end_period
            and charges.units = units_back.units
            and charges.charged_total = -units_back.charged_total
            and charges.place = units_back.place
),

paired as (
    select charge_id as invoice_item_id from pairs
    union all
    select reversal_id as invoice_item_id from pairs
),

reversals as (
    select
        subscription_id,
        sum(units) as reversed_units
    from units_back
    where invoice_item_id not in (select paired.invoice_item_id from paired)
    group by subscription_id
),

charges as (
    select
        *,
        start_period = max(start_period) over (partition by subscription_id) as is_latest
    from numbered_charges
    where invoice_item_id not in (select paired.invoice_item_id from paired)
),

-- The closing state of a subscription is its latest charge. Several that begin on one day are apart, and add up, where
-- one invoice charges them for the same days and they are not the same: tiers, or other numbers of units.
closings as (
    select
        subscription_id,
        coalesce(sum(units) filter (where is_latest), 0) as latest_units,
        coalesce(sum(units) filter (where not is_latest), 0) as earlier_units,
        count(*) filter (where is_latest) = 1
        or (
            count(distinct invoice_id) filter (where is_latest) = 1
            and count(distinct end_period) filter (where is_latest) = 1
            and count(distinct coalesce(unit_of_measure, '')) filter (where is_latest) = 1
            and count(*) filter (where is_latest) = case
                when bool_and(coalesce(is_tiered, false)) filter (where is_latest)
                    then count(distinct units || ' for ' || charged_total) filter (where is_latest)
                else count(distinct units) filter (where is_latest)
            end
        ) as is_apart
    from charges
    group by subscription_id
),

states as (
    select
        coalesce(closings.subscription_id, reversals.subscription_id) as subscription_id,
        coalesce(reversals.reversed_units, 0) as reversed_units,
        case
            when closings.subscription_id is null
                then
                    {{ plain_number('reversals.reversed_units') }} || ' reversed on subscription '
                    || reversals.subscription_id || ', and no charge holds the day that they are taken from'
            when not closings.is_apart
                then
                    'several charges of subscription ' || closings.subscription_id
                    || ' begin on one day, and nothing tells whether they add up'
            when
                coalesce(reversals.reversed_units, 0) not in (
                    0, closings.earlier_units, closings.earlier_units + closings.latest_units
                )
                then
                    {{ plain_number('closings.earlier_units + closings.latest_units') }} || ' charged and '
                    || {{ plain_number('reversals.reversed_units') }} || ' reversed on subscription '
                    || closings.subscription_id || ', and nothing tells which are left'
        end as doubt,
        coalesce(reversals.reversed_units = closings.earlier_units + closings.latest_units, false) as is_all_reversed
    from closings
    full join reversals on closings.subscription_id = reversals.subscription_id
),

reasoned as (
    select
        judged_items.*,
        credited_items.units as credited_units,
        coalesce(seats.is_reversal, credited_items.invoice_item_id is not null) as is_reversal,
        coalesce(seats.is_fee, false) as is_fee,
        coalesce(charges.is_latest or paired.invoice_item_id is not null, false) as is_latest,
        coalesce(states.is_all_reversed, false) or paired.invoice_item_id is not null as is_all_reversed,
        case when paired.invoice_item_id is null then states.doubt end as state_doubt
    from judged_items
    left join seats on judged_items.invoice_item_id = seats.invoice_item_id
    left join charges on judged_items.invoice_item_id = charges.invoice_item_id
    left join credited_items on judged_items.invoice_item_id = credited_items.invoice_item_id
    left join paired on judged_items.invoice_item_id = paired.invoice_item_id
    left join states
        on
            judged_items.subscription_id = states.subscription_id
            and (seats.invoice_item_id is not null or credited_items.invoice_item_id is not null)
),

charged_items as (
    select
        * exclude (
            own_reason, doubt, state_doubt, credited_units, invoice_status, is_usage, charged_total, holds_cutoff,
            is_reversal, is_fee, is_latest, is_all_reversed
        ),
        case
            when is_superseded or (own_reason is not null and credited_units is null) then own_reason
            when doubt is not null and credited_units is null then doubt
            when quantity is null and credited_units is null then 'it carries no quantity'
            when is_usage then null
            when is_fee then 'a flat fee beside the charge per unit'
            when not is_reversal and not is_latest then 'a later charge of its subscription closes the period'
            when state_doubt is not null then state_doubt
            when is_reversal then 'reversal of an earlier charge'
            when is_all_reversed then 'taken back to the last unit'
        end as not_countable_reason,
        case
            when is_superseded or (own_reason is not null and credited_units is null) then null
            when doubt is not null and credited_units is null then doubt
            when is_reversal or is_latest then state_doubt
        end as fault,
        -- Whether it says what is charged for its subscription on the cut-off day: also nothing at all, where the
        -- client pays the vendor itself, or where a corrected invoice of the account came in the place of this one.
        holds_cutoff
        and {{ is_pax8_word('item_type', 'item types that state seats') }}
        and case
            when is_superseded
                then
                    invoice_date <= max(case when not is_superseded and holds_cutoff then invoice_date end)
                        over (partition by account_id)
            else own_reason is null or not is_payable
        end as settles_charge
    from reasoned
)

select * from charged_items
