{{ config(materialized='ephemeral') }}

-- What each system says of each client and product on the last day, row by row, with what the rules make of it.
with run as (
    select * from {{ source('control', 'run') }}
),

companies as (
    {{ raw_rows_in_use('connectwise', 'companies', ['id'], '_info__last_updated') }}
),

catalog as (
    {{ raw_rows_in_use('connectwise', 'catalog', ['id'], '_info__last_updated') }}
),

subscribed_skus as (
    {{ raw_rows_in_use('microsoft_graph', 'subscribed_skus', ['tenant_id', 'sku_id']) }}
),

license_assignments as (
    {{ raw_rows_in_use('microsoft_graph', 'license_assignments', ['tenant_id', 'sku_id', 'user_id']) }}
),

distributor_companies as (
    {{ raw_rows_in_use('pax8', 'companies', ['id']) }}
),

distributor_products as (
    {{ raw_rows_in_use('pax8', 'products', ['id']) }}
),

subscriptions as (
    {{ raw_rows_in_use('pax8', 'subscriptions', ['id']) }}
),

directory_subscriptions as (
    {{ raw_rows_in_use('microsoft_graph', 'directory_subscriptions', ['tenant_id', 'id']) }}
),

-- Units of a SKU that several subscriptions make up, or one that is a trial or another owner's, are more than one kind.
mixed_skus as (
    select
        lower(trim(tenant_id)) as account_id,
        lower(trim(sku_id, ' {}')) as vendor_product_id,
        coalesce(bool_or(is_trial), false) as has_trial
    from directory_subscriptions
    group by account_id, vendor_product_id
    having count(*) > 1 or bool_or(is_trial) or bool_or(owner_tenant_id is not null)
),

devices as (
    {{ raw_rows_in_use('ninjaone', 'devices', ['id']) }}
),

computer_systems as (
    {{ raw_rows_in_use('ninjaone', 'computer_systems', ['device_id']) }}
),

tenants as (
    {{ raw_rows_in_use('microsoft_graph', 'tenants', ['tenant_id']) }}
),

-- A tenant that is neither in the newest list of tenants nor was asked beside it has left.
asked_tenants as (
    select lower(trim(tenant_id)) as account_id
    from tenants

    union

    select lower(reads.account_id) as account_id
    from {{ source('control', 'reads') }} as reads
    inner join {{ ref('recomputed_reads') }} as answers
        on
            answers.source_system = 'microsoft_graph'
            and answers.table_name = 'tenants'
            and reads.run_id = answers.run_id
    where reads.source_system = 'microsoft_graph' and reads.account_id is not null

    except

    -- Gone by a person's word, and by the login's own in this run.
    select lower(reads.account_id) as account_id
    from {{ source('control', 'reads') }} as reads
    cross join {{ source('control', 'run') }} as run
    inner join {{ source('rules', 'gone_accounts') }} as gone
        on
            lower(trim(gone.account_id)) = lower(reads.account_id)
            and trim(gone.source_system) = reads.source_system
            and {{ holds('gone') }}
    where
        reads.source_system = 'microsoft_graph'
        and reads.run_id = run.run_id
        and contains(reads.message, 'AADSTS90002')
),

-- A record that is said to be another one's machine must share a number with another live record.
said_duplicates as (
    select source_record_id
    from {{ ref('row_dispositions') }}
    where source_system = 'ninjaone' and disposition = 'duplicate'
),

live_devices as (
    select
        devices.id,
        lower(trim(devices.uid)) as uid,
        lower(trim(computer_systems.serial_number)) as serial_number,
        lower(trim(computer_systems.bios_serial_number)) as bios_serial_number
    from devices
    left join computer_systems on devices.id = computer_systems.device_id
    where coalesce(upper(nullif(trim(devices.approval_status), '')), 'APPROVED') = 'APPROVED'
),

numbers as (
    unpivot (select
        id,
        uid,
        serial_number,
        bios_serial_number
    from live_devices)
    on uid, serial_number, bios_serial_number
    into name number_kind value number_said
),

proven_duplicates as (
    select distinct numbers.id
    from numbers
    inner join said_duplicates on cast(numbers.id as varchar) = said_duplicates.source_record_id
    inner join numbers as others
        on
            numbers.number_said = others.number_said
            and numbers.id != others.id
),

