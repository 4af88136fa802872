with run as (
    select * from {{ ref('stg_control__run') }}
),

exported_lines as (
    select
        lines.*,
        {{ in_force('lines.effective_date', 'lines.first_day_not_billed', 'run.cutoff_date') }} as is_in_force
    from {{ ref('stg_exports__billing_lines') }} as lines
    cross join run
),

-- Where every row bills one month, a month that no row bills is one that the file does not hold: unknown, not nothing.
months as (
    select
        exported_lines.source_name,
        bool_or(exported_lines.billed_month = date_trunc('month', run.cutoff_date)) as has_month,
        strftime(min(exported_lines.billed_month), '%Y-%m') as first_month,
        strftime(max(exported_lines.billed_month), '%Y-%m') as last_month,
        any_value(strftime(run.cutoff_date, '%Y-%m')) as asked_month
    from exported_lines
    cross join run
    where exported_lines.billed_month is not null
    group by exported_lines.source_name
),

billing_lines as (
    select
        exported_lines.source_name as source_system,
        'billing_lines' as source_table,
        exported_lines.source_record_id,
        exported_lines.client_id,
        exported_lines.agreement_id,
        exported_lines.product_id,
        exported_lines.effective_date as valid_from,
        exported_lines.first_day_not_billed as valid_to,
        exported_lines.quantity,
        coalesce(exported_lines.included_quantity, 0) as included_quantity,
        exported_lines.quantity - coalesce(exported_lines.included_quantity, 0) as billed_quantity,
        exported_lines.unit_price,
        exported_lines.unit_cost,
        exported_lines.billing_cycle,
        false as is_one_time,
        exported_lines.effective_date as first_billed_on,
        exported_lines.currency,
        exported_lines.raw_bill_mode,
        exported_lines.bill_mode,
        case
            when exported_lines.not_counted is not null then exported_lines.not_counted
            when exported_lines.billed_month > run.cutoff_date
                then 'it bills ' || strftime(exported_lines.billed_month, '%Y-%m')
        end as agreement_reason,
        case
            when exported_lines.fault is not null then exported_lines.fault
            when exported_lines.billed_month is not null and not months.has_month
                then
                    'the file bills ' || months.first_month
                    || case when months.last_month != months.first_month then ' to ' || months.last_month else '' end
                    || ' and nothing of ' || months.asked_month
        end as fault,
        -- A credit note takes units back; more than were billed is no credit but a slip.
        exported_lines.quantity < 0
        and sum(exported_lines.quantity) filter (
            where exported_lines.not_counted is null
            and exported_lines.fault is null
            and exported_lines.is_in_force
        ) over (partition by exported_lines.client_id, exported_lines.product_id) >= 0 as takes_back,
        cast(null as timestamptz) as last_updated_at
    from exported_lines
    cross join run
    left join months on exported_lines.source_name = months.source_name
)

select * from billing_lines
