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

prices as (
    select * from {{ ref('priced_lines') }}
),

raised as (
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

    union

    select
        line_key,
        'zero_price' as flag
    from prices
    where is_billed_at_zero
)

select
    line_key,
    list(flag order by flag) as flags
from raised
group by line_key
