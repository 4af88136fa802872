with run as (
    select * from {{ ref('current_run') }}
)

-- What helps where nothing was matched. An audit of two files has no rules to write: there only names can be mended.
select
    case
        when accept_name_score is null then 'Name its client in rules/client_map.csv.'
        else 'Give both files the same client name, or lower --accept-above.'
    end as client_advice,
    case
        when accept_name_score is null then 'Name its product in rules/product_map.csv.'
        else 'Give both files the same product name, or lower --accept-above.'
    end as product_advice,
    case
        when accept_name_score is null then 'that has no counting rule. Add one to rules/counting.csv.'
        else
            'that nothing in the vendor''s file is matched to.'
            || ' Give both files the same product name, or lower --accept-above.'
    end as counting_advice
from run
