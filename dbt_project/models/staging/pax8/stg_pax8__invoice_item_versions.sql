with all_versions as (
    select
        raw_items.id,
        raw_items.company_id,
        raw_items.product_id,
        raw_items.quantity,
        raw_items.total,
        reads.captured_at
    from {{ source('raw_pax8', 'invoice_items') }} as raw_items
    inner join {{ ref('current_reads') }} as reads
        on
            raw_items._dlt_load_id = reads.load_id
            and reads.source_system = 'pax8'
            and reads.table_name = 'invoice_items'
),

renamed as (
    select
        {{ clean('id') }} as invoice_item_id,
        {{ clean('company_id') }} as account_id,
        {{ clean('product_id') }} as vendor_product_id,
        quantity,
        total,
        captured_at as read_at
    from all_versions
)

select * from renamed
