{#
    Names reduced to what tells one company or product from another. They serve suggestions only; where a word matters
    to money (Basic or Standard, P1 or P2, a plan number) it must agree exactly, however alike the texts look.
#}

{# A company's name without 'the', 'and' and its legal form. Takes folded text. #}
{% macro company_key(folded) -%}
    {%- set forms = [
        'inc', 'incorporated', 'llc', 'l l c', 'ltd', 'limited', 'co', 'company', 'corp', 'corporation', 'plc', 'p l c',
        'llp', 'l l p', 'lp', 'pllc', 'pc', 'p c', 'pty', 'gmbh', 'g m b h', 'mbh', 'ag', 'kg', 'ohg', 'ug', 'ev', 'e v',
        'bv', 'b v', 'nv', 'n v', 'sa', 's a', 'sas', 'sarl', 's a r l', 'srl', 's r l', 'spa', 's p a', 'ab', 'oy',
        'aps', 'as', 'a s', 'kft', 'sro', 's r o', 'doo', 'd o o'
    ] -%}
    coalesce(
        nullif(
            trim(regexp_replace(regexp_replace(regexp_replace(
                {{ folded }}, '( ({{ forms | join('|') }}))+$', ''
            ), '^the ', ''), '\b(and|the)\b ?', '', 'g')),
            ''
        ),
        {{ folded }}
    )
{%- endmacro %}

{# A product's name with the usual spellings of one thing made one. Takes folded text. #}
{% macro product_key(folded) -%}
    trim(regexp_replace(
        regexp_replace(
            replace(replace({{ folded }}, 'microsoft 365', 'm365'), 'office 365', 'o365'),
            '\b(new commerce experience|nce|csp|microsoft|license|licence|licenses|licences|subscription|the)\b', '', 'g'
        ),
        ' +', ' ', 'g'
    ))
{%- endmacro %}

{# The words of a key that must agree exactly, as a sorted list: everything with a digit, and the words of editions. #}
{% macro telling_words(key) -%}
    list_sort(list_filter(
        list_distinct(string_split({{ key }}, ' ')),
        lambda word: regexp_matches(word, '[0-9]') or word in (
            'basic', 'standard', 'premium', 'business', 'enterprise', 'essentials', 'starter', 'plus', 'pro',
            'professional', 'ultimate', 'advanced', 'complete', 'lite', 'foundation', 'foundations', 'apps', 'exchange',
            'nonprofit', 'charity', 'donation', 'education', 'academic', 'edu', 'faculty', 'student', 'students',
            'government', 'gov', 'gcc', 'frontline', 'kiosk', 'trial', 'free', 'without', 'no', 'teams', 'addon', 'add',
            'server', 'servers', 'workstation', 'workstations', 'desktop', 'laptop', 'mobile', 'mac', 'linux', 'windows',
            'annual', 'yearly', 'monthly', 'archive', 'archiving', 'storage', 'core', 'cal', 'device', 'user'
        )
    ))
{%- endmacro %}

{# The words with a digit: 'Store 12' is not 'Store 13'. #}
{% macro numbered_words(key) -%}
    list_sort(list_filter(list_distinct(string_split({{ key }}, ' ')), lambda word: regexp_matches(word, '[0-9]')))
{%- endmacro %}

{#
    Blocks for near names: words of three letters and more, and the first four letters. Only pairs that share a block
    are compared, and a block that half the list shares says nothing, so callers leave the large ones out.
#}
{% macro name_blocks(key) -%}
    list_distinct(list_concat(
        list_filter(string_split({{ key }}, ' '), lambda word: length(word) >= 3),
        ['^' || left(replace({{ key }}, ' ', ''), 4)]
    ))
{%- endmacro %}

{# Whether a domain is a company's own: everybody may have an address or a page at these. #}
{% macro is_own_domain(domain) -%}
    {{ domain }} not in (
        'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'yahoo.com', 'icloud.com', 'aol.com',
        'gmx.de', 'gmx.net', 'web.de', 'facebook.com', 'linkedin.com'
    )
{%- endmacro %}

{#
    Whether two names may be one company's, beside an id that says so: alike, or all words of the shorter one in the longer.
    Takes keys of companies.
#}
{% macro is_name_akin(one, other) -%}
    {{ numbered_words(one) }} = {{ numbered_words(other) }}
    and (
        jaro_winkler_similarity({{ one }}, {{ other }}) >= 0.9
        or list_has_all(string_split({{ one }}, ' '), string_split({{ other }}, ' '))
        or list_has_all(string_split({{ other }}, ' '), string_split({{ one }}, ' '))
    )
{%- endmacro %}
