{{ config(materialized='view') }}

with vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
),

shared_accounts as (
    select * from {{ ref('shared_accounts') }}
),

split_rules as (
    select * from {{ ref('split_rules') }}
),

special_users as (
    select * from {{ ref('special_users') }}
),

-- A shared account has one row per client: there the user who holds the licence decides, not the account.
client_mappings as (
    select * from {{ ref('client_mappings') }}
    where method != 'split'
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

vendor_rows as (
    select
        vendor_quantities.*,
        shared_accounts.attribute as split_attribute,
        lower(trim(case shared_accounts.attribute
            when 'office' then vendor_quantities.office
            when 'department' then vendor_quantities.department
            when 'company' then vendor_quantities.company
        end)) as split_value
    from vendor_quantities
    left join shared_accounts
        on
            vendor_quantities.source_system = shared_accounts.source_system
            and vendor_quantities.account_id = shared_accounts.account_id
)

select
    vendor_rows.source_system,
    vendor_rows.source_table,
    vendor_rows.source_record_id,
    vendor_rows.side,
    vendor_rows.account_id,
    vendor_rows.vendor_product_id,
    coalesce(client_mappings.client_id, split_rules.client_id) as client_id,
    coalesce(
        client_mappings.mapping_id,
        'client|' || split_rules.source_system || '|' || split_rules.account_id || '|' || split_rules.client_id
    ) as client_mapping_id,
    case when split_rules.client_id is null then client_mappings.method else 'split' end as client_mapping_method,
    vendor_rows.split_attribute,
    vendor_rows.split_value,
    split_rules.named_client_id as split_client_id,
    product_mappings.product_id,
    product_mappings.mapping_id as product_mapping_id,
    product_mappings.method as product_mapping_method,
    counting_rules.rule_id as counting_rule_id,
    counting_rules.inactive_days,
    coalesce(counting_rules.counts_people, false) as counts_people,
    vendor_rows.quantity,
    vendor_rows.is_countable,
    vendor_rows.not_countable_reason,
    vendor_rows.not_countable_disposition,
    vendor_rows.fault,
    vendor_rows.awaits_charge,
    vendor_rows.ended_on,
    vendor_rows.last_seen_at,
    vendor_rows.monthly_unit_cost,
    vendor_rows.unit_cost_rounding,
    vendor_rows.currency,
    vendor_rows.priced_from,
    vendor_rows.committed_until,
    vendor_rows.commitment_term,
    vendor_rows.commitment_months,
    vendor_rows.added_on,
    vendor_rows.added_quantity,
    vendor_rows.holder_id,
    vendor_rows.holder_name,
    vendor_rows.holder_is_disabled,
    vendor_rows.holder_is_guest,
    vendor_rows.last_active_at,
    vendor_rows.office,
    vendor_rows.department,
    vendor_rows.company,
    vendor_rows.site,
    vendor_rows.is_trial,
    vendor_rows.other_ids,
    special_users.kind as special_kind,
    special_users.is_licence_needed,
    {{ account_key('vendor_rows.') }} as account_key,
    {{ vendor_product_key('vendor_rows.') }} as vendor_product_key,
    counting_rules.product_id is not null as has_counting_rule,
    -- Why the counting rule leaves out whoever holds the licence; NULL where it counts.
    case
        when special_users.kind is not null and not counting_rules.counts_special
            then
                case special_users.kind
                    when 'shared_mailbox' then 'shared mailbox'
                    else special_users.kind || ' account'
                end
        when vendor_rows.holder_is_guest and not counting_rules.counts_guests then 'guest'
        when vendor_rows.holder_is_disabled and not counting_rules.counts_disabled then 'disabled user'
    end as left_out_reason,
    case
        when
            vendor_rows.side = 'owned'
            and list_contains(counting_rules.further_owned_sources, vendor_rows.source_system)
            then vendor_rows.source_system
        else {{ of_side('vendor_rows.side', 'counting_rules.{}_source') }}
    end as designated_source
from vendor_rows
left join client_mappings
    on
        vendor_rows.source_system = client_mappings.source_system
        and vendor_rows.account_id = client_mappings.account_id
left join split_rules
    on
        vendor_rows.source_system = split_rules.source_system
        and vendor_rows.account_id = split_rules.account_id
        and vendor_rows.split_attribute = split_rules.attribute
        and vendor_rows.split_value = split_rules.value
        and vendor_rows.holder_id is not null
left join special_users
    on
        vendor_rows.source_system = special_users.source_system
        and vendor_rows.account_id = special_users.account_id
        and vendor_rows.holder_name = special_users.user_name
left join product_mappings
    on
        vendor_rows.source_system = product_mappings.source_system
        and vendor_rows.vendor_product_id = product_mappings.vendor_product_id
left join counting_rules
    on
        product_mappings.product_id = counting_rules.product_id
        and {{ counting_client('coalesce(client_mappings.client_id, split_rules.client_id)') }}
