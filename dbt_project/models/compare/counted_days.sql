with accounts as (
    select
        client_mappings.client_id,
        vendor_quantities.source_system,
        vendor_quantities.side,
        vendor_quantities.account_id,
        vendor_quantities.counted_on
    from {{ ref('vendor_quantities') }} as vendor_quantities
    inner join {{ ref('client_mappings') }} as client_mappings
        on
            vendor_quantities.source_system = client_mappings.source_system
            and vendor_quantities.account_id = client_mappings.account_id
    where vendor_quantities.is_dated_count and client_mappings.method != 'split'
),

account_totals as (
    select
        client_id,
        source_system,
        side,
        count(distinct account_id) as account_count
    from accounts
    group by client_id, source_system, side
),

run as (
    select * from {{ ref('current_run') }}
)

-- A day is known where every account of the client was counted on it; a product missing on such a day was zero.
select
    accounts.client_id,
    accounts.source_system,
    accounts.side,
    accounts.counted_on
from accounts
cross join run
inner join account_totals
    on
        accounts.client_id = account_totals.client_id
        and accounts.source_system = account_totals.source_system
        and accounts.side = account_totals.side
where accounts.counted_on between run.period and run.cutoff_date
group by accounts.client_id, accounts.source_system, accounts.side, accounts.counted_on
having count(distinct accounts.account_id) = any_value(account_totals.account_count)
