{# Numbers as a person writes them in a sentence. Each macro takes and gives a SQL expression. #}

{# Without the zeros that only the column type adds: 46.0000 is 46, 2.5000 is 2.5. #}
{% macro plain_number(quantity) -%}
    rtrim(rtrim(cast(cast({{ quantity }} as decimal(18, 6)) as varchar), '0'), '.')
{%- endmacro %}

{#
    At least the decimals of its currency (two where none is given), more only where the amount has more: 8.00 USD,
    0.004 USD, 8 JPY, 1.500 KWD. Of the six decimals that every amount has, those at the end that are zero go, as far as
    they may. The amount stands here twice only: DuckDB works out each copy of it.
#}
{% macro money_text(amount, currency='cast(null as varchar)') -%}
    {%- set digits = 'cast(cast(' ~ amount ~ ' as decimal(18, 6)) as varchar)' -%}
    rtrim(
        left({{ digits }}, -({{ optional_decimals(currency) }}))
        || rtrim(right({{ digits }}, {{ optional_decimals(currency) }}), '0'),
        '.'
    )
{%- endmacro %}

{# Of six decimals, those that an amount of a currency is written without where they are zero. #}
{% macro optional_decimals(currency) -%}
    case
        when {{ currency }} in ('{{ currencies_without_coins() | join("', '") }}') then 6
        when {{ currency }} in ('{{ currencies_of_thousandths() | join("', '") }}') then 3
        else 4
    end
{%- endmacro %}

{# A number of days in words: 1 day, 3 days. #}
{% macro days_text(days) -%}
    ({{ days }}) || ' day' || case when ({{ days }}) = 1 then '' else 's' end
{%- endmacro %}

{#
    Part of an amount, part / whole of it, to six decimals, half up: division of decimals would make a float of them. Money
    back is rounded like the charge that it takes back (half away from zero), so that the two cancel in every part.
#}
{% macro share_of(amount, part, whole) -%}
    (
        cast(
            (2 * cast(cast({{ amount }} as decimal(26, 6)) * cast(1000000 as decimal(7, 0)) as hugeint) * ({{ part }}) + case when {{ amount }} < 0 then -({{ whole }}) else ({{ whole }}) end) // (2 * ({{ whole }}))
            as decimal(32, 0)
        ) * 0.000001
    )
{%- endmacro %}

{# A quantity as every step keeps it. Sums come out of DuckDB with 38 digits, which are stored and added ten times as slowly. #}
{% macro as_quantity(quantity) -%}
    cast({{ quantity }} as decimal(18, 4))
{%- endmacro %}

{# Units times money per unit. Two decimals of 18 digits would make DuckDB keep the product in 18 as well, and stop at a hundred million. #}
{% macro times(quantity, unit_amount) -%}
    (cast({{ quantity }} as decimal(20, 4)) * {{ unit_amount }})
{%- endmacro %}

{# Which billing line, as a person finds it in the PSA, in brackets. #}
{% macro row_name(record_id, agreement_id) -%}
    ' (line ' || {{ record_id }}
    || coalesce(' of agreement ' || regexp_replace({{ agreement_id }}, '^[^:]*:', ''), '') || ')'
{%- endmacro %}

{# The amount of one unit on the average of rows of several units each, to six decimals, half up; NULL of no units. #}
{% macro average_of_units(unit_amount, units) -%}
    {%- set parts = "cast(cast(" ~ units ~ " as decimal(26, 4)) * cast(10000 as decimal(5, 0)) as hugeint)" -%}
    {%- set coins = "cast(cast(" ~ unit_amount ~ " as decimal(26, 6)) * cast(1000000 as decimal(7, 0)) as hugeint)" -%}
    (
        cast(
            (2 * sum({{ parts }} * {{ coins }}) + sum({{ parts }})) // nullif(2 * sum({{ parts }}), 0)
            as decimal(18, 0)
        ) * 0.000001
    )
{%- endmacro %}
