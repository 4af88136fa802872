with terms as (
    select * from {{ ref('line_terms') }}
    where pool is not null or minimum_agreement_id is not null or shared_minimum is not null
),

lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main'
),

expected as (
    select * from {{ ref('expected_by_line') }}
),

readable as (
    select * from {{ ref('lines_readable') }}
),

line_faults as (
    select * from {{ ref('line_faults') }}
),

bundle_faults as (
    select * from {{ ref('bundle_faults') }}
),

without_account as (
    select * from {{ ref('lines_without_account') }}
),

-- A line may count towards its product's minimum, towards its pool and towards its agreement.
members as (
    select
        lines.line_key,
        'line' as minimum_scope,
        lines.client_id || '|line|' || lines.product_id || '|' || terms.line_minimum_agreement_id as group_key,
        case
            when terms.line_minimum_agreement_id = '*' then 'this product whatever the agreement'
            else 'this product in agreement ' || terms.line_minimum_agreement_id
        end as group_text,
        terms.shared_minimum as minimum_quantity
    from terms
    inner join lines on terms.line_key = lines.line_key
    where terms.shared_minimum is not null

    union all

    select
        lines.line_key,
        'pool' as minimum_scope,
        lines.client_id || '|pool|' || terms.pool as group_key,
        'pool ' || terms.pool as group_text,
        terms.pool_minimum as minimum_quantity
    from terms
    inner join lines on terms.line_key = lines.line_key
    where terms.pool is not null

    union all

    select
        lines.line_key,
        'agreement' as minimum_scope,
        lines.client_id || '|agreement|' || terms.minimum_agreement_id as group_key,
        'agreement ' || terms.minimum_agreement_id as group_text,
        terms.agreement_minimum as minimum_quantity
    from terms
    inner join lines on terms.line_key = lines.line_key
    where terms.minimum_agreement_id is not null
),

judged as (
    select
        members.*,
        expected.billed_quantity,
        expected.expected_quantity,
        case
            when not readable.is_readable then readable.blocking_source
            when line_faults.line_key is not null then line_faults.source_system
            when bundle_faults.line_key is not null then bundle_faults.blocking_source
            when without_account.line_key is not null then without_account.source_system
            when not lines.is_ruled then 'rules/counting.csv'
            when expected.expected_quantity is null then 'no source'
        end as blocking_source,
        case
            when not readable.is_readable then readable.blocking_message
            when line_faults.line_key is not null then line_faults.message
            when bundle_faults.line_key is not null then bundle_faults.blocking_message
            when without_account.line_key is not null then 'no account is mapped to this client'
            when not lines.is_ruled then 'it has no counting rule'
        end as blocking_message
    from members
    inner join lines on members.line_key = lines.line_key
    inner join expected on members.line_key = expected.line_key
    inner join readable on members.line_key = readable.line_key
    left join line_faults on members.line_key = line_faults.line_key
    left join bundle_faults on members.line_key = bundle_faults.line_key
    left join without_account on members.line_key = without_account.line_key
)

select
    *,
    bool_and(blocking_source is null) over (partition by group_key) as is_assessable
from judged
