{% set days_charged = "date_diff('day', charges.charge_period_start, charges.charge_period_end)" %}
{% set days_until =
    "greatest(0, date_diff('day', charges.charge_period_start, least(charges.charge_period_end, {})))" %}

with invoice_lines as (
    select
        *,
        coalesce(lower(term), '') = 'arrears' or line_type = 'usage' as is_usage,
        line_type in ('rebate', 'payment-credit', 'service-credit', 'invoice-credit') as is_credit,
        cast(date_trunc('month', invoice_date) as date) as billing_period_start
    from {{ ref('vendor_invoice_lines') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
    where method != 'split'
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Tax is a charge of its own, so that the charges of an invoice add up to what is payable.
charges as (
    select
        *,
        source_record_id as charge_id,
        case when is_payable and not is_superseded then billed_cost else 0 end as cost,
        case when is_credit then 'Credit' when is_usage then 'Usage' else 'Purchase' end as category
    from invoice_lines

    union all

    select
        *,
        source_record_id || ':tax' as charge_id,
        tax as cost,
        'Tax' as category
    from invoice_lines
    where tax != 0 and is_payable and not is_superseded
)

select
    charges.source_system,
    charges.charge_id,
    charges.invoice_id,
    charges.billing_period_start,
    cast(charges.billing_period_start + interval 1 month as date) as billing_period_end,
    charges.charge_period_start,
    charges.charge_period_end,
    cast(charges.cost as decimal(18, 6)) as billed_cost,
    charges.currency as billing_currency,
    charges.category as charge_category,
    -- Money back for a period that an earlier invoice closed.
    case
        when
            charges.category != 'Credit'
            and charges.cost < 0
            and charges.charge_period_end <= charges.billing_period_start
            then 'Correction'
    end as charge_class,
    case
        when charges.is_usage then 'Usage-Based'
        when charges.line_type in ('subscription', 'prorate') then 'Recurring'
        else 'One-Time'
    end as charge_frequency,
    charges.line_description as charge_description,
    charges.vendor_product_id as sku_id,
    charges.vendor_product_id || coalesce(':' || lower(charges.term), '') as sku_price_id,
    case
        when charges.category in ('Purchase', 'Usage') then cast(charges.quantity as decimal(18, 4))
    end as pricing_quantity,
    case when charges.category = 'Usage' then cast(charges.quantity as decimal(18, 4)) end as consumed_quantity,
    charges.account_id as sub_account_id,
    charges.account_name as sub_account_name,
    coalesce(charges.vendor_name, charges.source_system) as provider_name,
    charges.source_system as invoice_issuer_name,
    charges.source_record_id as x_source_record_id,
    charges.subscription_id as x_subscription_id,
    charges.line_type as x_line_type,
    charges.is_payable as x_is_payable,
    charges.is_superseded as x_is_superseded,
    -- By days, as money of two periods can only be set side by side on the days that they share: what is due until the
    -- end of this period less what was due until its start, so that the parts of all periods add up to the charge.
    case
        when charges.charge_period_start < charges.charge_period_end
            then
                cast(
                    {{ share_of('charges.cost', days_until.format('run.period_end'), days_charged) }}
                    - {{ share_of('charges.cost', days_until.format('run.period'), days_charged) }}
                    as decimal(18, 6)
                )
    end as x_cost_in_period,
    charges.category != 'Tax' and charges.states_closing_quantity as x_states_closing_quantity,
    client_mappings.client_id as x_client_id,
    product_mappings.product_id as x_product_id
from charges
cross join run
left join client_mappings
    on
        charges.source_system = client_mappings.source_system
        and charges.account_id = client_mappings.account_id
left join product_mappings
    on
        charges.source_system = product_mappings.source_system
        and charges.vendor_product_id = product_mappings.vendor_product_id
order by charges.source_system, charges.invoice_id, charges.charge_id
