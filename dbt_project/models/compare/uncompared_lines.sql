{{ config(materialized='view') }}

with lines as (
    select * from {{ ref('lines') }}
),

classified as (
    select * from {{ ref('classified_lines') }}
    where not is_assessed or class = 'excluded'
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

margins as (
    select * from {{ ref('line_margins') }}
    where vendor_unit_cost is not null
),

sides as (
    select
        quantities.line_key,
        quantities.owned_quantity,
        quantities.used_quantity,
        quantities.charged_quantity,
        margins.vendor_unit_cost,
        margins.currency as cost_currency,
        case
            when classified.class != 'excluded' then null
            -- What the vendor charges costs us, else what was bought, whatever the contract counts.
            else coalesce(quantities.charged_quantity, quantities.owned_quantity, quantities.used_quantity)
        end as own_quantity
    from classified
    inner join lines on classified.line_key = lines.line_key
    inner join quantities on classified.line_key = quantities.line_key
    left join margins on classified.line_key = margins.line_key
)

select
    line_key,
    coalesce(nullif(concat_ws(
        ', ',
        {{ plain_number('nullif(owned_quantity, 0)') }} || ' owned',
        {{ plain_number('nullif(used_quantity, 0)') }} || ' used',
        {{ plain_number('nullif(charged_quantity, 0)') }} || ' charged'
    ), ''), 'no units') as sides_text,
    {{ plain_number('own_quantity') }} || ' x ' || {{ money_text('vendor_unit_cost', 'cost_currency') }} || ' = '
    || {{ money_text(payable(times('own_quantity', 'vendor_unit_cost'), 'cost_currency'), 'cost_currency') }} || ' '
    || cost_currency || ' a month of our cost' as cost_text
from sides
