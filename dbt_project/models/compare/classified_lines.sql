with lines as (
    select * from {{ ref('lines') }}
),

assessable as (
    select * from {{ ref('lines_assessable') }}
),

without_account as (
    select * from {{ ref('lines_without_account') }}
),

expected as (
    select * from {{ ref('expected_lines') }}
),

prices as (
    select * from {{ ref('priced_lines') }}
),

timing as (
    select * from {{ ref('line_timing') }}
),

tolerances as (
    select * from {{ ref('line_tolerances') }}
),

-- The first test that holds gives a line its one class.
classified as (
    select
        lines.line_key,
        expected.billed_quantity,
        expected.included_quantity,
        expected.basis_quantity,
        expected.minimum_quantity,
        expected.reduced_quantity,
        expected.is_set_by_minimum,
        expected.minimum_text,
        prices.unit_price,
        prices.unit_cost,
        prices.price_source,
        prices.contract_price,
        prices.line_price,
        prices.catalogue_price,
        prices.full_amount,
        prices.rows_in_order,
        prices.net_text,
        prices.currency,
        prices.agreement_id,
        case
            when not assessable.is_assessed then 'not_assessed'
            when lines.line_part = 'unmapped_client' then 'unmapped_client'
            when without_account.line_key is not null then 'unmapped_client'
            when lines.line_part = 'unmapped_product' then 'unmapped_product'
            when lines.line_part = 'main' and not lines.is_ruled then 'unmapped_product'
            when lines.line_part = 'unallocated' then 'unallocated'
            when lines.line_part = 'excluded' then 'excluded'
            when lines.line_part = 'bundle' then 'covered_by_bundle'
            when timing.line_key is not null then 'timing'
            when expected.expected_quantity > 0 and not prices.has_live_row then 'unbilled'
            when
                expected.billed_quantity > 0
                and expected.expected_quantity = 0
                and lines.basis != 'fixed'
                and not expected.has_vendor_record
                then 'orphan_billing'
            when expected.expected_quantity - expected.billed_quantity > coalesce(tolerances.tolerance, 0)
                then 'underbilled'
            when expected.billed_quantity - expected.expected_quantity > coalesce(tolerances.tolerance, 0)
                then 'overbilled'
            when expected.expected_quantity = expected.billed_quantity and expected.is_set_by_minimum
                then 'matched_minimum'
            when expected.expected_quantity != expected.billed_quantity then 'matched_tolerance'
            else 'matched'
        end as class,
        expected.expected_quantity as computed_quantity
    from lines
    inner join assessable on lines.line_key = assessable.line_key
    inner join expected on lines.line_key = expected.line_key
    inner join prices on lines.line_key = prices.line_key
    left join without_account on lines.line_key = without_account.line_key
    left join timing on lines.line_key = timing.line_key
    left join tolerances on lines.line_key = tolerances.line_key
),

-- Nothing is expected of a line that was not assessed: unknown is not zero.
judged as (
    select
        * exclude (computed_quantity),
        case class
            when 'not_assessed' then 'data'
            when 'unmapped_client' then 'setup'
            when 'unmapped_product' then 'setup'
            when 'unallocated' then 'setup'
            when 'excluded' then 'explained'
            when 'covered_by_bundle' then 'explained'
            when 'timing' then 'explained'
            when 'matched_minimum' then 'clean'
            when 'matched_tolerance' then 'clean'
            when 'matched' then 'clean'
            else 'billing'
        end as kind,
        class not in ('not_assessed', 'unmapped_client', 'unmapped_product', 'unallocated') as is_assessed,
        case
            when class not in ('not_assessed', 'unmapped_client', 'unmapped_product', 'unallocated')
                then computed_quantity
        end as expected_quantity
    from classified
),

differing as (
    select
        *,
        expected_quantity - billed_quantity as variance,
        class in ('excluded', 'covered_by_bundle') as is_free
    from judged
),

-- Where fewer are expected than the first of several rows bills, that row alone changes; where it takes more, the next
-- ones do, each at its own price and cost.
row_steps as (
    select
        differing.line_key,
        differing.currency,
        -differing.variance as to_take,
        unnest(differing.rows_in_order) as step
    from differing
    where -differing.variance > differing.rows_in_order[1].quantity
),

taken as (
    select
        row_steps.line_key,
        row_steps.currency,
        row_steps.step.place,
        row_steps.step.unit_price,
        row_steps.step.unit_cost,
        {{ row_name('row_steps.step.record_id', 'row_steps.step.agreement_id') }} as row_text,
        least(
            row_steps.step.quantity,
            greatest(0, row_steps.to_take - coalesce(sum(row_steps.step.quantity) over (
                partition by row_steps.line_key
                order by row_steps.step.place
                rows between unbounded preceding and 1 preceding
            ), 0))
        ) as taken_quantity
    from row_steps
),

taken_by_line as (
    select
        line_key,
        case when bool_and(unit_price is not null) then -sum({{ times('taken_quantity', 'unit_price') }}) end
            as price_difference,
        case when bool_and(unit_cost is not null) then -sum({{ times('taken_quantity', 'unit_cost') }}) end
            as cost_difference,
        string_agg(
            {{ plain_number('taken_quantity') }} || ' x '
            || coalesce({{ money_text('unit_price', 'currency') }}, 'unknown price') || row_text,
            ' + '
            order by place
        ) as steps_text
    from taken
    where taken_quantity > 0
    group by line_key
),

valued as (
    select
        differing.*,
        case
            when taken_by_line.line_key is not null then taken_by_line.price_difference
            else {{ times('differing.variance', 'differing.unit_price') }}
        end as price_difference,
        case
            when taken_by_line.line_key is not null then taken_by_line.cost_difference
            else {{ times('differing.variance', 'differing.unit_cost') }}
        end as cost_difference,
        -- Which row would change: told where there is more than one, and where the contract says another price than it.
        case
            when differing.variance = 0 then null
            when taken_by_line.line_key is not null then taken_by_line.steps_text
            else
                {{ plain_number('abs(differing.variance)') }} || ' x '
                || coalesce({{ money_text('differing.unit_price', 'differing.currency') }}, 'unknown price')
                || case
                    when
                        differing.price_source = 'contract'
                        and coalesce(differing.unit_price != differing.line_price, true)
                        then ' (contract price)'
                    when differing.rows_in_order is not null
                        then
                            {{
                                row_name(
                                    'differing.rows_in_order[1].record_id', 'differing.rows_in_order[1].agreement_id'
                                )
                            }}
                    else ''
                end
        end as priced_text
    from differing
    left join taken_by_line on differing.line_key = taken_by_line.line_key
)

-- A price that nobody knows leaves the amount unknown, also where nothing differs.
select
    * exclude (is_free, rows_in_order, price_difference, cost_difference),
    case
        when is_free or (variance = 0 and unit_price is not null) then 0
        else {{ payable('price_difference', 'currency') }}
    end as revenue_impact,
    case
        when is_free or (variance = 0 and unit_price is not null) then 0
        else cast(price_difference as decimal(28, 10))
    end as unrounded_impact,
    case
        when is_free or (variance = 0 and unit_cost is not null) then 0
        else {{ payable('cost_difference', 'currency') }}
    end as cost_impact
from valued
