with vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
    where is_dated_count
),

rules as (
    select * from {{ ref('stg_rules__client_map') }}
),

clients as (
    select * from {{ ref('clients') }}
),

other_mappings as (
    select * from {{ ref('client_mappings') }}
    where rule_id is null and method != 'split'
),

shared_accounts as (
    select * from {{ ref('shared_accounts') }}
),

run as (
    select * from {{ ref('current_run') }}
),

calendar as (
    select cast(unnest(generate_series(period, cutoff_date, interval 1 day)) as date) as counted_on
    from run
),

-- A rule is that of the counted day, whatever holds at the cut-off; where no rule holds on a day, an id or a name may.
mappings as (
    select
        rules.source_system,
        rules.account_id,
        rules.client_id,
        rules.valid_from,
        rules.valid_to,
        1 as place
    from rules
    inner join clients on rules.client_id = clients.client_id

    union all

    select
        source_system,
        account_id,
        client_id,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        2 as place
    from other_mappings
),

counted as (
    select
        source_system,
        side,
        account_id,
        counted_on
    from vendor_quantities
    group by source_system, side, account_id, counted_on
),

-- What the files name on a day is all that there is, where they say so.
whole_days as (
    select
        source_system,
        side,
        counted_on
    from vendor_quantities
    where names_every_account
    group by source_system, side, counted_on
),

accounts as (
    select
        source_system,
        side,
        account_id
    from counted

    union

    select
        whole_days.source_system,
        whole_days.side,
        mappings.account_id
    from whole_days
    inner join mappings on whole_days.source_system = mappings.source_system
),

account_days as (
    select
        accounts.source_system,
        accounts.side,
        accounts.account_id,
        calendar.counted_on,
        mappings.client_id,
        counted.account_id is not null or whole_days.source_system is not null as is_known
    from accounts
    cross join calendar
    inner join mappings
        on
            accounts.source_system = mappings.source_system
            and accounts.account_id = mappings.account_id
            and {{ in_force('mappings.valid_from', 'mappings.valid_to', 'calendar.counted_on') }}
    left join counted
        on
            accounts.source_system = counted.source_system
            and accounts.side = counted.side
            and accounts.account_id = counted.account_id
            and calendar.counted_on = counted.counted_on
    left join whole_days
        on
            accounts.source_system = whole_days.source_system
            and accounts.side = whole_days.side
            and calendar.counted_on = whole_days.counted_on
    qualify
        row_number() over (
            partition by accounts.source_system, accounts.side, accounts.account_id, calendar.counted_on
            order by mappings.place asc, mappings.valid_from desc, mappings.client_id asc
        ) = 1
)

-- Of an account that clients share, nobody knows whose units a count of the whole is.
select account_days.*
from account_days
left join shared_accounts
    on
        account_days.source_system = shared_accounts.source_system
        and account_days.account_id = shared_accounts.account_id
where shared_accounts.account_id is null