stated as (
    select
        'microsoft_graph' as source_system,
        'owned' as side,
        lower(trim(subscribed_skus.tenant_id)) as account_id,
        lower(trim(subscribed_skus.sku_id)) as vendor_product_id,
        lower(trim(subscribed_skus.tenant_id)) || ':' || lower(trim(subscribed_skus.sku_id)) as source_record_id,
        coalesce(subscribed_skus.prepaid_units__enabled, 0)
        + coalesce(subscribed_skus.prepaid_units__warning, 0) as quantity,
        true as stands,
        mixed_skus.account_id is not null as is_in_question
    from subscribed_skus
    left join mixed_skus
        on
            lower(trim(subscribed_skus.tenant_id)) = mixed_skus.account_id
            and lower(trim(subscribed_skus.sku_id)) = mixed_skus.vendor_product_id

    union all by name

    select
        'microsoft_graph' as source_system,
        'used' as side,
        lower(trim(license_assignments.tenant_id)) as account_id,
        lower(trim(license_assignments.sku_id)) as vendor_product_id,
        lower(trim(license_assignments.tenant_id)) || ':' || lower(trim(license_assignments.sku_id)) || ':'
        || lower(trim(license_assignments.user_id)) as source_record_id,
        1 as quantity,
        true as stands,
        coalesce(mixed_skus.has_trial, false) as is_in_question,
        license_assignments.user_id as holder_id,
        lower(trim(license_assignments.user_principal_name)) as holder_name,
        coalesce(not license_assignments.account_enabled, false) as is_disabled,
        coalesce(lower(license_assignments.user_type) = 'guest', false) as is_guest,
        lower(trim(license_assignments.office_location)) as office,
        lower(trim(license_assignments.department)) as department,
        lower(trim(license_assignments.company_name)) as company
    from license_assignments
    left join mixed_skus
        on
            lower(trim(license_assignments.tenant_id)) = mixed_skus.account_id
            and lower(trim(license_assignments.sku_id)) = mixed_skus.vendor_product_id

    union all by name

    -- Dates decide, words explain; seats are what recurs.
    select
        'pax8' as source_system,
        'owned' as side,
        trim(subscriptions.company_id) as account_id,
        trim(subscriptions.product_id) as vendor_product_id,
        trim(subscriptions.id) as source_record_id,
        subscriptions.quantity,
        coalesce(
            greatest({{ day_of('subscriptions.start_date') }}, subscriptions.billing_start) <= run.cutoff_date, true
        )
        and case
            when lower(subscriptions.status) in ('cancelled', 'canceled')
                then coalesce({{ day_of('subscriptions.end_date') }} > run.cutoff_date, false)
            when
                lower(
                    subscriptions.status) in (
                    'active', 'activated', 'pendingcancel', 'pendingmanual',
                    'pendingautomated', 'pendingactivation', 'waitingfordetails', 'converted', 'trial'
                )
                then coalesce({{ day_of('subscriptions.end_date') }} > run.cutoff_date, true)
            else false
        end
        and coalesce(lower(subscriptions.billing_term) not in ('one-time', 'onetime', 'activation'), true) as stands,
        -- The vendor has not begun or has ended it, and its dates say otherwise; or it bills once.
        lower(subscriptions.status) not in ('active', 'activated', 'pendingcancel', 'trial', 'cancelled', 'canceled')
        or (
            lower(subscriptions.status) in ('cancelled', 'canceled')
            and {{ day_of('subscriptions.end_date') }} > run.cutoff_date
        )
        or lower(subscriptions.billing_term) in ('one-time', 'onetime', 'activation') as is_in_question
    from subscriptions
    cross join run

    union all by name

    select
        'ninjaone' as source_system,
        'used' as side,
        cast(devices.organization_id as varchar) as account_id,
        trim(devices.node_class) as vendor_product_id,
        cast(devices.id as varchar) as source_record_id,
        1 as quantity,
        proven_duplicates.id is null
        and coalesce(upper(nullif(trim(devices.approval_status), '')), 'APPROVED') = 'APPROVED'
        -- Only an answer from after the period knows devices that were added after it.
        and coalesce(devices.created <= epoch(run.cutoff), true) as stands,
        -- Before the calendar or long after it: nobody can say when it was seen.
        coalesce(devices.last_contact not between 0 and 4102444800, false) as is_in_question,
        devices.last_contact as seen_at
    from devices
    cross join run
    left join proven_duplicates on devices.id = proven_duplicates.id
),

clients as (
    select
        'connectwise:' || cast(id as varchar) as client_id,
        cast(id as varchar) as company_number,
        coalesce(deleted_flag, false) as is_deleted,
        lower(trim(struct_extract(list_filter(
            coalesce(try(from_json(custom_fields, '[{"caption":"VARCHAR","value":"VARCHAR"}]')), []),
            lambda field: lower(trim(struct_extract(field, 'caption'))) = 'tenant id'
        )[1], 'value'), ' {}')) as tenant_id
    from companies
),

