-- Fails with each dated count of a file that no day of its client or of its line knows, though the mappings of today
-- held on that day and no exclusion stands between the two.
-- It does not assert what comes of the days: a peak, an average or a sum of days.
{{ config(meta={'dagster': {'ref': {'name': 'dated_counts'}}}) }}

with run as (
    select * from {{ ref('current_run') }}
),

mapped as (
    select
        counts.source_system,
        counts.side,
        counts.account_id,
        counts.vendor_product_id,
        counts.counted_on,
        clients.client_id,
        products.product_id
    from {{ ref('vendor_quantities') }} as counts
    cross join run
    inner join {{ ref('public_client_mappings') }} as clients
        on
            counts.source_system = clients.source_system
            and counts.account_id = clients.account_id
            and {{ in_force('clients.valid_from', 'clients.valid_to', 'counts.counted_on') }}
            and clients.method != 'split'
    left join {{ ref('public_product_mappings') }} as products
        on
            counts.source_system = products.source_system
            and counts.vendor_product_id = products.vendor_product_id
            and {{ in_force('products.valid_from', 'products.valid_to', 'counts.counted_on') }}
    where counts.is_dated_count and counts.counted_on between run.period and run.cutoff_date
),

-- Rows of which a rule may take out any day, or that a rule gives to another item, are left to the others.
plain as (
    select mapped.*
    from mapped
    inner join {{ ref('counting_rules') }} as counting_rules
        on
            mapped.product_id = counting_rules.product_id
            and {{ counting_client('mapped.client_id') }}
            and mapped.source_system = {{ of_side('mapped.side', 'counting_rules.{}_source') }}
    anti join {{ ref('stg_rules__exclusions') }} as exclusions
        on
            exclusions.client_id in ('*', mapped.client_id)
            and exclusions.source_system in ('*', mapped.source_system)
            and exclusions.vendor_product_id in ('*', mapped.vendor_product_id)
    anti join {{ ref('stg_rules__item_map') }} as items on mapped.product_id in (items.item_id, items.product_id)
)

select
    mapped.source_system,
    mapped.account_id,
    mapped.counted_on,
    'no day of the client' as missing
from mapped
anti join {{ ref('shared_accounts') }} as shared
    on
        mapped.source_system = shared.source_system
        and mapped.account_id = shared.account_id
anti join {{ ref('dated_accounts') }} as days
    on
        mapped.source_system = days.source_system
        and mapped.side = days.side
        and mapped.account_id = days.account_id
        and mapped.client_id = days.client_id
        and mapped.counted_on = days.counted_on

union all

select
    plain.source_system,
    plain.account_id,
    plain.counted_on,
    'no day of the line' as missing
from plain
anti join {{ ref('dated_counts') }} as days
    on
        plain.client_id || '|' || plain.product_id || '|*' = days.line_key
        and plain.side = days.side
        and plain.account_id = days.account_id
        and plain.counted_on = days.counted_on
