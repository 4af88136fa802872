with lines as (
    select * from {{ ref('lines') }}
),

source_status as (
    select * from {{ ref('source_status') }}
),

accounts_refused as (
    select * from {{ ref('accounts_refused') }}
),

named as (
    select
        line_key,
        client_id,
        account_id,
        owned_source as source_system
    from lines

    union

    select
        line_key,
        client_id,
        account_id,
        used_source as source_system
    from lines

    union

    select
        line_key,
        client_id,
        account_id,
        charged_source as source_system
    from lines

    union

    select
        line_key,
        client_id,
        account_id,
        needed_source as source_system
    from lines
),

-- A client's line needs every account of that client; a line without client needs its own account, also where clients
-- share it.
refused as (
    select
        client_id,
        null as account_id,
        source_system,
        min(message) as message
    from accounts_refused
    where client_id is not null
    group by client_id, source_system

    union all

    select
        null as client_id,
        account_id,
        source_system,
        min(message) as message
    from accounts_refused
    group by account_id, source_system
)

select
    named.line_key,
    named.source_system,
    coalesce(source_status.is_assessable, false) and refused.source_system is null as is_assessable,
    case
        when source_status.source_system is null then 'the source is not configured'
        when not source_status.is_assessable then coalesce(source_status.message, source_status.status)
        when refused.source_system is not null then coalesce(refused.message, 'an account refused to be read')
    end as message
from named
left join source_status on named.source_system = source_status.source_system
left join refused
    on
        named.source_system = refused.source_system
        and (
            named.client_id = refused.client_id
            or (named.client_id is null and named.account_id = refused.account_id)
        )
where named.source_system is not null
