{{ config(materialized='view') }}

-- A client's line needs every account of that client; a line without client needs its own account, also where clients
-- share it.
with stopped as (
    select
        source_system,
        message,
        counted_until,
        unnest([client_id, source_system || ':' || account_id]) as client_key
    from {{ ref('accounts_refused') }}
)

select
    source_system,
    client_key,
    min(message) as message,
    case when count(*) = count(counted_until) then min(counted_until) end as counted_until
from stopped
where client_key is not null
group by source_system, client_key
