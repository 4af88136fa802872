with dated_lines as (
    select distinct
        line_key,
        client_id,
        counted_key,
        basis,
        needed_source
    from {{ ref('dated_lines') }}
),

scopes as (
    select * from {{ ref('line_scopes') }}
    where scope_count > 1 or agreement_id is not null
),

account_days as (
    select * from {{ ref('dated_accounts') }}
),

run as (
    select * from {{ ref('current_run') }}
),

calendar as (
    select cast(unnest(generate_series(period, cutoff_date, interval 1 day)) as date) as counted_on
    from run
),

dated_counts as (
    select
        line_key,
        side,
        counted_on,
        sum(quantity) as quantity
    from {{ ref('dated_counts') }}
    group by line_key, side, counted_on
),

client_days as (
    select
        client_id,
        source_system,
        side,
        counted_on,
        bool_and(is_known) as is_known
    from account_days
    group by client_id, source_system, side, counted_on
),

counted_clients as (
    select distinct
        client_id,
        source_system,
        side
    from client_days
),

-- A day is known where every account that is the client's on that day was counted on it; without any there is nothing.
counted_days as (
    select
        counted_clients.client_id,
        counted_clients.source_system,
        counted_clients.side,
        calendar.counted_on
    from counted_clients
    cross join calendar
    left join client_days
        on
            counted_clients.client_id = client_days.client_id
            and counted_clients.source_system = client_days.source_system
            and counted_clients.side = client_days.side
            and calendar.counted_on = client_days.counted_on
    where coalesce(client_days.is_known, true)
)

-- The days that a line's way of counting can look at; a day of its client without a row of its product is zero.
select
    dated_lines.line_key,
    counted_days.counted_on,
    {{ scope_share('coalesce(dated_counts.quantity, 0)') }} as quantity,
    false as is_read
from dated_lines
inner join counted_days
    on
        dated_lines.client_id = counted_days.client_id
        and dated_lines.needed_source = counted_days.source_system
        and dated_lines.basis = counted_days.side
-- Where a product has several lines, a day's count is shared out among them like that of the last day.
left join scopes on dated_lines.counted_key = scopes.line_key
left join dated_counts
    on
        coalesce(scopes.client_id || '|' || scopes.product_id || '|*', dated_lines.counted_key) = dated_counts.line_key
        and dated_lines.basis = dated_counts.side
        and counted_days.counted_on = dated_counts.counted_on

union all

-- A system that tells only how things stand was counted whenever it was read.
select
    line_key,
    counted_on,
    quantity,
    true as is_read
from {{ ref('kept_counts') }}
