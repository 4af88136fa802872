with vendor_rows as (
    select
        *,
        {{ account_key() }} as account_key,
        coalesce(product_id, {{ vendor_product_key() }}) as shared_product_key
    from {{ ref('vendor_rows_resolved') }}
    where
        split_attribute is not null
        and holder_id is not null
        and resolution in ('counted', 'unmapped_product', 'unallocated')
),

lines as (
    select * from {{ ref('lines') }}
    where line_part = 'unallocated'
),

shares as (
    select
        account_key,
        shared_product_key,
        client_id,
        sum(quantity) as quantity
    from vendor_rows
    group by account_key, shared_product_key, client_id
),

totals as (
    select
        account_key,
        shared_product_key,
        min(split_attribute) as attribute,
        sum(quantity) as quantity,
        count(distinct holder_id) = count(*) as is_one_each
    from vendor_rows
    group by account_key, shared_product_key
),

-- Who has how many, the rest last: it is shown and never spread.
texts as (
    select
        account_key,
        shared_product_key,
        string_agg(
            {{ plain_number('quantity') }} || ' ' || coalesce(client_id, 'unallocated'), ' + '
            order by client_id is null asc, quantity desc, client_id asc
        ) as shares_text
    from shares
    group by account_key, shared_product_key
)

select
    lines.line_key,
    totals.attribute,
    {{ plain_number('totals.quantity') }} || case when totals.is_one_each then ' licensed users' else ' licences' end
    || ' = ' || texts.shares_text as shares_text
from lines
inner join totals on lines.client_key = totals.account_key and lines.product_key = totals.shared_product_key
inner join texts on lines.client_key = texts.account_key and lines.product_key = texts.shared_product_key
