with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    -- What is priced at 0 only spells out another line, as a bundle does: it cannot bill anything twice.
    where is_billed and billed_quantity > 0 and coalesce(unit_price != 0, true)
),

products as (
    select * from {{ ref('products') }}
),

-- Found first, told then: to write a text for every line costs more than to find the few.
doubled as (
    select line_key
    from billing_rows
    group by line_key
    having count(*) > 1
)

select
    billing_rows.line_key,
    'Billed on ' || count(*) || ' lines'
    || case
        when count(distinct billing_rows.agreement_id) > 1
            then ' of ' || count(distinct billing_rows.agreement_id) || ' agreements'
        else ''
    end
    || ', which are added up: '
    || string_agg(
        {{ plain_number('billing_rows.billed_quantity') }} || ' at '
        || coalesce(
            {{ money_text('billing_rows.unit_price', 'billing_rows.currency') }} || ' ' || billing_rows.currency,
            'an unknown price'
        )
        || ' (line ' || billing_rows.source_record_id || coalesce(', ' || products.product_name, '') || ')',
        ' + '
        order by length(billing_rows.source_record_id), billing_rows.source_record_id
    )
    || '; one of them may bill the same units twice.' as note
from billing_rows
inner join doubled on billing_rows.line_key = doubled.line_key
-- An item that is sold as another product is named.
left join products
    on
        billing_rows.item_id = products.product_id
        and billing_rows.item_id != billing_rows.product_id
group by billing_rows.line_key
