-- Fails with each vendor row that stands in the line of another client or product than its published mapping says, and
-- with each that counts by a mapping which is not published.
-- It does not assert that the mapping is right: people and the second opinion say that.
{{ config(meta={'dagster': {'ref': {'name': 'row_dispositions'}}}) }}

with placed as (
    select
        source_system,
        source_table,
        source_record_id,
        mapping_id,
        product_mapping_id,
        line_key,
        disposition = 'counted' as is_counted,
        split_part(line_key, '|', 1) as client_id,
        split_part(line_key, '|', 2) as product_id
    from {{ ref('row_dispositions') }}
    -- What waits for a client, a product or a counting rule stands in a line of its own.
    where line_key is not null and disposition not in ('unmapped', 'unallocated')
)

select
    placed.source_system,
    placed.source_table,
    placed.source_record_id,
    placed.line_key,
    clients.client_id as mapped_client_id,
    products.product_id as mapped_product_id
from placed
left join {{ ref('public_client_mappings') }} as clients on placed.mapping_id = clients.mapping_id
left join {{ ref('public_product_mappings') }} as products on placed.product_mapping_id = products.mapping_id
where
    placed.client_id != coalesce(clients.client_id, placed.client_id)
    or placed.product_id != coalesce(products.product_id, placed.product_id)
    or (placed.is_counted and placed.mapping_id is not null and clients.mapping_id is null)
    or (placed.is_counted and placed.product_mapping_id is not null and products.mapping_id is null)
