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

-- A file has no catalogue: there the client's own line says the price, also while it bills nothing.
own_prices as (
    select
        line_key,
        min(unit_price) as unit_price
    from {{ ref('billing_rows_resolved') }}
    where source_table = 'billing_lines' and not is_billed and unit_price > 0
    group by line_key
    having min(unit_price) = max(unit_price)
),

terms as (
    select * from {{ ref('line_terms') }}
    where contract_price is not null
),

run as (
    select * from {{ ref('current_run') }}
),

-- A catalogue price of zero is a field nobody filled in: unknown, not free. A contract in another currency than the
-- line's says nothing of what the line's money should be; a line that nobody bills has the contract's currency.
priced as (
    select
        lines.line_key,
        coalesce(billed.agreement_id, scopes.agreement_id) as agreement_id,
        lines.line_part,
        coalesce(billed.is_billed_at_zero and lines.line_part != 'bundle', false) as is_billed_at_zero,
        billed.live_row_count is not null as has_live_row,
        coalesce(billed.is_billed, false) as is_billed,
        billed.unit_price as line_price,
        case when products.list_price > 0 then products.list_price else own_prices.unit_price end as catalogue_price,
        case
            when billed.is_billed then billed.unit_cost
            when products.list_cost > 0 then products.list_cost
        end as unit_cost,
        billed.full_amount,
        billed.rows_in_order,
        billed.net_text,
        coalesce(
            billed.currency,
            case when not coalesce(billed.is_billed, false) then terms.contract_currency end,
            clients.currency,
            run.default_currency
        ) as currency,
        terms.contract_price,
        terms.contract_currency
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
    left join terms on lines.line_key = terms.line_key
    left join own_prices on lines.line_key = own_prices.line_key
    left join clients on lines.client_id = clients.client_id
    left join products on lines.product_id = products.product_id
),

-- What a difference is worth: as the contract states it, else as the line is priced that would change, else as the
-- catalogue says. What a bundle covers is paid for in the price of the bundle.
valued as (
    select
        *,
        case
            when line_part = 'bundle' then null
            when contract_price is not null and contract_currency = currency then 'contract'
            when is_billed then 'line'
            when catalogue_price is not null then 'catalogue'
        end as price_source
    from priced
)

-- Money in a currency that nobody knows is unknown, whatever the number.
select
    line_key,
    agreement_id,
    is_billed_at_zero,
    has_live_row,
    price_source,
    case
        when {{ is_currency('currency') }}
            then
                case price_source
                    when 'contract' then contract_price
                    when 'line' then line_price
                    when 'catalogue' then catalogue_price
                end
    end as unit_price,
    case when {{ is_currency('currency') }} and line_part != 'bundle' then unit_cost end as unit_cost,
    case when {{ is_currency('currency') }} and line_part != 'bundle' and is_billed then line_price end as line_price,
    case when {{ is_currency('currency') }} and line_part != 'bundle' then contract_price end as contract_price,
    case when {{ is_currency('currency') }} and line_part != 'bundle' then catalogue_price end as catalogue_price,
    case when {{ is_currency('currency') }} and line_part != 'bundle' then full_amount end as full_amount,
    case when price_source = 'line' then rows_in_order end as rows_in_order,
    case when line_part = 'main' then net_text end as net_text,
    currency
from valued
