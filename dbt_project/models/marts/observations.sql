with reconciliation as (
    select * from {{ ref('reconciliation') }}
    where len(flags) > 0
),

line_history as (
    select * from {{ ref('line_history') }}
    where len(flags) > 0
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where resolution = 'counted' and side in ('owned', 'charged') and quantity != 0
),

invoice_lines as (
    select * from {{ ref('vendor_invoice_lines') }}
),

margins as (
    select * from {{ ref('line_margins') }}
),

terms as (
    select * from {{ ref('line_terms') }}
),

commitments as (
    select * from {{ ref('line_commitments') }}
),

line_flags as (
    select * from {{ ref('line_flags') }}
),

run as (
    select * from {{ ref('current_run') }}
),

flagged as (
    select
        *,
        unnest(list_distinct(flags)) as flag
    from reconciliation
),

notes as (
    select
        line_key,
        flag,
        note,
        null as quantity
    from {{ ref('money_observations') }}

    union all by name

    select * from {{ ref('quantity_observations') }}

    union all by name

    select * from {{ ref('seat_observations') }}

    union all by name

    select
        line_key,
        flag,
        string_agg(note, ' ' order by note) as note,
        null as quantity
    from {{ ref('restated_observations') }}
    group by line_key, flag
),

seen as (
    select
        flagged.line_key,
        flagged.flag,
        min(line_history.as_of) as first_seen
    from flagged
    inner join line_history
        on
            flagged.line_key = line_history.line_key
            and flagged.as_of >= line_history.as_of
            and list_contains(line_history.flags, flagged.flag)
    group by flagged.line_key, flagged.flag
),

costed_lines as (
    select distinct line_key from flagged
    where flag in ('vendor_overcharge', 'over_assigned', 'inactive_seat', 'shared_mailbox_licensed')
),

-- What is owned is its subscription; a charge names it.
cost_rows as (
    select
        vendor_rows.line_key,
        vendor_rows.side,
        vendor_rows.quantity,
        vendor_rows.monthly_unit_cost as unit_cost,
        coalesce(vendor_rows.currency, run.default_currency) as currency,
        case
            when vendor_rows.side = 'owned' then vendor_rows.source_record_id else invoice_lines.subscription_id
        end as subscription_id
    from vendor_rows
    inner join costed_lines on vendor_rows.line_key = costed_lines.line_key
    cross join run
    left join invoice_lines
        on
            vendor_rows.side = 'charged'
            and vendor_rows.source_system = invoice_lines.source_system
            and vendor_rows.source_record_id = invoice_lines.source_record_id
),

-- Where all units cost the same, it does not matter which of them are meant; else nobody knows what these cost.
side_costs as (
    select
        line_key,
        side,
        min(currency) as currency,
        case
            when
                count(unit_cost) = count(*)
                and min(unit_cost) = max(unit_cost)
                and min(currency) = max(currency)
                then min(unit_cost)
        end as unit_cost
    from cost_rows
    group by line_key, side
),

line_costs as (
    select
        line_key,
        count(unit_cost) = count(*) as is_one_cost,
        any_value(unit_cost) filter (where side = 'charged') as charged_cost,
        any_value(currency) filter (where side = 'charged') as charged_currency
    from side_costs
    group by line_key
),

-- Units of several costs are disputed at what the invoice asks for their own subscription.
subscription_sides as (
    select
        line_key,
        subscription_id,
        coalesce(sum(quantity) filter (where side = 'charged'), 0) as charged_quantity,
        coalesce(sum(quantity) filter (where side = 'owned'), 0) as owned_quantity,
        min(currency) filter (where side = 'charged') as currency,
        case
            when
                count(*) filter (where side = 'charged') = count(unit_cost) filter (where side = 'charged')
                and min(unit_cost) filter (where side = 'charged') = max(unit_cost) filter (where side = 'charged')
                then min(unit_cost) filter (where side = 'charged')
        end as unit_cost
    from cost_rows
    group by line_key, subscription_id
),

