{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with recomputed as materialized (
    select * from {{ ref('recomputed_lines') }}
),

sources as (
    select * from {{ ref('recomputed_sources') }}
),

-- The measures that both sides state, each with the lines for which the second opinion speaks of it.
measures as (
    select
        line_key,
        'billed_quantity' as measure,
        cast(billed_quantity as decimal(18, 4)) as said,
        cast(own_billed as decimal(18, 4)) as recomputed,
        unread_reason as reason
    from recomputed

    union all

    select
        line_key,
        'owned_quantity' as measure,
        cast(owned_quantity as decimal(18, 4)) as said,
        cast(own_owned as decimal(18, 4)) as recomputed,
        owned_reason as reason
    from recomputed

    union all

    select
        line_key,
        'used_quantity' as measure,
        cast(used_quantity as decimal(18, 4)) as said,
        cast(own_used as decimal(18, 4)) as recomputed,
        used_reason as reason
    from recomputed

    union all

    -- A product waits for a counting rule only where no rule is written for it.
    select
        line_key,
        'has_rule' as measure,
        cast(cast(class != 'unmapped_product' as integer) as decimal(18, 4)) as said,
        1 as recomputed,
        case when not has_rule or class in ('unmapped_client', 'not_assessed') then 'no counting rule' end as reason
    from recomputed

    union all

    -- A source is out only for a reason that its own answers show.
    select
        source_system as line_key,
        'is_assessable' as measure,
        cast(cast(is_assessable as integer) as decimal(18, 4)) as said,
        cast(cast(case
            when is_assessable then not is_too_old
            else not (is_too_old or is_failed or is_off)
        end as integer) as decimal(18, 4)) as recomputed,
        null as reason
    from sources

    union all

    select
        line_key,
        'expected_quantity' as measure,
        cast(expected_quantity as decimal(18, 4)) as said,
        cast(own_expected as decimal(18, 4)) as recomputed,
        left_out_reason as reason
    from recomputed

    union all

    select
        line_key,
        'variance' as measure,
        cast(variance as decimal(18, 4)) as said,
        cast(own_variance as decimal(18, 4)) as recomputed,
        left_out_reason as reason
    from recomputed

    union all

    select
        line_key,
        'revenue_impact' as measure,
        cast(revenue_impact as decimal(18, 4)) as said,
        cast(own_impact as decimal(18, 4)) as recomputed,
        money_reason as reason
    from recomputed
),

reasons as (
    select
        measure,
        reason,
        count(*) as line_count
    from measures
    where reason is not null
    group by measure, reason
),

reasons_told as (
    select
        measure,
        string_agg(line_count || ' ' || reason, '; ' order by line_count desc, reason asc) as told
    from reasons
    group by measure
),

agreement as (
    select
        measures.measure,
        count(*) as line_count,
        count(*) filter (where measures.reason is null) as recomputed_count,
        count(*) filter (where measures.reason is null and measures.said is not distinct from measures.recomputed)
            as equal_count
    from measures
    group by measures.measure
),

differing as (
    select
        *,
        row_number() over (
            partition by measure
            -- Money of several currencies is never held against each other.
            order by
                case when measure != 'revenue_impact' then abs(said - recomputed) end desc nulls first, line_key asc
        ) as place
    from measures
    where reason is null and said is distinct from recomputed
)

select
    'recomputation' as rule,
    null as source_system,
    null as currency,
    agreement.measure as subject,
    agreement.recomputed_count as left_total,
    agreement.equal_count as right_total,
    'recomputed from the raw rows, and those that agree; ' || agreement.recomputed_count || ' of '
    || agreement.line_count || ' recomputed' || coalesce(', not recomputed: ' || reasons_told.told, '') as note,
    agreement.recomputed_count = agreement.equal_count as passed
from agreement
left join reasons_told on agreement.measure = reasons_told.measure

union all

select
    'recomputation' as rule,
    null as source_system,
    null as currency,
    measure || ' of ' || line_key as subject,
    cast(coalesce(said, 0) as decimal(18, 4)) as left_total,
    cast(coalesce(recomputed, 0) as decimal(18, 4)) as right_total,
    'as the run says it' || case when said is null then ' (unknown)' else '' end
    || ', and as recomputed from the raw rows' || case when recomputed is null then ' (unknown)' else '' end as note,
    false as passed
from differing
where place <= 20
