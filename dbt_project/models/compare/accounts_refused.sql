with account_status as (
    select * from {{ ref('account_status') }}
    where not is_assessable
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
)

select
    account_status.source_system,
    account_status.account_id,
    client_mappings.client_id,
    account_status.message,
    account_status.counted_until,
    coalesce(account_status.stopped_sides, ['owned', 'used', 'charged']) as stopped_sides
from account_status
left join client_mappings
    on
        account_status.source_system = client_mappings.source_system
        and account_status.account_id = client_mappings.account_id
