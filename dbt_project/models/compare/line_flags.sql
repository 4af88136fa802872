with lines as (
    select * from {{ ref('lines') }}
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where makes_line
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

assessable as (
    select * from {{ ref('lines_assessable') }}
    where is_assessed
),

money as (
    select * from {{ ref('money_observations') }}
),

quantities as (
    select * from {{ ref('quantity_observations') }}
),

seats as (
    select * from {{ ref('seat_observations') }}
),

run as (
    select * from {{ ref('current_run') }}
),

late_sources as (
    select
        source_system,
        read_after_on
    from {{ ref('source_status') }}
    where read_after_on is not null
),

-- Whatever a line rests on: the PSA, and the systems that tell what is owned and used.
sources_of_lines as (
    select
        line_key,
        unnest(list_distinct([
            split_part(client_id, ':', 1), needed_source, owned_source, used_source, source_system
        ])) as source_system
    from lines
    where exists (select 1 from late_sources)
),

late_lines as (
    select
        sources_of_lines.line_key,
        ' Read after the period: ' || string_agg(
            late_sources.source_system || ' on ' || strftime(late_sources.read_after_on, '%Y-%m-%d') || ', '
            || {{ days_text('late_sources.read_after_on - run.cutoff_date') }} || ' after '
            || strftime(run.cutoff_date, '%Y-%m-%d'),
            '; ' order by late_sources.source_system
        ) || '.' as read_after_text
    from sources_of_lines
    inner join late_sources on sources_of_lines.source_system = late_sources.source_system
    cross join run
    group by sources_of_lines.line_key
),

weak as (
    select
        line_key,
        'weak_match' as flag
    from vendor_rows
    where client_mapping_method = 'name' or product_mapping_method = 'name'

    union

    -- Also where the weakly matched account shows nothing of the product.
    select
        lines.line_key,
        'weak_match' as flag
    from lines
    inner join client_mappings
        on
            lines.client_id = client_mappings.client_id
            and lines.needed_source = client_mappings.source_system
    where client_mappings.method = 'name'
),

repeated as (
    select distinct classified.line_key
    from {{ ref('classified_lines') }} as classified
    inner join {{ ref('earlier_periods') }} as earlier on classified.line_key = earlier.line_key
    where classified.kind in ('billing', 'setup') and earlier.kind in ('billing', 'setup')
),

raised as (
    select
        line_key,
        flag,
        null as note
    from weak

    union all

    select
        line_key,
        'repeat_finding' as flag,
        null as note
    from repeated

    union all

    select
        line_key,
        'read_after_period' as flag,
        null as note
    from late_lines

    union all

    select
        line_key,
        flag,
        note
    from {{ ref('restated_observations') }}

    union all

    select
        line_key,
        flag,
        note
    from money

    union all

    select
        line_key,
        flag,
        note
    from quantities

    union all

    select
        line_key,
        flag,
        note
    from seats
)

-- What rests on numbers is said only where the numbers can be believed; that a match is weak, or a price zero, always.
select
    raised.line_key,
    list(raised.flag order by raised.flag) filter (where raised.flag is not null) as flags,
    string_agg(' ' || raised.note, '' order by raised.flag) as notes_text,
    any_value(late_lines.read_after_text) as read_after_text
from raised
inner join lines on raised.line_key = lines.line_key
left join assessable on raised.line_key = assessable.line_key
left join late_lines on raised.line_key = late_lines.line_key
where raised.note is null or assessable.line_key is not null
group by raised.line_key
