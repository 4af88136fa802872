with all_versions as (
    select
        raw_rows.*,
        reads.captured_at
    from {{ source('raw_exports', 'vendor_quantities') }} as raw_rows
    inner join {{ ref('current_reads') }} as reads
        on
            raw_rows._dlt_load_id = reads.load_id
            and reads.source_system = 'exports'
            and reads.table_name = 'vendor_quantities'
            and raw_rows.source_name = reads.raw_account_id
    where raw_rows.counted_on is not null
),

renamed as (
    select
        trim(source_name) as source_name,
        file_name,
        file_hash,
        coalesce({{ clean('account_id') }}, {{ name_as_id('account_name') }}) as account_id,
        coalesce({{ clean('product_code') }}, {{ name_as_id('product_name') }}) as vendor_product_id,
        lower(trim(side)) as side,
        quantity,
        counted_on,
        _dlt_load_id as load_id,
        captured_at as read_at
    from all_versions
)

select * from renamed
