with lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main' and is_ruled
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
    where method = 'split'
),

-- None of a product for the whole account is none for each of its clients: that is known.
stated as (
    select distinct
        source_system,
        account_id,
        product_id,
        side
    from {{ ref('vendor_rows_resolved') }}
    where resolution = 'stated_for_all' and product_id is not null and quantity != 0
),

shared as (
    select distinct
        client_mappings.client_id,
        stated.product_id,
        stated.source_system,
        stated.side
    from stated
    inner join client_mappings
        on
            stated.source_system = client_mappings.source_system
            and stated.account_id = client_mappings.account_id
)

select
    lines.line_key,
    bool_or(shared.side = 'owned' and shared.source_system = lines.owned_source) as is_owned_shared,
    bool_or(shared.side = 'used' and shared.source_system = lines.used_source) as is_used_shared,
    bool_or(shared.side = 'charged' and shared.source_system = lines.charged_source) as is_charged_shared,
    bool_or(shared.side = lines.basis and shared.source_system = lines.needed_source) as is_basis_shared
from lines
inner join shared on lines.client_id = shared.client_id and lines.product_id = shared.product_id
group by lines.line_key
