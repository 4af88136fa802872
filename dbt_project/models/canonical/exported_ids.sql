-- The ids of what exports name: a name stands for one where the file has none. Rules say them as the file writes them.
with billing_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

vendor_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

ids as (
    select
        'client' as kind,
        source_name,
        client_id as id
    from billing_lines

    union

    select
        'agreement' as kind,
        source_name,
        agreement_id as id
    from billing_lines

    union

    select
        'product' as kind,
        source_name,
        product_id as id
    from billing_lines

    union

    select
        'account' as kind,
        source_name,
        account_id as id
    from vendor_quantities

    union

    select
        'vendor_product' as kind,
        source_name,
        vendor_product_id as id
    from vendor_quantities
),

exported_ids as (
    select
        kind,
        source_name as source_system,
        id
    from ids
    where id is not null
)

select * from exported_ids
