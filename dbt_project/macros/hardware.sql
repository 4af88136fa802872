{#
    A serial number or hardware id that tells one machine from another, in one spelling; NULL for what a board maker left
    in the field. Compared without case, spaces and punctuation, so that 'To Be Filled By O.E.M.' is caught however it is
    written.
#}
{% macro hardware_identity(text) -%}
    {%- set bare = "nullif(regexp_replace(lower(" ~ text ~ "), '[^a-z0-9]', '', 'g'), '')" -%}
    case
        when {{ bare }} in (
            'tobefilledbyoem', 'defaultstring', 'none', 'null', 'na', 'notapplicable', 'notspecified', 'notavailable',
            'unknown', 'invalid', 'empty', 'oem', 'systemserialnumber', 'serialnumber', 'chassisserialnumber',
            'baseboardserialnumber', '123456789', '0123456789', '1234567890',
            -- One board maker's hardware id, on every board; the second is the same with its bytes turned round.
            '03000200040005000006000700080009', '00020003000400050006000700080009'
        ) then null
        -- One sign repeated: 0, 00000000, XXXXXXX, the id of zeros.
        when replace({{ bare }}, left({{ bare }}, 1), '') = '' then null
        else {{ bare }}
    end
{%- endmacro %}

{#
    Whether an older record of the same identity still reported after this one was made. Two such records are two
    machines.
#}
{% macro lives_with_an_older(identity) -%}
    coalesce(
        max(lives_until) over (
            partition by {{ identity }}
            order by lives_since asc nulls first, recency desc
            rows between unbounded preceding and 1 preceding
        ) > lives_since,
        false
    )
{%- endmacro %}
