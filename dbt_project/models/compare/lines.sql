{# A line without a basis shows all that its source says. #}
{% set is_stopped -%}
    (
        coalesce(
            {{ of_side('sourced.basis', 'needed_refused.stops_{}') }},
            needed_refused.stops_owned or needed_refused.stops_used or needed_refused.stops_charged,
            false
        )
        and not coalesce(needed_refused.counted_until >= sourced.fixed_day, false)
    )
{%- endset %}
with line_keys as (
    select * from {{ ref('line_keys') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

terms as (
    select * from {{ ref('line_terms') }}
),

coverage as (
    select * from {{ ref('bundle_coverage') }}
),

run as (
    select * from {{ ref('current_run') }}
),

source_status as (
    select * from {{ ref('source_status') }}
),

sources_refused as (
    select * from {{ ref('sources_refused') }}
),

ruled as (
    select
        line_keys.*,
        -- The contract decides what is billed; the counting rule says where each quantity comes from.
        case
            when counting_rules.product_id is not null and line_keys.line_part != 'unallocated'
                then coalesce(terms.basis, counting_rules.basis)
        end as basis,
        counting_rules.rule_id as counting_rule_id,
        counting_rules.owned_source,
        counting_rules.used_source,
        counting_rules.charged_source,
        counting_rules.further_owned_sources,
        -- The one day that such a rule looks at: counts that end after it are new enough.
        case when counting_rules.counted_when = 'fixed_day' then run.period + (counting_rules.count_day - 1) end
            as fixed_day,
        line_keys.line_part in ('main', 'excluded', 'bundle') and counting_rules.product_id is not null as is_ruled
    from line_keys
    cross join run
    left join counting_rules
        on
            line_keys.product_id = counting_rules.product_id
            and {{ counting_client('line_keys.client_id') }}
    left join terms on line_keys.line_key = terms.line_key
    left join coverage on line_keys.line_key = coverage.main_line_key
    where coalesce(coverage.has_main_line, true)
),

-- A line under a counting rule takes each side from the system that the rule names; any other vendor line shows what
-- its own system says, and nothing is concluded from it.
sourced as (
    select
        line_key,
        line_part,
        client_key,
        product_key,
        client_id,
        product_id,
        source_system,
        account_id,
        vendor_product_id,
        basis,
        counting_rule_id,
        is_ruled,
        fixed_day,
        further_owned_sources,
        case when is_ruled then owned_source else source_system end as owned_source,
        case when is_ruled then used_source else source_system end as used_source,
        case when is_ruled then charged_source else source_system end as charged_source,
        case
            when not is_ruled then source_system
            else {{ of_side('basis', '{}_source') }}
        end as needed_source
    from ruled
),

-- Seats that are bought at several systems are known where all of them are.
further_sources as (
    select
        line_key,
        client_key,
        unnest(further_owned_sources) as source_system
    from sourced
    where is_ruled
),

unreadable as (
    select
        further_sources.line_key,
        min(further_sources.source_system || ': ' || case
            when source_status.source_system is null then 'the source is not configured'
            when not source_status.is_assessable then coalesce(source_status.message, source_status.status)
            else coalesce(sources_refused.message, 'an account refused to be read')
        end) as message
    from further_sources
    left join source_status on further_sources.source_system = source_status.source_system
    left join sources_refused
        on
            further_sources.source_system = sources_refused.source_system
            and further_sources.client_key = sources_refused.client_key
    where not coalesce(source_status.is_assessable, false) or sources_refused.source_system is not null
    group by further_sources.line_key
)

-- A source is believed for a line when it was read well and refused none of the client's accounts that side.
select
    sourced.*,
    coalesce(owned_status.is_assessable, false)
    and not coalesce(owned_refused.stops_owned, false)
    and unreadable.line_key is null as is_owned_readable,
    coalesce(used_status.is_assessable, false) and not coalesce(used_refused.stops_used, false) as is_used_readable,
    coalesce(charged_status.is_assessable, false) and not coalesce(charged_refused.stops_charged, false)
        as is_charged_readable,
    coalesce(needed_status.is_assessable, false)
    and not {{ is_stopped }}
    and (sourced.basis is distinct from 'owned' or unreadable.line_key is null) as is_needed_readable,
    case
        when sourced.needed_source is null then null
        when needed_status.source_system is null then 'the source is not configured'
        when not needed_status.is_assessable then coalesce(needed_status.message, needed_status.status)
        when {{ is_stopped }} then coalesce(needed_refused.message, 'an account refused to be read')
        else unreadable.message
    end as needed_message,
    case
        when needed_refused.counted_until is null and not {{ is_stopped }} then needed_refused.message
    end as unread_message
from sourced
left join unreadable on sourced.line_key = unreadable.line_key
{% for side in ('owned', 'used', 'charged', 'needed') %}
    left join source_status as {{ side }}_status on sourced.{{ side }}_source = {{ side }}_status.source_system
    left join sources_refused as {{ side }}_refused
        on
            sourced.{{ side }}_source = {{ side }}_refused.source_system
            and sourced.client_key = {{ side }}_refused.client_key
{% endfor %}
