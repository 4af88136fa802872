{{ config(materialized='view') }}

with reads as (
    select * from {{ ref('stg_control__reads') }}
    where status != 'ok'
),

rules as (
    select * from {{ ref('stg_rules__gone_accounts') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- A person's word holds as long as the vendor says the same: an account that answers, or refuses otherwise, is back.
gone as (
    select
        reads.source_system,
        reads.account_id,
        min(
            'account ' || reads.account_id || ' no longer exists, confirmed by ' || rules.confirmed_by || ' on '
            || strftime(rules.confirmed_at, '%Y-%m-%d') || ': ' || rules.reason || ' (' || rules.rule_id || ')'
        ) as message
    from reads
    inner join run on reads.run_id = run.run_id
    inner join rules
        on
            reads.source_system = rules.source_system
            and reads.account_id = rules.account_id
            and {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
    where contains(reads.message, 'AADSTS90002')
    group by reads.source_system, reads.account_id
)

select * from gone
