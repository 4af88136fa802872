with uncharged_rows as (
    select
        line_key,
        replace(bill_mode, '_', '-') as bill_mode,
        sum(quantity) as quantity,
        count(*) as row_count
    from {{ ref('billing_rows_resolved') }}
    where is_live and bill_mode in ('no_charge', 'do_not_bill') and quantity > 0
    group by line_key, bill_mode
)

-- A line that stands in the PSA and bills nothing is no missing line, so the sentence says what it holds.
select
    line_key,
    string_agg(
        {{ plain_number('quantity') }} || ' on '
        || case
            when row_count = 1 then 'a ' || bill_mode || ' line'
            else row_count || ' ' || bill_mode || ' lines'
        end,
        ', '
        order by bill_mode desc
    ) as uncharged_text
from uncharged_rows
group by line_key
