{#
    How many months a PSA's price is for: 0 for what is billed once; 1 where nobody says; NULL for a word that is not known,
    so that no price is taken for a month's by chance. A bimonthly price may be for two months or for half of one: not known.
#}
{% macro cycle_months_of(text) -%}
    {%- set words = {
        0: ['once', 'onetime', 'oneoff', 'nonrecurring', 'einmalig'],
        1: ['', 'monthly', 'month', 'permonth', 'everymonth', '1month', 'm', 'p1m', 'monatlich', 'monat'],
        2: ['every2months', '2months', '2monthly'],
        3: ['quarterly', 'quarter', 'perquarter', 'everyquarter', '3months', 'every3months', 'q', 'p3m', 'vierteljahrlich',
            'quartalsweise', 'quartal'],
        6: ['semiannual', 'semiannually', 'semiyearly', 'halfyearly', 'halfyear', '6months', 'every6months', 'p6m',
            'twiceayear', 'halbjahrlich', 'halbjahr'],
        12: ['annual', 'annually', 'yearly', 'year', 'peryear', 'everyyear', '1year', '12months', 'every12months', 'y', 'a',
             'p1y', 'p12m', 'jahrlich', 'jahr'],
        24: ['biennial', 'biennially', '2years', 'every2years', '2year', '24months', 'p2y', 'p24m'],
        36: ['triennial', 'triennially', '3years', 'every3years', '3year', '36months', 'p3y', 'p36m']
    } -%}
    {#- One look into a map: with a branch for each number of months the word would be folded once for each of them. #}
    map_extract(
        map {
            {%- for months, names in words.items() -%}
                {%- set last_months = loop.last -%}
                {%- for name in names -%}
                    '{{ name }}': {{ months }}{{ '' if last_months and loop.last else ', ' }}
                {%- endfor -%}
            {%- endfor -%}
        },
        coalesce(replace({{ fold(text) }}, ' ', ''), '')
    )[1]
{%- endmacro %}

{# A price of so many months, brought to one; what is billed once keeps its price in the month that bills it. #}
{% macro monthly_price(price, months) -%}
    case
        when {{ months }} > 1 then cast({{ share_of(price, '1', months) }} as decimal(18, 6))
        when {{ months }} in (0, 1) then {{ price }}
    end
{%- endmacro %}
