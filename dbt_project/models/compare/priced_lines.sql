with lines as (
    select * from {{ ref('lines') }}
),

billed as (
    select * from {{ ref('billed_by_line') }}
),

clients as (
    select * from {{ ref('clients') }}
),

products as (
    select * from {{ ref('products') }}
),

coverage as (
    select * from {{ ref('bundle_coverage') }}
),

scopes as (
    select * from {{ ref('line_scopes') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- A catalogue price of zero is a field nobody filled in: unknown, not free.
priced as (
    select
        lines.line_key,
        coalesce(billed.agreement_id, scopes.agreement_id) as agreement_id,
        coalesce(billed.is_billed_at_zero and lines.line_part != 'bundle', false) as is_billed_at_zero,
        billed.live_row_count is not null as has_live_row,
        -- What a bundle covers is paid for in the price of the bundle.
        case
            when lines.line_part = 'bundle' then null
            when billed.is_billed then billed.unit_price
            when products.list_price > 0 then products.list_price
        end as unit_price,
        case
            when lines.line_part = 'bundle' then null
            when billed.is_billed then billed.unit_cost
            when products.list_cost > 0 then products.list_cost
        end as unit_cost,
        coalesce(billed.currency, clients.currency, run.default_currency) as currency
    from lines
    cross join run
    left join coverage on lines.line_key = coverage.line_key
    -- An excluded part is priced as the line it was taken from; what a bundle covers stands in the bundle's agreement.
    -- What is taken out of several lines stands with the oldest agreement.
    left join scopes
        on
            lines.client_id = scopes.client_id
            and lines.product_id = scopes.product_id
            and case when lines.line_part = 'main' then lines.line_key = scopes.line_key else scopes.place = 1 end
    left join billed
        on
            case
                when lines.line_part = 'main' then lines.line_key
                else
                    coalesce(
                        coverage.bundle_line_key,
                        scopes.line_key,
                        lines.client_key || '|' || lines.product_key || '|*'
                    )
            end = billed.line_key
    left join clients on lines.client_id = clients.client_id
    left join products on lines.product_id = products.product_id
)

-- Money in a currency that nobody knows is unknown, whatever the number.
select
    line_key,
    agreement_id,
    is_billed_at_zero,
    has_live_row,
    case when {{ is_currency('currency') }} then unit_price end as unit_price,
    case when {{ is_currency('currency') }} then unit_cost end as unit_cost,
    currency
from priced