-- A person's word goes before ids; an id proves a client where it is nobody else's.
ruled_clients as (
    select
        rules.source_system,
        lower(trim(rules.account_id)) as account_key,
        max_by(trim(rules.client_id), (rules.valid_from, -rules.line)) as client_id
    from {{ source('rules', 'client_map') }} as rules
    cross join run
    left join clients on trim(rules.client_id) = clients.client_id
    where
        {{ holds('rules') }}
        -- A rule about a client that the PSA does not have says nothing.
        and (clients.client_id is not null or not starts_with(trim(rules.client_id), 'connectwise:'))
    group by rules.source_system, account_key
),

tenant_clients as (
    select
        'microsoft_graph' as source_system,
        tenant_id as account_key,
        min(client_id) as client_id
    from clients
    where tenant_id != '' and not is_deleted
    group by tenant_id
    having count(*) = 1
),

-- The number that a distributor keeps for its partner is a hint; what was made of it must at least agree with it.
hinted_clients as (
    select
        'pax8' as source_system,
        lower(mappings.account_id) as account_key,
        mappings.client_id
    from {{ ref('public_client_mappings') }} as mappings
    inner join distributor_companies on mappings.account_id = trim(distributor_companies.id)
    inner join clients
        on
            mappings.client_id = clients.client_id
            and trim(distributor_companies.external_id) = clients.company_number
            and not clients.is_deleted
    where mappings.source_system = 'pax8' and mappings.method = 'id'
),

split_values as (
    select
        trim(splits.source_system) as source_system,
        lower(trim(splits.account_id)) as account_key,
        lower(trim(splits.attribute)) as attribute,
        lower(trim(splits.value)) as attribute_value,
        -- The users of a client that the PSA does not have are nobody's.
        case
            when clients.client_id is not null or not starts_with(trim(splits.client_id), 'connectwise:')
                then trim(splits.client_id)
        end as client_id
    from {{ source('rules', 'splits') }} as splits
    cross join run
    left join clients on trim(splits.client_id) = clients.client_id
    where {{ holds('splits') }}
),

split_accounts as (
    select
        source_system,
        account_key,
        min(attribute) as attribute
    from split_values
    group by source_system, account_key
),

sold_products as (
    select 'connectwise:' || cast(id as varchar) as product_id
    from catalog

    union

    select product_id
    from {{ ref('recomputed_billing') }}
),

ruled_products as (
    select
        rules.source_system,
        lower(trim(rules.vendor_product_id)) as product_key,
        max_by(trim(rules.product_id), (rules.valid_from, -rules.line)) as product_id
    from {{ source('rules', 'product_map') }} as rules
    cross join run
    left join sold_products on trim(rules.product_id) = sold_products.product_id
    where
        {{ holds('rules') }}
        and (sold_products.product_id is not null or not starts_with(trim(rules.product_id), 'connectwise:'))
    group by rules.source_system, product_key
),

items as (
    select * from {{ ref('recomputed_items') }}
),

catalogued as (
    select
        upper(trim(catalog.vendor_sku)) as vendor_sku,
        coalesce(items.product_id, 'connectwise:' || cast(catalog.id as varchar)) as product_id
    from catalog
    left join items on 'connectwise:' || cast(catalog.id as varchar) = items.item_id
    where trim(catalog.vendor_sku) != '' and not coalesce(catalog.inactive_flag, false)
),

sku_items as (
    select
        vendor_sku,
        min(product_id) as product_id
    from catalogued
    group by vendor_sku
    having count(distinct product_id) = 1
),

sku_products as (
    select
        'pax8' as source_system,
        lower(trim(distributor_products.id)) as product_key,
        sku_items.product_id
    from distributor_products
    inner join sku_items on upper(trim(distributor_products.vendor_sku)) = sku_items.vendor_sku
),

placed as (
    select
        stated.*,
        case
            when split_accounts.account_key is null
                then coalesce(ruled_clients.client_id, tenant_clients.client_id, hinted_clients.client_id)
            else split_values.client_id
        end as client_id,
        coalesce(items.product_id, ruled_products.product_id, sku_products.product_id) as product_id
    from stated
    left join asked_tenants on stated.account_id = asked_tenants.account_id
    left join split_accounts
        on stated.source_system = split_accounts.source_system and lower(stated.account_id) = split_accounts.account_key
    left join split_values
        on
            stated.source_system = split_values.source_system
            and lower(stated.account_id) = split_values.account_key
            and stated.holder_id is not null
            and split_values.attribute_value = case split_values.attribute
                when 'office' then stated.office
                when 'department' then stated.department
                else stated.company
            end
    left join ruled_clients
        on stated.source_system = ruled_clients.source_system and lower(stated.account_id) = ruled_clients.account_key
    left join tenant_clients
        on stated.source_system = tenant_clients.source_system and lower(stated.account_id) = tenant_clients.account_key
    left join hinted_clients
        on stated.source_system = hinted_clients.source_system and lower(stated.account_id) = hinted_clients.account_key
    left join ruled_products
        on
            stated.source_system = ruled_products.source_system
            and lower(stated.vendor_product_id) = ruled_products.product_key
    left join items on ruled_products.product_id = items.item_id
    left join sku_products
        on
            stated.source_system = sku_products.source_system
            and lower(stated.vendor_product_id) = sku_products.product_key
    where stated.source_system != 'microsoft_graph' or asked_tenants.account_id is not null
),