disputed as (
    select
        line_key,
        case
            when
                count(unit_cost) = count(*)
                and count(subscription_id) = count(*)
                and min(currency) = max(currency)
                then sum({{ times('charged_quantity - owned_quantity', 'unit_cost') }})
        end as amount,
        string_agg(
            subscription_id || ': ' || {{ plain_number('charged_quantity') }} || ' charged, '
            || {{ plain_number('owned_quantity') }} || ' owned, '
            || {{ plain_number('charged_quantity - owned_quantity') }} || ' x '
            || {{ money_text('unit_cost', 'currency') }},
            '; ' order by subscription_id
        ) as disputed_text
    from subscription_sides
    where charged_quantity != owned_quantity
    group by line_key
),

valued as (
    select
        flagged.*,
        notes.note,
        line_flags.read_after_text,
        disputed.disputed_text,
        case flagged.flag
            when 'cost_drift' then coalesce(flagged.charged_quantity, flagged.owned_quantity)
            when 'margin_below_floor' then flagged.billed_quantity
            else notes.quantity
        end as concerned_quantity,
        cast(
            case
                when flagged.flag = 'vendor_overcharge' then line_costs.charged_cost
                when flagged.flag in ('over_assigned', 'inactive_seat', 'shared_mailbox_licensed')
                    then case when line_costs.is_one_cost then flagged.vendor_unit_cost end
                when flagged.flag = 'cost_drift' then flagged.vendor_unit_cost - flagged.unit_cost
                when flagged.flag = 'margin_below_floor'
                    then
                        terms.margin_floor_percent * margins.unit_price * 0.01
                        - margins.unit_price + margins.vendor_unit_cost
            end as decimal(18, 6)
        ) as unit_amount,
        case flagged.flag
            when 'price_drift' then flagged.price_drift_amount
            when 'amount_difference' then flagged.amount_difference_amount
            when 'committed_unused' then commitments.unused_cost
            when 'renewal_due' then commitments.renewing_cost
            when 'vendor_overcharge'
                then
                    case
                        when notes.quantity = flagged.charged_quantity - flagged.owned_quantity then disputed.amount
                    end
        end as whole_amount,
        case
            when flagged.flag = 'vendor_overcharge' then line_costs.charged_currency else flagged.currency
        end as amount_currency
    from flagged
    left join notes on flagged.line_key = notes.line_key and flagged.flag = notes.flag
    left join margins on flagged.line_key = margins.line_key
    left join terms on flagged.line_key = terms.line_key
    left join commitments on flagged.line_key = commitments.line_key
    left join line_costs on flagged.line_key = line_costs.line_key
    left join disputed on flagged.line_key = disputed.line_key
    left join line_flags on flagged.line_key = line_flags.line_key
),

-- What comes to nothing says nothing: no money is known to hang on it.
amounts as (
    select
        *,
        nullif(
            {{
                payable(
                    'coalesce(' ~ times('concerned_quantity', 'unit_amount') ~ ', whole_amount)', 'amount_currency'
                )
            }},
            0
        ) as amount
    from valued
),

worded as (
    select
        *,
        case
            when amount is null or (flag = 'vendor_overcharge' and amount < 0) then null
            when flag in ('price_drift', 'amount_difference')
                then case when amount > 0 then 'underbilled' else 'overbilled' end
            when flag = 'vendor_overcharge' then 'disputed_cost'
            when flag = 'cost_drift' then case when amount > 0 then 'cost_above_record' else 'cost_below_record' end
            when flag = 'margin_below_floor' then 'margin_missing'
            when flag = 'over_assigned' then 'cost_to_own'
            when flag = 'renewal_due' then 'renewing_cost'
            else 'unused_cost'
        end as amount_kind,
        {{ plain_number('concerned_quantity') }} || ' x ' || {{ money_text('abs(unit_amount)', 'amount_currency') }}
            as product_text,
        {{ money_text('abs(amount)', 'amount_currency') }} || ' ' || amount_currency || ' a month' as amount_text
    from amounts
)

