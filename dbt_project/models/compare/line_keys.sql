with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where makes_line
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where makes_line
),

-- What a source says so badly that no row of it counts, where nothing else stands for a line of the client and product.
faults as (
    select
        product_faults.client_id,
        product_faults.product_id
    from {{ ref('product_faults') }} as product_faults
    anti join billing_rows
        on product_faults.client_id = billing_rows.client_id and product_faults.product_id = billing_rows.product_id
    anti join vendor_rows
        on
            product_faults.client_id = vendor_rows.client_id
            and product_faults.product_id = vendor_rows.product_id
            and vendor_rows.line_part in ('main', 'bundle')
    where product_faults.makes_line
),

-- Every component of a sold bundle, also where nothing of it is there: the part that the bundle covers, and the line
-- for what may be beyond it (kept only where something is).
components as (
    select * from {{ ref('bundle_roles') }}
    where role = 'component'
),

members as (
    select
        line_key,
        'main' as line_part,
        client_id as client_key,
        product_id as product_key,
        client_id,
        product_id,
        null as source_system,
        null as account_id,
        null as vendor_product_id
    from billing_rows

    union all

    select
        line_key,
        line_part,
        client_key,
        product_key,
        client_id,
        product_id,
        source_system,
        account_id,
        vendor_product_id
    from vendor_rows

    union all

    select
        unnest([covered_line_key, main_line_key]) as line_key,
        unnest(['bundle', 'main']) as line_part,
        client_id as client_key,
        product_id as product_key,
        client_id,
        product_id,
        null as source_system,
        null as account_id,
        null as vendor_product_id
    from components

    union all

    -- What the contract asks for at least, where nothing is billed and nothing is there.
    select
        line_key,
        'main' as line_part,
        client_id as client_key,
        product_id as product_key,
        client_id,
        product_id,
        null as source_system,
        null as account_id,
        null as vendor_product_id
    from {{ ref('minimum_lines') }}

    union all

    select
        client_id || '|' || product_id || '|*' as line_key,
        'main' as line_part,
        client_id as client_key,
        product_id as product_key,
        client_id,
        product_id,
        null as source_system,
        null as account_id,
        null as vendor_product_id
    from faults
),

-- Key and part say which client and product a line is of. The vendor's own names are kept only where they are the same
-- for all rows of the line.
line_keys as (
    select
        line_key,
        line_part,
        any_value(client_key) as client_key,
        any_value(product_key) as product_key,
        any_value(client_id) as client_id,
        {{ if_all_agree('product_id') }} as product_id,
        {{ if_all_agree('source_system') }} as source_system,
        {{ if_all_agree('account_id') }} as account_id,
        {{ if_all_agree('vendor_product_id') }} as vendor_product_id
    from members
    group by line_key, line_part
)

select * from line_keys
