-- Fails with each billed line that is compared with a source of which the client has no account while accounts of that
-- source wait for a client: what it has may be theirs, so nothing can be concluded.
-- It does not assert which accounts wait: the lines of what is unmapped say that.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}

with waiting as (
    select distinct vendor_source_system
    from {{ ref('reconciliation') }}
    where line_part = 'unmapped_client'
),

compared as (
    select
        line_key,
        client_id,
        basis_source
    from {{ ref('reconciliation') }}
    where line_part = 'main' and kind in ('billing', 'clean') and billed_quantity > 0 and basis != 'fixed'
)

select compared.*
from compared
semi join waiting on compared.basis_source = waiting.vendor_source_system
anti join {{ ref('public_client_mappings') }} as mappings
    on
        compared.client_id = mappings.client_id
        and compared.basis_source = mappings.source_system
