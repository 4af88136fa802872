with lines as (
    select * from {{ ref('lines') }}
    where is_ruled and line_part in ('main', 'bundle')
),

billed as (
    select * from {{ ref('billed_by_line') }}
    where billed_quantity > 0
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

unmapped_accounts as (
    select
        source_system,
        count(*) as account_count
    from {{ ref('unmapped_accounts') }}
    group by source_system
)

select
    lines.line_key,
    lines.needed_source as source_system,
    unmapped_accounts.account_count as unmapped_account_count
from lines
left join billed on lines.line_key = billed.line_key
inner join unmapped_accounts on lines.needed_source = unmapped_accounts.source_system
left join client_mappings
    on
        lines.client_id = client_mappings.client_id
        and lines.needed_source = client_mappings.source_system
-- What a bundle covers is due without a billing line: as long as its account may be unknown, it is no gap.
where
    client_mappings.client_id is null
    and (billed.line_key is not null or lines.line_part = 'bundle')
