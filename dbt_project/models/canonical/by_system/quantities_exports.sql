with exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

judged as (
    select
        *,
        -- A row whose side is not known stands somewhere, and counts nowhere.
        case when side in ('owned', 'used', 'charged') then side else 'owned' end as known_side,
        case
            when side is null then 'it names no side'
            when side not in ('owned', 'used', 'charged') then 'side ' || side || ' is not known'
            when status in ('decommissioned', 'retired') then 'retired'
            when
                status in (
                    'cancelled', 'canceled', 'suspended', 'expired', 'deleted', 'terminated', 'inactive', 'disabled',
                    'lockedout', 'locked out', 'pending', 'staged', 'converted', 'pendingactivation',
                    'pending activation', 'pendingmanual', 'pendingautomated', 'waitingfordetails'
                )
                then 'status ' || status
        end as own_reason,
        -- The file that reaches further knows better what an earlier day was.
        max(counted_on) over (partition by source_name, file_hash) as file_reach
    from exported_quantities
),

ranked as (
    select
        *,
        first_value(file_name) over same_day as standing_file,
        first_value(file_hash) over same_day as standing_hash,
        -- A file that names every account says of its days that there were no others.
        max((file_reach, file_name, file_hash)) filter (where names_every_account) over (
            partition by source_name, known_side, counted_on
        ) as whole_file
    from judged
    window
        same_day as (
            partition by source_name, account_id, known_side, counted_on
            order by file_reach desc, file_name desc, file_hash desc
        )
),

standing as (
    select
        ranked.* exclude (standing_file),
        ranked.counted_on is null
        or (
            ranked.file_hash = ranked.standing_hash
            and coalesce((ranked.file_reach, ranked.file_name, ranked.file_hash) >= ranked.whole_file, true)
        ) as is_standing,
        case when ranked.file_hash = ranked.standing_hash then ranked.whole_file[2] else ranked.standing_file end
            as standing_file,
        max(ranked.counted_on) filter (where ranked.counted_on <= run.cutoff_date) over (
            partition by ranked.source_name, ranked.account_id, ranked.known_side
        ) as last_day,
        max(ranked.counted_on) filter (where ranked.counted_on <= run.cutoff_date) over (
            partition by ranked.source_name, ranked.known_side
        ) as newest_day
    from ranked
    cross join run
),

-- An account's newest day by the cut-off closes its period; what it does not show on that day is gone. Where the file
-- names every account, the file's own newest day does: an account that is not there any more is gone too.
closed as (
    select
        *,
        case when names_every_account then newest_day else last_day end as closing_day
    from standing
),

quantities as (
    select
        known_side as side,
        source_name as source_system,
        'vendor_quantities' as source_table,
        source_record_id,
        account_id,
        vendor_product_id,
        quantity,
        unit_cost as monthly_unit_cost,
        currency,
        counted_on,
        closing_day,
        newest_day,
        names_every_account,
        counted_on is not null and is_standing and own_reason is null as is_dated_count,
        case
            when own_reason is not null then own_reason
            when not is_standing
                then 'count of ' || strftime(counted_on, '%Y-%m-%d') || '; ' || standing_file || ' restates that day'
            when counted_on != closing_day and last_day < closing_day
                then
                    'count of ' || strftime(counted_on, '%Y-%m-%d') || '; the account is in no count after '
                    || strftime(last_day, '%Y-%m-%d')
            when counted_on != closing_day
                then
                    'count of ' || strftime(counted_on, '%Y-%m-%d') || '; the count of '
                    || strftime(closing_day, '%Y-%m-%d') || ' stands'
            when counted_on is not null and closing_day is null
                then 'count of ' || strftime(counted_on, '%Y-%m-%d') || ', after the cut-off'
        end as state_reason
    from closed
)

select * from quantities
