with open_accounts as (
    select * from {{ ref('open_accounts') }}
),

vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
),

-- A guest writes from the company he is a guest of.
users as (
    select
        source_system,
        account_id,
        holder_id,
        {{ domain_of("split_part(holder_name, '@', -1)") }} as domain
    from vendor_quantities
    where holder_name like '%@%' and is_countable and not coalesce(holder_is_guest, false)
),

account_user_domains as (
    select
        users.source_system,
        users.account_id,
        users.domain,
        count(distinct users.holder_id) as users
    from users
    inner join open_accounts
        on users.source_system = open_accounts.source_system and users.account_id = open_accounts.account_id
    where users.domain is not null
    group by users.source_system, users.account_id, users.domain
)

select * from account_user_domains
