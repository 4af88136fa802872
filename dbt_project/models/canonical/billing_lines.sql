with additions as (
    select * from {{ ref('stg_connectwise__additions') }}
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

agreements as (
    select * from {{ ref('agreements') }}
),

clients as (
    select * from {{ ref('clients') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

connectwise_lines as (
    select
        'connectwise' as source_system,
        'additions' as source_table,
        additions.addition_id as source_record_id,
        agreements.client_id,
        additions.agreement_id,
        additions.product_id,
        coalesce(additions.description, additions.invoice_description, additions.product_code) as line_description,
        additions.effective_date as valid_from,
        additions.cancelled_date as valid_to,
        additions.quantity,
        coalesce(additions.less_included, 0) as included_quantity,
        coalesce(additions.billed_quantity, additions.quantity - coalesce(additions.less_included, 0))
            as billed_quantity,
        additions.unit_price,
        additions.unit_cost,
        agreements.currency,
        additions.bill_customer as raw_bill_mode,
        {{ bill_mode_of('additions.bill_customer') }} as bill_mode,
        case
            when agreements.agreement_id is null then 'its agreement was not read'
            else agreements.not_live_reason
        end as agreement_reason,
        additions.last_updated_at,
        additions.read_at
    from additions
    left join agreements on additions.agreement_id = agreements.agreement_id
),

exported_billing_lines as (
    select
        exported_lines.source_name as source_system,
        'billing_lines' as source_table,
        exported_lines.source_record_id,
        exported_lines.client_id,
        exported_lines.agreement_id,
        exported_lines.product_id,
        exported_lines.product_name as line_description,
        exported_lines.effective_date as valid_from,
        exported_lines.cancelled_date as valid_to,
        exported_lines.quantity,
        coalesce(exported_lines.included_quantity, 0) as included_quantity,
        exported_lines.quantity - coalesce(exported_lines.included_quantity, 0) as billed_quantity,
        exported_lines.unit_price,
        exported_lines.unit_cost,
        exported_lines.currency,
        exported_lines.raw_bill_mode,
        exported_lines.bill_mode,
        cast(null as varchar) as agreement_reason,
        cast(null as timestamptz) as last_updated_at,
        exported_lines.read_at
    from exported_lines
),

all_lines as (
    select * from connectwise_lines
    union all by name
    select * from exported_billing_lines
),

final as (
    select
        all_lines.source_system,
        all_lines.source_table,
        all_lines.source_record_id,
        all_lines.client_id,
        all_lines.agreement_id,
        all_lines.product_id,
        all_lines.line_description,
        all_lines.valid_from,
        all_lines.valid_to,
        cast(coalesce(all_lines.quantity, 0) as decimal(18, 4)) as quantity,
        cast(all_lines.included_quantity as decimal(18, 4)) as included_quantity,
        cast(coalesce(all_lines.billed_quantity, 0) as decimal(18, 4)) as billed_quantity,
        cast(all_lines.unit_price as decimal(18, 6)) as unit_price,
        cast(all_lines.unit_cost as decimal(18, 6)) as unit_cost,
        coalesce(all_lines.currency, clients.currency, run.default_currency) as currency,
        -- A word that is not known must not be charged silently: such a line is not live and says why.
        coalesce(all_lines.bill_mode, 'do_not_bill') as bill_mode,
        case
            when all_lines.agreement_reason is not null then all_lines.agreement_reason
            when all_lines.bill_mode is null then 'bill mode ' || all_lines.raw_bill_mode || ' is not known'
            when all_lines.client_id is null then 'it names no client'
            when all_lines.product_id is null then 'it names no product'
            when all_lines.quantity is null and all_lines.billed_quantity is null then 'it carries no quantity'
            when all_lines.valid_from > run.cutoff_date
                then 'line starts on ' || strftime(all_lines.valid_from, '%Y-%m-%d')
            when all_lines.valid_to <= run.cutoff_date
                then 'line cancelled on ' || strftime(all_lines.valid_to, '%Y-%m-%d')
        end as not_live_reason,
        all_lines.last_updated_at,
        all_lines.read_at as captured_at
    from all_lines
    left join clients on all_lines.client_id = clients.client_id
    cross join run
)

select
    *,
    not_live_reason is null as is_live
from final
