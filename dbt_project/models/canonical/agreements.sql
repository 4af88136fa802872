with agreements as (
    select * from {{ ref('stg_connectwise__agreements') }}
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

clients as (
    select * from {{ ref('clients') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- Half-open: an end date is the last day in force, a cancellation day is already out. Cancelled without a day means
-- that nobody can say since when, so the agreement counts as cancelled from its start.
connectwise_agreements as (
    select
        agreements.agreement_id,
        'connectwise' as source_system,
        agreements.client_id,
        agreements.agreement_name,
        agreements.agreement_type,
        coalesce(agreements.currency, clients.currency, run.default_currency) as currency,
        agreements.start_date as valid_from,
        case when agreements.has_no_end then null else agreements.end_date + interval 1 day end as end_day,
        agreements.agreement_status as status,
        agreements.is_cancelled or coalesce(lower(agreements.agreement_status) in ('cancelled', 'canceled'), false)
            as is_cancelled,
        agreements.cancelled_date as said_cancelled_date,
        agreements.prorates,
        agreements.billing_cycle,
        agreements.is_one_time,
        agreements.parent_agreement_id,
        agreements.bill_to_client_id,
        agreements.last_updated_at
    from agreements
    left join clients on agreements.client_id = clients.client_id
    cross join run
),

exported_agreements as (
    select
        exported_lines.agreement_id,
        min(exported_lines.source_name) as source_system,
        arg_min(exported_lines.client_id, exported_lines.source_record_id) as client_id,
        arg_min(exported_lines.agreement_name, exported_lines.source_record_id) as agreement_name,
        cast(null as varchar) as agreement_type,
        coalesce(arg_min(exported_lines.currency, exported_lines.source_record_id), any_value(run.default_currency))
            as currency,
        cast(null as date) as valid_from,
        cast(null as timestamp) as end_day,
        cast(null as varchar) as status,
        false as is_cancelled,
        cast(null as date) as said_cancelled_date,
        false as prorates,
        cast(null as varchar) as billing_cycle,
        false as is_one_time,
        cast(null as varchar) as parent_agreement_id,
        cast(null as varchar) as bill_to_client_id,
        cast(null as timestamptz) as last_updated_at
    from exported_lines
    cross join run
    where exported_lines.agreement_id is not null
    group by exported_lines.agreement_id
),

stated_agreements as (
    select * from connectwise_agreements
    union all by name
    select * from exported_agreements
),

all_agreements as (
    select
        * exclude (said_cancelled_date),
        lower(status) as status_word,
        case when is_cancelled then said_cancelled_date end as cancelled_date
    from stated_agreements
),

judged as (
    select
        all_agreements.agreement_id,
        all_agreements.source_system,
        all_agreements.client_id,
        coalesce(all_agreements.agreement_name, all_agreements.agreement_id) as agreement_name,
        all_agreements.agreement_type,
        all_agreements.currency,
        all_agreements.valid_from,
        cast(least(all_agreements.end_day, all_agreements.cancelled_date) as date) as valid_to,
        all_agreements.is_cancelled,
        all_agreements.cancelled_date,
        all_agreements.prorates,
        all_agreements.billing_cycle,
        all_agreements.is_one_time,
        all_agreements.parent_agreement_id,
        all_agreements.bill_to_client_id,
        all_agreements.last_updated_at,
        -- Dates decide, since they also speak of past months; a status says what no date tells. Whatever is not active
        -- bills nothing, and a word that is not known leaves open whether it does.
        case
            when all_agreements.status_word not in ('active', 'cancelled', 'canceled', 'expired', 'inactive')
                then
                    'its agreement ' || all_agreements.agreement_id || ' has the status ' || all_agreements.status
                    || ', which is not known'
        end as fault,
        case
            when all_agreements.is_cancelled and all_agreements.cancelled_date is null then 'agreement cancelled'
            when all_agreements.cancelled_date <= run.cutoff_date
                then 'agreement cancelled on ' || strftime(all_agreements.cancelled_date, '%Y-%m-%d')
            when all_agreements.valid_from > run.cutoff_date
                then 'agreement starts on ' || strftime(all_agreements.valid_from, '%Y-%m-%d')
            when all_agreements.end_day <= run.cutoff_date
                then 'agreement ended on ' || strftime(all_agreements.end_day - interval 1 day, '%Y-%m-%d')
            when all_agreements.status_word = 'inactive' then 'agreement is inactive'
            -- One that ended after the period was active in it; one that says expired and no end that has come was not.
            when
                all_agreements.status_word = 'expired'
                and coalesce(all_agreements.end_day > {{ home_date('run.as_of') }}, true)
                then 'agreement expired'
        end as not_live_reason
    from all_agreements
    cross join run
),

final as (
    select
        *,
        not_live_reason is null and fault is null as is_live
    from judged
)

select * from final
