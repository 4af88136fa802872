with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
),

margins as (
    select * from {{ ref('line_margins') }}
),

rates as (
    select * from {{ ref('rates_in_force') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- A seat under a running term of a year or more can fall within days of its purchase, its addition or its renewal. A
-- last day more than a month away is such a term whatever its name; where neither tells, nobody knows.
owned as (
    select
        vendor_rows.line_key,
        vendor_rows.source_record_id,
        vendor_rows.quantity,
        vendor_rows.committed_until,
        vendor_rows.commitment_term,
        vendor_rows.commitment_months,
        vendor_rows.monthly_unit_cost,
        coalesce(vendor_rows.currency, run.default_currency) as currency,
        vendor_rows.priced_from,
        case when vendor_rows.added_on <= run.cutoff_date then vendor_rows.added_on end as added_on,
        vendor_rows.added_quantity,
        run.cutoff_date,
        case
            when vendor_rows.commitment_months < 12 then 'by the month'
            when
                vendor_rows.commitment_months >= 12
                and coalesce(vendor_rows.committed_until >= run.cutoff_date, true)
                then 'committed'
            when
                vendor_rows.commitment_months is null and vendor_rows.committed_until > run.cutoff_date + 31
                then 'committed'
            else 'unknown'
        end as kind,
        -- Whether the vendor states the term's last day or the first day after it shows where it began at a purchase.
        case
            when vendor_rows.commitment_months < 12 then null
            when
                vendor_rows.priced_from
                + to_months(cast(
                    date_diff('month', vendor_rows.priced_from, vendor_rows.committed_until) as integer
                ))
                = vendor_rows.committed_until
                then cast(vendor_rows.committed_until - to_months(vendor_rows.commitment_months) as date)
            else cast(vendor_rows.committed_until + 1 - to_months(vendor_rows.commitment_months) as date)
        end as renewed_on
    from vendor_rows
    cross join run
    where vendor_rows.resolution = 'counted' and vendor_rows.side = 'owned' and vendor_rows.quantity > 0
),

opened as (
    select
        *,
        kind = 'committed' and coalesce(priced_from between cutoff_date - {{ window_days() }} and cutoff_date, false)
            as is_bought,
        kind = 'committed'
        and coalesce(renewed_on between cutoff_date - {{ window_days() }} and cutoff_date, false)
        and coalesce(priced_from + {{ window_days() }} < renewed_on, true) as is_renewed,
        case
            when kind = 'committed' and added_on >= cutoff_date - {{ window_days() }}
                then least(added_quantity, quantity)
            else 0
        end as new_quantity
    from owned
),

-- Only what was added can fall by itself; a purchase or a renewal opens the window for all.
pieces as (
    select
        *,
        quantity as piece_quantity,
        case when is_bought then priced_from when is_renewed then renewed_on end as opened_on,
        case when is_bought then 'bought' when is_renewed then 'renewed' end as opened_by
    from opened
    where is_bought or is_renewed or new_quantity = 0

    union all

    select
        opened.*,
        case parts.part when 'added' then opened.new_quantity else opened.quantity - opened.new_quantity end
            as piece_quantity,
        case when parts.part = 'added' then opened.added_on end as opened_on,
        case when parts.part = 'added' then 'added' end as opened_by
    from opened
    cross join (values ('added'), ('kept')) as parts (part)
    where not opened.is_bought and not opened.is_renewed and opened.new_quantity > 0
),

sides as (
    select
        unused_seats.*,
        margins.currency,
        coalesce(margins.vendor_unit_cost, margins.unit_cost) as unit_cost
    from {{ ref('unused_seats') }} as unused_seats
    inner join margins on unused_seats.line_key = margins.line_key
),

-- What can fall goes first: by the month, then within a window, then what may be free, last what cannot fall before its
-- renewal, the next renewal first. Within each the dearest.
in_turn as (
    select
        pieces.*,
        sides.owned_quantity,
        sides.unused_quantity,
        sides.currency as line_currency,
        case
            when pieces.kind = 'by the month' then 1
            when pieces.opened_on is not null then 2
            when pieces.kind = 'unknown' then 3
            else 4
        end as turn,
        case
            when pieces.monthly_unit_cost is null then sides.unit_cost
            when pieces.currency = sides.currency then pieces.monthly_unit_cost
            else {{ converted('pieces.monthly_unit_cost', 'rates.rate') }}
        end as unit_cost
    from pieces
    inner join sides on pieces.line_key = sides.line_key
    left join rates
        on
            pieces.currency = rates.from_currency
            and sides.currency = rates.to_currency
),

taken as (
    select
        *,
        sum(piece_quantity) over (partition by line_key, turn, opened_on, opened_by) as turn_quantity,
        least(
            piece_quantity,
            greatest(
                0,
                unused_quantity
                - (sum(piece_quantity) over (
                    partition by line_key
                    order by
                        turn asc, opened_on desc, committed_until asc, unit_cost desc nulls last, source_record_id asc
                    rows between unbounded preceding and current row
                ) - piece_quantity)
            )
        ) as unused_part
    from in_turn
),

parts as (
    select
        line_key,
        turn,
        opened_on,
        opened_by,
        case when turn in (2, 4) then committed_until end as part_until,
        unit_cost,
        line_currency,
        min(turn_quantity) as turn_quantity,
        min(commitment_months) as part_months,
        string_agg(distinct source_record_id, ', ' order by source_record_id) as records_text,
        sum(unused_part) as unused_part,
        count(*) over (partition by line_key) as part_count
    from taken
    where unused_part > 0
    group by line_key, turn, opened_on, opened_by, part_until, unit_cost, line_currency
),

worded as (
    select
        *,
        {{ plain_number('unused_part') }} as part_text,
        coalesce(' until ' || strftime(part_until, '%Y-%m-%d'), '; until when, the vendor does not say') as until_text,
        coalesce(
            ': ' || {{ plain_number('unused_part') }} || ' x ' || {{ money_text('unit_cost', 'line_currency') }}
            || ' = ' || {{ money_text(payable(times('unused_part', 'unit_cost'), 'line_currency'), 'line_currency') }}
            || ' ' || line_currency || ' a month of our cost',
            ''
        ) as cost_text
    from parts
),

unused as (
    select
        line_key,
        case when min(part_count) = 1 and min(turn) in (2, 4) then ' and ' else ': ' end
        || string_agg(
            case turn
                when 1
                    then
                        part_text || ' can be dropped now from the ' || {{ plain_number('turn_quantity') }}
                        || case when part_months = 0 then ' without a term' else ' on a monthly term' end
                        || ' (' || records_text || ')'
                when 3
                    then
                        'whether ' || part_text || ' of the ' || {{ plain_number('turn_quantity') }}
                        || ' whose term is not known (' || records_text || ') can be dropped, nobody says'
                else
                    case when part_count = 1 then '' else part_text || ' are ' end
                    || 'committed' || until_text
                    || coalesce(
                        ', but what was ' || opened_by || ' on ' || strftime(opened_on, '%Y-%m-%d')
                        || ' can fall until ' || strftime(opened_on + {{ window_days() }}, '%Y-%m-%d'),
                        ' and can fall only at the renewal' || case when part_until is not null then ' then' else '' end
                    )
            end
            || cost_text,
            '; ' order by turn asc, opened_on desc, part_until asc, unit_cost desc nulls last
        ) as unused_text,
        -- As the parts say it, so that they add up.
        case
            when count(unit_cost) = count(*)
                then sum({{ payable(times('unused_part', 'unit_cost'), 'line_currency') }})
        end as unused_cost
    from worded
    group by line_key
)

select
    in_turn.line_key,
    any_value(in_turn.unused_quantity) as unused_quantity,
    case
        when any_value(in_turn.unused_quantity) is not null
            then
                least(
                    any_value(in_turn.unused_quantity),
                    coalesce(sum(in_turn.piece_quantity) filter (where in_turn.turn <= 2), 0)
                )
    end as droppable_quantity,
    any_value(unused.unused_text) as unused_text,
    any_value(unused.unused_cost) as unused_cost,
    coalesce(sum(in_turn.piece_quantity) filter (where in_turn.kind = 'committed'), 0) as committed_quantity,
    -- Whether the vendor says anything of terms, if only a word that nobody knows.
    bool_or(in_turn.commitment_term is not null or in_turn.committed_until is not null) as has_stated_term,
    sum(in_turn.piece_quantity) filter (where in_turn.is_renewing) as renewing_quantity,
    min(in_turn.committed_until) filter (where in_turn.is_renewing) as renewing_after,
    case
        when bool_and(in_turn.unit_cost is not null) filter (where in_turn.is_renewing)
            then sum({{ times('in_turn.piece_quantity', 'in_turn.unit_cost') }}) filter (where in_turn.is_renewing)
    end as renewing_cost
from (
    select
        *,
        coalesce(
            commitment_months >= 12 and committed_until between cutoff_date and cutoff_date + 30, false
        ) as is_renewing
    from in_turn
) as in_turn
left join unused on in_turn.line_key = unused.line_key
group by in_turn.line_key
