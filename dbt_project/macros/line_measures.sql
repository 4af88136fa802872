{#
    What every summary adds up, decided once: a line of reconciliation as numbers. Under- and overbilled money are two
    columns, so that no sum can net them.
#}
{% macro line_measures() -%}
    select
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
        billed_quantity,
        case when is_assessed then billed_quantity else 0 end as assessed_billed_quantity,
        census_quantity,
        case when is_assessed then census_quantity else 0 end as assessed_census_quantity,
        case when class in ('unbilled', 'underbilled') then coalesce(revenue_impact, 0) else 0 end as underbilled_amount,
        case when class in ('orphan_billing', 'overbilled') then coalesce(-revenue_impact, 0) else 0 end
            as overbilled_amount,
        kind not in ('explained', 'clean') as is_discrepancy,
        kind = 'billing' and revenue_impact is null as is_unpriced
    from {{ ref('reconciliation') }}
{%- endmacro %}
