with live_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where is_live
),

-- The price of a line is that of its newest billed row; a line that bills nothing has no price of its own.
ranked as (
    select
        *,
        row_number() over (
            partition by line_key
            order by
                is_billed desc,
                valid_from desc nulls last,
                try_cast(source_record_id as bigint) desc nulls last,
                source_record_id desc
        ) as recency
    from live_rows
)

select
    line_key,
    count(*) as live_row_count,
    {{ as_quantity('coalesce(sum(billed_quantity) filter (where is_billed), 0)') }} as billed_quantity,
    {{ as_quantity('coalesce(sum(included_quantity) filter (where is_billed), 0)') }} as included_quantity,
    bool_or(is_billed) as is_billed,
    bool_or(is_billed and unit_price = 0) as is_billed_at_zero,
    max(unit_price) filter (where recency = 1 and is_billed) as unit_price,
    max(unit_cost) filter (where recency = 1 and is_billed) as unit_cost,
    max(currency) filter (where recency = 1) as currency,
    -- One agreement or none: a line spread over several belongs to none of them.
    case
        when bool_or(is_billed)
            then
                case
                    when min(agreement_id) filter (where is_billed) = max(agreement_id) filter (where is_billed)
                        then max(agreement_id) filter (where is_billed)
                end
        when min(agreement_id) = max(agreement_id) then max(agreement_id)
    end as agreement_id
from ranked
group by line_key
