with lines as (
    select * from {{ ref('lines') }}
),

billed as (
    select * from {{ ref('billed_by_line') }}
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

terms as (
    select * from {{ ref('line_terms') }}
),

line_counts as (
    select * from {{ ref('line_counts') }}
    where counted_when != 'prorated'
),

coverage as (
    select
        main_line_key,
        entitlement
    from {{ ref('bundle_coverage') }}
),

vendor_records as (
    select
        client_id,
        product_id,
        source_system
    from {{ ref('vendor_rows_resolved') }}
    -- A record that has ended, or has yet to start, is one too; a document that was taken back is none.
    where
        disposition in ('counted', 'excluded', 'duplicate')
        or (resolution = 'not_countable' and not starts_with(reason, 'its invoice is '))

    union all

    -- What is known of a bundle is known of its driver.
    select
        client_id,
        bundle_product_id as product_id,
        source_system
    from {{ ref('bundle_drivers') }}
    where has_vendor_record
),

based as (
    select
        lines.line_key,
        lines.line_part,
        lines.basis,
        coalesce(billed.billed_quantity, 0) as billed_quantity,
        -- What the days of the period say, where these terms changed within it.
        coalesce({{ as_quantity('line_counts.included_quantity') }}, billed.included_quantity, 0) as included_quantity,
        -- A line that counts other days than the last one takes its quantity from them; without them it has none.
        case
            when line_counts.line_key is not null then {{ as_quantity('line_counts.counted_quantity') }}
            when lines.basis = 'owned' then quantities.owned_quantity
            when lines.basis = 'used' then quantities.used_quantity
            when lines.basis = 'charged' then quantities.charged_quantity
        end as basis_quantity,
        -- A minimum is one of all units of a product: what bundles cover of it is reached.
        case
            when lines.line_part = 'main'
                then
                    {{
                        as_quantity(
                            'nullif(greatest(coalesce(line_counts.minimum_quantity, terms.minimum_quantity)'
                            ~ ' - coalesce(coverage.entitlement, 0), 0), 0)'
                        )
                    }}
        end as minimum_quantity,
        case
            when coalesce(line_counts.minimum_quantity, terms.minimum_quantity) > coverage.entitlement
                then coverage.entitlement
        end as covered_minimum,
        {{ as_quantity('terms.fixed_quantity') }} as fixed_quantity,
        lines.client_id,
        lines.product_id,
        lines.needed_source
    from lines
    inner join quantities on lines.line_key = quantities.line_key
    -- Billing rows share their key with main lines alone; to say so again here would make DuckDB compare every pair.
    left join billed on lines.line_key = billed.line_key
    left join terms on lines.line_key = terms.line_key
    left join line_counts on lines.line_key = line_counts.line_key
    left join coverage on lines.line_key = coverage.main_line_key
),

-- E0: included units come off before the minimum applies.
reduced as (
    select
        *,
        case
            when line_part in ('excluded', 'bundle') then 0
            when line_part != 'main' then null
            when basis = 'fixed' then coalesce(fixed_quantity, billed_quantity)
            when basis_quantity is not null then greatest(0, basis_quantity - included_quantity)
        end as reduced_quantity
    from based
),

-- Only where something is billed and nothing expected does it matter whether the vendor knows of it at all.
recorded as (
    select distinct reduced.line_key
    from reduced
    inner join vendor_records
        on
            reduced.client_id = vendor_records.client_id
            and reduced.product_id = vendor_records.product_id
            and reduced.needed_source = vendor_records.source_system
    where reduced.billed_quantity > 0 and reduced.reduced_quantity = 0
)

select
    reduced.line_key,
    reduced.billed_quantity,
    reduced.included_quantity,
    reduced.basis_quantity,
    reduced.minimum_quantity,
    reduced.covered_minimum,
    reduced.reduced_quantity,
    recorded.line_key is not null as has_vendor_record,
    coalesce(reduced.minimum_quantity > reduced.reduced_quantity, false) as is_set_by_minimum,
    case
        when reduced.minimum_quantity > reduced.reduced_quantity then reduced.minimum_quantity
        else reduced.reduced_quantity
    end as expected_quantity
from reduced
left join recorded on reduced.line_key = recorded.line_key
