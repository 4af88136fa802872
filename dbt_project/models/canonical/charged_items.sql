with items as (
    select * from {{ ref('stg_pax8__invoice_items') }}
),

invoices as (
    select * from {{ ref('stg_pax8__invoices') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- First reason that applies wins. Only a `subscription` item states seats: prorates, credits and reversals carry
-- positive quantities too, and adding them up would double the seats.
judged_items as (
    select
        items.*,
        invoices.invoice_date,
        case
            when lower(invoices.status) = 'void' then 'its invoice is void'
            when items.item_type not in ('subscription', 'usage') and coalesce(lower(items.term), '') <> 'arrears'
                then 'item type ' || items.item_type || ' states no seats'
            when items.item_type is null then 'it has no item type'
            when not items.is_payable then 'not billed by the distributor'
            when items.vendor_product_id is null then 'it names no product'
            when items.quantity is null then 'it carries no quantity'
            when items.start_period is null or items.end_period is null then 'it has no charge period'
            when run.cutoff_date not between items.start_period and items.end_period
                then
                    'charge period ' || strftime(items.start_period, '%Y-%m-%d') || ' to '
                    || strftime(items.end_period, '%Y-%m-%d') || ' does not hold '
                    || strftime(run.cutoff_date, '%Y-%m-%d')
            when coalesce(items.total, items.cost_total, 0) < 0 then 'reversal of an earlier charge'
            when
                items.subscription_id is null
                and items.item_type <> 'usage' and coalesce(lower(items.term), '') <> 'arrears'
                then 'it names no subscription'
        end as own_reason
    from items
    left join invoices on items.invoice_id = invoices.invoice_id
    cross join run
),

-- The closing state of a subscription is its latest charge; usage without a subscription stands for itself.
ranked_items as (
    select
        *,
        row_number() over (
            partition by coalesce(subscription_id, 'item ' || invoice_item_id), own_reason is null
            order by start_period desc, invoice_date desc nulls last, end_period desc, invoice_item_id desc
        ) as closing_rank
    from judged_items
),

charged_items as (
    select
        * exclude (own_reason, closing_rank),
        case
            when own_reason is not null then own_reason
            when closing_rank > 1 then 'a later charge of its subscription closes the period'
        end as not_countable_reason
    from ranked_items
)

select * from charged_items
