with name_matches as (
    select * from {{ ref('name_matches') }}
),

rejections as (
    select * from {{ ref('stg_rules__rejections') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

mapped as (
    select
        'client' as kind,
        source_system,
        account_id as left_id
    from client_mappings
    union
    select
        'product' as kind,
        source_system,
        vendor_product_id as left_id
    from product_mappings
),

-- What is mapped waits for nobody, and what a person refused does not come back.
suggestions as (
    select
        name_matches.*,
        {{
            is_unambiguous(
                'name_matches.kind, name_matches.source_system, name_matches.left_id', 'name_matches.score'
            )
        }} as is_unambiguous
    from name_matches
    left join mapped
        on
            name_matches.kind = mapped.kind
            and name_matches.source_system = mapped.source_system
            and name_matches.left_id = mapped.left_id
    left join rejections
        on
            name_matches.kind = rejections.kind
            and name_matches.source_system = rejections.source_system
            and name_matches.left_id = rejections.left_id
            and name_matches.right_id = rejections.right_id
    where mapped.left_id is null and rejections.rule_id is null
)

select * from suggestions
