with live_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where is_live
),

-- The row that would change if the line's quantity did: the one with the most units that has a price, of equals the
-- newest. A line that bills nothing has no price of its own, and a credit is no row of units.
ranked as (
    select
        *,
        is_billed and not is_credit as bills_units,
        row_number() over (
            partition by line_key
            order by
                is_billed and not is_credit desc,
                is_billed desc,
                coalesce(net_price = 0, false),
                billed_quantity desc,
                valid_from desc nulls last,
                try_cast(source_record_id as bigint) desc nulls last,
                source_record_id desc
        ) as place
    from live_rows
)

select
    line_key,
    count(*) as live_row_count,
    {{ as_quantity('coalesce(sum(billed_quantity) filter (where is_billed), 0)') }} as billed_quantity,
    {{ as_quantity('coalesce(sum(included_quantity) filter (where is_billed), 0)') }} as included_quantity,
    bool_or(bills_units) as is_billed,
    bool_or(bills_units and unit_price = 0) as is_billed_at_zero,
    -- Price and cost of the row that would change, and what all rows come to in a whole month, credits taken off.
    max(net_price) filter (where place = 1 and bills_units) as unit_price,
    max(unit_cost) filter (where place = 1 and bills_units) as unit_cost,
    case
        when
            bool_and(unit_price is not null) filter (where is_billed)
            and {{ all_agree('case when is_billed then currency end') }}
            then sum({{ times('priced_quantity', 'unit_price') }}) filter (where is_billed)
    end as full_amount,
    max(currency) filter (where place = 1) as currency,
    -- Where a difference is more than the units of the first row, the next ones change as well: in this order.
    case
        when count(*) filter (where bills_units) > 1
            then
                list(
                    struct_pack(
                        place := place,
                        record_id := source_record_id,
                        agreement_id := agreement_id,
                        quantity := billed_quantity,
                        unit_price := net_price,
                        unit_cost := unit_cost
                    )
                    order by place
                ) filter (where bills_units)
    end as rows_in_order,
    string_agg(
        case
            when cycle_months is null and cycle_price is not null
                then
                    {{ money_text('cycle_price', 'currency') }} || ' for the billing cycle ' || billing_cycle
                    || ', which is not known, so nobody can say what a month costs'
                    || {{ row_name('source_record_id', 'agreement_id') }}
            when credit_ids is not null or cycle_months != 1
                then
                    {{ money_text('cycle_price', 'currency') }}
                    || case
                        when cycle_months = 0 then ' once'
                        when cycle_months > 1
                            then
                                ' for ' || cycle_months || ' months (' || billing_cycle || ') = '
                                || {{ money_text('unit_price', 'currency') }} || ' a month'
                        else ''
                    end
                    || coalesce(
                        ' less ' || {{ money_text('unit_price - net_price', 'currency') }} || ' credited (line '
                        || credit_ids || ') = ' || {{ money_text('net_price', 'currency') }} || ' net a unit',
                        ''
                    )
        end,
        '; '
        order by place
    ) filter (where bills_units) as net_text,
    -- One agreement or none: a line spread over several belongs to none of them.
    case
        when bool_or(bills_units)
            then
                case
                    when min(agreement_id) filter (where bills_units) = max(agreement_id) filter (where bills_units)
                        then max(agreement_id) filter (where bills_units)
                end
        when min(agreement_id) = max(agreement_id) then max(agreement_id)
    end as agreement_id
from ranked
group by line_key
