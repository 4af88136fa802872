{#
    What Pax8's words mean for a count, each in lower case. Three answers: it counts (by its dates), it does not count, and
    for a word that stands in no list: ask. `docs/systems/pax8.md` shows the same lists, and a test holds them together.
#}
{% macro pax8_words(list) -%}
    {%- set lists = {
        'statuses whose dates decide': (
            'active', 'activated', 'pendingcancel', 'pendingmanual', 'pendingautomated', 'pendingactivation',
            'waitingfordetails', 'converted', 'trial',
        ),
        'statuses of what ends': ('cancelled',),
        'billing terms that recur': ('monthly', 'annual', '2-year', '3-year', 'trial'),
        'billing terms of what is billed once': ('one-time', 'activation'),
        'item types that state seats': ('subscription', 'usage'),
        'item types of money': (
            'prorate', 'one-time', 'rebate', 'payment-credit', 'service-charge', 'service-credit', 'invoice-credit',
        ),
        'item types of money back': ('rebate', 'service-credit', 'invoice-credit'),
        'item terms that state seats': ('monthly', 'annual', '2 year', '3 year', 'trial', 'arrears'),
        'item terms of usage': ('arrears',),
        'item terms of money': ('one-time', 'activation', 'rebate'),
        'invoice statuses that stand': ('unpaid', 'paid', 'carried', 'nothing due'),
        'invoice statuses that are superseded': ('void', 'credited'),
    } -%}
    {{ return(lists[list]) }}
{%- endmacro %}

{# Whether `text` is one of a list's words, whatever its case, and however its parts are joined ('2-Year', '2 Year'). #}
{% macro is_pax8_word(text, list) -%}
    replace(replace(lower({{ text }}), '-', ''), ' ', '') in (
        {%- for word in pax8_words(list) -%}
            '{{ word | replace("-", "") | replace(" ", "") }}'{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
