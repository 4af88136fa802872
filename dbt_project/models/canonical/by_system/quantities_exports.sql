with exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- The closing state of what is charged: all charges that cover the cut-off, with their reversals. Days of a period that
-- another charge covers whole (a prorate) do not make one by themselves; an invoice in advance states the next period.
charges as (
    select
        source_name,
        account_id,
        vendor_product_id,
        side,
        coalesce(bool_or(not is_part and covers), false) as is_covered,
        min(charged_from) filter (where not is_part and is_next) as next_from,
        coalesce(bool_or(covers), false) as has_any
    from (
        select
            exported_quantities.*,
            exported_quantities.is_part_charge
            or exported_quantities.charged_to - exported_quantities.charged_from < 26 as is_part,
            run.cutoff_date between exported_quantities.charged_from and exported_quantities.charged_to as covers,
            exported_quantities.charged_from > run.cutoff_date
            and exported_quantities.charged_from <= run.cutoff_date + interval 31 day as is_next
        from exported_quantities
        cross join run
        where
            exported_quantities.charged_from is not null
            and exported_quantities.charged_to is not null
            and exported_quantities.not_counted is null
    ) as periods
    group by source_name, account_id, vendor_product_id, side
),

-- A source of which no charge covers the cut-off nor follows it at once knows nothing of that month.
charging_sources as (
    select
        source_name,
        side,
        bool_or(is_covered or has_any or next_from is not null) as covers
    from charges
    group by source_name, side
),

judged as (
    select
        exported_quantities.*,
        -- A row whose side is not known stands somewhere, and counts nowhere.
        case
            when exported_quantities.side in ('owned', 'used', 'charged') then exported_quantities.side
            else 'owned'
        end as known_side,
        case
            when exported_quantities.side is null then 'it names no side'
            when exported_quantities.side not in ('owned', 'used', 'charged')
                then 'side ' || exported_quantities.side || ' is not known'
            when exported_quantities.not_counted is not null then exported_quantities.not_counted
            when exported_quantities.cancelled_date <= run.cutoff_date
                then 'cancelled on ' || strftime(exported_quantities.cancelled_date, '%Y-%m-%d')
            when exported_quantities.effective_date > run.cutoff_date
                then 'starts on ' || strftime(exported_quantities.effective_date, '%Y-%m-%d')
            when charges.source_name is null or not charging_sources.covers then null
            when
                case
                    when charges.is_covered
                        then run.cutoff_date between exported_quantities.charged_from and exported_quantities.charged_to
                    when charges.next_from is not null then exported_quantities.charged_from = charges.next_from
                    else run.cutoff_date between exported_quantities.charged_from and exported_quantities.charged_to
                end
                then null
            else
                'charge of ' || strftime(exported_quantities.charged_from, '%Y-%m-%d') || ' to '
                || strftime(exported_quantities.charged_to, '%Y-%m-%d')
                || case
                    when charges.is_covered or charges.next_from is null
                        then '; it does not hold ' || strftime(run.cutoff_date, '%Y-%m-%d')
                    else '; the charge from ' || strftime(charges.next_from, '%Y-%m-%d') || ' states what stands'
                end
        end as own_reason,
        case
            when exported_quantities.fault is not null then exported_quantities.fault
            when exported_quantities.end_date < run.cutoff_date and exported_quantities.status is null
                then
                    'its term ended on ' || strftime(exported_quantities.end_date, '%Y-%m-%d')
                    || ', and nothing says whether it was renewed'
            when charges.source_name is not null and not charging_sources.covers
                then
                    'it charges ' || strftime(exported_quantities.charged_from, '%Y-%m-%d') || ' to '
                    || strftime(exported_quantities.charged_to, '%Y-%m-%d') || ', and no row charges '
                    || strftime(run.cutoff_date, '%Y-%m-%d')
        end as row_fault,
        -- The file that reaches further knows better what an earlier day was.
        max(exported_quantities.counted_on)
            over (partition by exported_quantities.source_name, exported_quantities.file_hash)
            as file_reach
    from exported_quantities
    cross join run
    left join charges
        on
            exported_quantities.source_name = charges.source_name
            and exported_quantities.account_id = charges.account_id
            and exported_quantities.vendor_product_id = charges.vendor_product_id
            and exported_quantities.side = charges.side
            and exported_quantities.charged_from is not null
            and exported_quantities.charged_to is not null
    left join charging_sources
        on
            exported_quantities.source_name = charging_sources.source_name
            and exported_quantities.side = charging_sources.side
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
        case when own_reason is null then row_fault end as fault,
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