exclusions as (
    select
        trim(rules.client_id) as client_id,
        trim(rules.source_system) as source_system,
        lower(trim(rules.vendor_product_id)) as vendor_product_id,
        lower(trim(rules.source_record_id)) as record_name
    from {{ source('rules', 'exclusions') }} as rules
    cross join run
    where {{ holds('rules') }}
),

-- Rules about whole products are matched once a product, rules about one record or user by its name.
excluded_products as (
    select distinct
        kinds.client_id,
        kinds.source_system,
        kinds.vendor_product_id
    from (select distinct
        client_id,
        source_system,
        vendor_product_id
    from placed) as kinds
    inner join exclusions
        on
            exclusions.record_name = '*'
            and exclusions.client_id in ('*', kinds.client_id)
            and exclusions.source_system in ('*', kinds.source_system)
            and exclusions.vendor_product_id in ('*', lower(kinds.vendor_product_id))
),

named_exclusions as (
    select * from exclusions
    where record_name != '*'
),

excluded_records as (
    select placed.source_record_id
    from placed
    inner join named_exclusions as rules on lower(placed.source_record_id) = rules.record_name
    where
        rules.client_id in ('*', placed.client_id)
        and rules.source_system in ('*', placed.source_system)
        and rules.vendor_product_id in ('*', lower(placed.vendor_product_id))

    union

    select placed.source_record_id
    from placed
    inner join named_exclusions as rules on placed.holder_name = rules.record_name
    where
        rules.client_id in ('*', placed.client_id)
        and rules.source_system in ('*', placed.source_system)
        and rules.vendor_product_id in ('*', lower(placed.vendor_product_id))
),

special_users as (
    select distinct
        trim(rules.source_system) as source_system,
        lower(trim(rules.account_id)) as account_id,
        lower(trim(rules.user_name)) as holder_name
    from {{ source('rules', 'special_users') }} as rules
    cross join run
    where {{ holds('rules') }}
),

counting as (
    select * from {{ ref('recomputed_counting') }}
),

ruled as (
    select
        placed.*,
        coalesce(own_rules.stated, general_rules.stated) as rule
    from placed
    left join counting as own_rules
        on placed.product_id = own_rules.product_id and placed.client_id = own_rules.client_id
    left join counting as general_rules
        on placed.product_id = general_rules.product_id and general_rules.client_id = '*'
)

select
    placed.rule,
    placed.client_id,
    placed.product_id,
    placed.source_system,
    placed.side,
    placed.account_id,
    placed.holder_id,
    cast(placed.quantity as decimal(18, 4)) as quantity,
    placed.stands,
    coalesce(placed.is_in_question, false) as is_in_question,
    excluded_products.vendor_product_id is not null or excluded_records.source_record_id is not null as is_excluded
from ruled as placed
cross join run
left join excluded_products
    on
        placed.client_id = excluded_products.client_id
        and placed.source_system = excluded_products.source_system
        and placed.vendor_product_id = excluded_products.vendor_product_id
left join excluded_records on placed.source_record_id = excluded_records.source_record_id
left join special_users
    on
        placed.source_system = special_users.source_system
        and placed.account_id = special_users.account_id
        and placed.holder_name = special_users.holder_name
where
    (placed.stands or placed.is_in_question)
    and placed.client_id is not null
    and placed.rule is not null
    -- Devices that nobody has seen for longer than the rule allows, and users whom it leaves out.
    and coalesce(epoch(run.cutoff) - placed.seen_at <= placed.rule.inactive_days * 86400, true)
    and (special_users.holder_name is null or coalesce(placed.rule.counts_special, 'yes') = 'yes')
    and (not coalesce(placed.is_guest, false) or coalesce(placed.rule.counts_guests, 'yes') = 'yes')
    and (not coalesce(placed.is_disabled, false) or coalesce(placed.rule.counts_disabled, 'yes') = 'yes')
