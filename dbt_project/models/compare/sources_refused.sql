{{ config(materialized='view') }}

-- A client's line needs every account of that client, as far as its side goes; a line without client needs its own
-- account, also where clients share it. Where the message is not about the side, the line stands and shows it.
with stopped as (
    select
        source_system,
        message,
        counted_until,
        stopped_sides,
        unnest([client_id, source_system || ':' || account_id]) as client_key
    from {{ ref('accounts_refused') }}
)

select
    source_system,
    client_key,
    min(message) as message,
    case when count(*) = count(counted_until) then min(counted_until) end as counted_until,
    bool_or(list_contains(stopped_sides, 'owned')) as stops_owned,
    bool_or(list_contains(stopped_sides, 'used')) as stops_used,
    bool_or(list_contains(stopped_sides, 'charged')) as stops_charged
from stopped
where client_key is not null
group by source_system, client_key
