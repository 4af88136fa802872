{{ config(materialized='view') }}

with faults as (
    select * from {{ ref('quantity_faults') }}
),

accounts as (
    select * from {{ ref('vendor_accounts') }}
    where coalesce(is_active, true)
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

exclusions as (
    select * from {{ ref('exclusions_in_force') }}
    where source_record_id = '*'
),

-- Where clients share an account, each of them may be concerned, but none need have a line.
ruled as (
    select
        faults.source_system,
        faults.side,
        faults.fault,
        client_mappings.client_id,
        product_mappings.product_id,
        {{ of_side('faults.side', 'counting_rules.{}_source') }} as designated_source,
        client_mappings.method != 'split' as is_certain
    from faults
    inner join accounts
        on faults.source_system = accounts.source_system and faults.account_id = accounts.account_id
    inner join client_mappings
        on faults.source_system = client_mappings.source_system and faults.account_id = client_mappings.account_id
    inner join product_mappings
        on
            faults.source_system = product_mappings.source_system
            and faults.vendor_product_id = product_mappings.vendor_product_id
    inner join counting_rules
        on
            product_mappings.product_id = counting_rules.product_id
            and {{ counting_client('client_mappings.client_id') }}
            and (
                faults.source_system = {{ of_side('faults.side', 'counting_rules.{}_source') }}
                or (faults.side = 'owned' and list_contains(counting_rules.further_owned_sources, faults.source_system))
            )
    anti join exclusions
        on
            exclusions.client_id in (client_mappings.client_id, '*')
            and exclusions.source_system in (faults.source_system, '*')
            and exclusions.vendor_product_id in (faults.vendor_product_id, '*')
)

select
    client_id,
    product_id,
    source_system,
    designated_source,
    side,
    string_agg(distinct fault, ', ' order by fault) as fault,
    bool_or(is_certain) as makes_line
from ruled
group by client_id, product_id, source_system, designated_source, side
