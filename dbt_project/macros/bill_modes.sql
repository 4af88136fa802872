{# A PSA's words for whether a line is charged, folded to ours; a word that is not known gives NULL, never 'billable'. #}
{% macro bill_mode_of(text) -%}
    case coalesce(replace({{ fold(text) }}, ' ', ''), 'billable')
        when 'billable' then 'billable'
        when 'bill' then 'billable'
        when 'yes' then 'billable'
        when 'true' then 'billable'
        when 'nocharge' then 'no_charge'
        when 'free' then 'no_charge'
        when 'donotbill' then 'do_not_bill'
        when 'notbillable' then 'do_not_bill'
        when 'nonbillable' then 'do_not_bill'
        when 'no' then 'do_not_bill'
        when 'false' then 'do_not_bill'
    end
{%- endmacro %}
