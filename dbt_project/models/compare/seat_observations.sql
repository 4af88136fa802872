with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where resolution = 'counted' and holder_id is not null
),

run as (
    select * from {{ ref('current_run') }}
),

-- A mailbox or service account is disabled by its nature: only a person's disabled account is a seat of somebody gone.
-- When a user was last active is often unknown, which is not never.
seats as (
    select
        vendor_rows.line_key,
        coalesce(vendor_rows.holder_is_disabled and vendor_rows.special_kind is null, false) as is_gone,
        coalesce(
            epoch(run.cutoff) - epoch(vendor_rows.last_active_at)
            > coalesce(vendor_rows.inactive_days, 90) * 86400,
            false
        ) as is_unseen,
        coalesce(vendor_rows.special_kind = 'shared_mailbox' and not vendor_rows.is_licence_needed, false)
            as is_idle_mailbox,
        coalesce(vendor_rows.inactive_days, 90) as inactive_days
    from vendor_rows
    cross join run
),

counted as (
    select
        line_key,
        count(*) as seat_count,
        count(*) filter (where is_gone) as gone_count,
        count(*) filter (where is_unseen and not is_gone) as unseen_count,
        count(*) filter (where is_idle_mailbox) as mailbox_count,
        max(inactive_days) as inactive_days
    from seats
    group by line_key
)

select
    line_key,
    'inactive_seat' as flag,
    'Nobody active holds ' || gone_count + unseen_count || ' of ' || seat_count || ' counted licences: '
    || concat_ws(
        ', ',
        case when gone_count > 0 then gone_count || ' disabled' end,
        case
            when unseen_count > 0
                then unseen_count || ' without sign-in for more than ' || inactive_days || ' days'
        end
    ) || '.' as note,
    gone_count + unseen_count as quantity
from counted
where gone_count + unseen_count > 0

union all

select
    line_key,
    'shared_mailbox_licensed' as flag,
    'Shared mailboxes that need none hold ' || mailbox_count || ' of ' || seat_count || ' counted licences.' as note,
    mailbox_count as quantity
from counted
where mailbox_count > 0