select
    worded.period,
    worded.line_key,
    worded.flag,
    worded.client_id,
    worded.client_name,
    worded.product_id,
    worded.product_name,
    worded.agreement_id,
    worded.class,
    worded.kind,
    coalesce(
        worded.note,
        case worded.flag
            when 'zero_price' then 'A billing line has a price of zero.'
            when 'weak_match' then 'The vendor''s account or product was matched by its name alone.'
            when 'repeat_finding' then 'An earlier month ended with this line as a finding.'
            when 'read_after_period' then trim(worded.read_after_text)
            when 'duplicate_device' then 'A device was found more than once and is counted once.'
            when 'coverage_gap'
                then {{ plain_number('worded.concerned_quantity') }} || ' fewer are there than the sold bundle covers.'
        end,
        'Flagged ' || worded.flag || '.'
    )
    || case
        when worded.flag = 'vendor_overcharge' and worded.concerned_quantity is null then ''
        when worded.flag = 'vendor_overcharge' and worded.amount_kind is null
            then ' What these cost a month is not known.'
        when worded.flag = 'vendor_overcharge'
            then
                ' ' || coalesce(worded.product_text, worded.disputed_text) || ' = ' || worded.amount_text
                || ' to dispute with the vendor.'
        when worded.amount_kind = 'cost_to_own'
            then ' To own them would cost ' || worded.product_text || ' = ' || worded.amount_text || '.'
        when worded.flag in ('inactive_seat', 'shared_mailbox_licensed') and worded.amount_kind is not null
            then ' They cost us ' || worded.product_text || ' = ' || worded.amount_text || '.'
        when worded.amount_kind = 'renewing_cost' then ' They cost us ' || worded.amount_text || '.'
        when worded.amount_kind in ('cost_above_record', 'cost_below_record')
            then
                ' ' || worded.product_text || ' = ' || worded.amount_text
                || case worded.amount_kind when 'cost_above_record' then ' more' else ' less' end
                || ' than the PSA records.'
        when worded.amount_kind = 'margin_missing'
            then ' ' || worded.product_text || ' = ' || worded.amount_text || ' are missing to the floor.'
        else ''
    end as explanation,
    cast(worded.concerned_quantity as decimal(18, 4)) as quantity,
    cast(case when worded.amount_kind is not null then abs(worded.amount) end as decimal(18, 3)) as monthly_amount,
    case when worded.amount_kind is not null then worded.amount_currency end as currency,
    worded.amount_kind,
    cast(
        case
            when worded.flag in ('price_drift', 'amount_difference', 'zero_price', 'possible_double_billing')
                then ['billed']
            when worded.flag = 'vendor_overcharge' then ['charged', 'owned']
            when worded.flag in ('over_assigned', 'committed_unused', 'renewal_due') then ['owned', 'used']
            when worded.flag in ('cost_drift', 'margin_below_floor') then ['billed', 'charged', 'owned']
            when worded.flag in ('inactive_seat', 'shared_mailbox_licensed', 'duplicate_device') then ['used']
            else ['billed', 'charged', 'owned', 'used']
        end as varchar[]
    ) as evidence_sides,
    coalesce(seen.first_seen, worded.as_of) as first_seen,
    date_diff(
        'day',
        cast(coalesce(seen.first_seen, worded.as_of) at time zone 'UTC' as date),
        cast(worded.as_of at time zone 'UTC' as date)
    ) as age_days,
    worded.as_of
from worded
left join seen on worded.line_key = seen.line_key and worded.flag = seen.flag
order by
    worded.flag asc,
    worded.amount_currency asc,
    abs(worded.amount) desc nulls last,
    worded.line_key asc
