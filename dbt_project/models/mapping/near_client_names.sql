with open_accounts as (
    select * from {{ ref('open_accounts') }}
),

client_keys as (
    select * from {{ ref('client_keys') }}
),

account_blocks as (
    select
        source_system,
        account_id,
        unnest({{ name_blocks('name_key') }}) as block
    from open_accounts
),

client_blocks as (
    select
        client_id,
        unnest({{ name_blocks('name_key') }}) as block
    from client_keys
),

telling_blocks as (
    select block from client_blocks
    group by block
    having count(*) <= 100
),

near_ids as (
    select distinct
        account_blocks.source_system,
        account_blocks.account_id,
        client_blocks.client_id
    from account_blocks
    inner join client_blocks on account_blocks.block = client_blocks.block
    inner join telling_blocks on client_blocks.block = telling_blocks.block
),

near_client_names as (
    select
        near_ids.source_system,
        near_ids.account_id,
        near_ids.client_id,
        'near name' as method,
        0.95 * jaro_winkler_similarity(open_accounts.name_key, client_keys.name_key) as score,
        'similar name' as reason
    from near_ids
    inner join open_accounts
        on near_ids.source_system = open_accounts.source_system and near_ids.account_id = open_accounts.account_id
    inner join client_keys on near_ids.client_id = client_keys.client_id
    where
        open_accounts.name_key <> client_keys.name_key
        and jaro_winkler_similarity(open_accounts.name_key, client_keys.name_key) >= 0.9
        and {{ numbered_words('open_accounts.name_key') }} = {{ numbered_words('client_keys.name_key') }}
)

select * from near_client_names
