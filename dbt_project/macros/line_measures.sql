{#
    What every summary adds up, decided once: a line of reconciliation as numbers. Under- and overbilled money are two
    columns, so that no sum can net them.

    Coverage is a share of what could be billed: of an assessed line what is billed or should be, of any other one what is
    billed or what its source last held, whatever has become of the source since. What a rule takes out and what a bundle
    covers can never be billed, so they are in neither part of the share.
#}
{% macro line_measures() -%}
    select
        *,
        case when is_assessed then billable_quantity else 0 end as assessed_billable_quantity,
        {{ times('billable_quantity', 'unit_price') }} as billable_amount,
        case when is_assessed then {{ times('billable_quantity', 'unit_price') }} else 0 end as assessed_billable_amount,
        case when unit_price is null then billable_quantity else 0 end as unpriced_billable_quantity
    from (select
        line_key,
        client_key,
        client_id,
        client_name,
        product_key,
        product_id,
        product_name,
        currency,
        class,
        is_assessed,
        unit_price,
        billed_quantity,
        case when is_assessed then billed_quantity else 0 end as assessed_billed_quantity,
        census_quantity,
        case when is_assessed then census_quantity else 0 end as assessed_census_quantity,
        case when class in ('unbilled', 'underbilled') then coalesce(revenue_impact, 0) else 0 end as underbilled_amount,
        case when class in ('orphan_billing', 'overbilled') then coalesce(-revenue_impact, 0) else 0 end
            as overbilled_amount,
        greatest(coalesce(price_drift_amount, 0), 0) as price_drift_underbilled_amount,
        greatest(-coalesce(price_drift_amount, 0), 0) as price_drift_overbilled_amount,
        greatest(coalesce(amount_difference_amount, 0), 0) as amount_difference_underbilled_amount,
        greatest(-coalesce(amount_difference_amount, 0), 0) as amount_difference_overbilled_amount,
        kind not in ('explained', 'clean') as is_discrepancy,
        kind = 'billing' and revenue_impact is null as is_unpriced,
        case
            when line_part in ('excluded', 'bundle') then 0
            when is_assessed then greatest(expected_quantity, billed_quantity, 0)
            else greatest(billed_quantity, census_quantity - included_quantity, 0)
        end as billable_quantity,
        case when line_part = 'excluded' then 0 else census_quantity end as countable_census_quantity
    from {{ ref('reconciliation') }}) as lines
{%- endmacro %}
