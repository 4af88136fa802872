with open_mappings as (
    select * from {{ ref('open_mappings') }}
),

waiting_units as (
    select * from {{ ref('waiting_units') }}
),

vendor_accounts as (
    select * from {{ ref('vendor_accounts') }}
),

vendor_products as (
    select * from {{ ref('vendor_products') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Units of an open product at an open account wait for both, and are told first with the account.
units as (
    select
        'client' as kind,
        waiting_units.source_system,
        waiting_units.account_id as left_id,
        coalesce(vendor_products.vendor_product_name, waiting_units.vendor_product_id) as held,
        waiting_units.quantity,
        waiting_units.unit_value,
        waiting_units.value_basis,
        waiting_units.currency,
        true as is_first
    from waiting_units
    left join vendor_products
        on
            waiting_units.source_system = vendor_products.source_system
            and waiting_units.vendor_product_id = vendor_products.vendor_product_id
    where waiting_units.client_id is null

    union all

    select
        'product' as kind,
        waiting_units.source_system,
        waiting_units.vendor_product_id as left_id,
        coalesce(vendor_accounts.account_name, waiting_units.account_id) as held,
        waiting_units.quantity,
        waiting_units.unit_value,
        waiting_units.value_basis,
        waiting_units.currency,
        waiting_units.client_id is not null as is_first
    from waiting_units
    left join vendor_accounts
        on
            waiting_units.source_system = vendor_accounts.source_system
            and waiting_units.account_id = vendor_accounts.account_id
    where waiting_units.product_id is null
),

amounts as (
    select
        kind,
        source_system,
        left_id,
        currency,
        amount,
        own_amount,
        currency || ' ' || {{ money_text('amount', 'currency') }} as amount_text,
        is_own
    from (
        select
            units.kind,
            units.source_system,
            units.left_id,
            units.currency,
            {{
                to_smallest_coin('sum(' ~ times('units.quantity', 'units.unit_value') ~ ')', 'units.currency')
            }} as amount,
            {{
                to_smallest_coin(
                    'sum(' ~ times('units.quantity', 'units.unit_value') ~ ') filter (where units.is_first)',
                    'units.currency'
                )
            }} as own_amount,
            units.currency = run.default_currency as is_own
        from units
        cross join run
        where units.unit_value is not null
        group by units.kind, units.source_system, units.left_id, units.currency, run.default_currency
    ) as sums
),

-- Currencies are never added nor held against each other: the home's own leads, the others stand beside it.
leading_amounts as (
    select
        kind,
        source_system,
        left_id,
        arg_min(currency, (not is_own, currency)) as currency,
        arg_min(amount, (not is_own, currency)) as amount,
        nullif(array_to_string(list(amount_text order by is_own desc, currency asc)[2:], ', '), '') as other_amounts,
        map_from_entries(
            list((currency, cast(own_amount as decimal(18, 3))) order by is_own desc, currency asc)
            filter (where own_amount > 0)
        ) as own_amounts
    from amounts
    group by kind, source_system, left_id
),

held as (
    select
        kind,
        source_system,
        left_id,
        held,
        sum(quantity) as quantity
    from units
    group by kind, source_system, left_id, held
),

held_texts as (
    select
        kind,
        source_system,
        left_id,
        array_to_string(
            list({{ plain_number('quantity') }} || ' ' || held order by quantity desc, held asc)[1:3], '; '
        )
        || case when count(*) > 3 then '; and ' || (count(*) - 3) || ' more' else '' end as holds
    from held
    group by kind, source_system, left_id
),

totals as (
    select
        kind,
        source_system,
        left_id,
        sum(quantity) as quantity,
        sum(quantity) filter (where is_first) as own_quantity,
        coalesce(sum(quantity) filter (where unit_value is null), 0) as unpriced_quantity,
        string_agg(distinct value_basis, ' and ' order by value_basis) as value_basis
    from units
    group by kind, source_system, left_id
)

select
    run.period,
    open_mappings.kind,
    open_mappings.source_system,
    open_mappings.left_id,
    open_mappings.left_name,
    row_number() over (
        partition by open_mappings.kind, coalesce(leading_amounts.currency, run.default_currency)
        order by
            leading_amounts.amount desc nulls last,
            totals.quantity desc nulls last,
            open_mappings.source_system asc,
            open_mappings.left_id asc
    ) as rank,
    cast(leading_amounts.amount as decimal(18, 3)) as waiting_amount,
    leading_amounts.currency,
    leading_amounts.other_amounts,
    totals.value_basis,
    cast(coalesce(totals.quantity, 0) as decimal(18, 4)) as waiting_quantity,
    cast(coalesce(totals.unpriced_quantity, 0) as decimal(18, 4)) as unpriced_quantity,
    held_texts.holds,
    open_mappings.domain,
    open_mappings.tenant_id,
    open_mappings.external_id,
    open_mappings.part_number,
    open_mappings.vendor_sku,
    open_mappings.vendor_name,
    cast(coalesce(totals.own_quantity, 0) as decimal(18, 4)) as own_quantity,
    leading_amounts.own_amounts,
    run.as_of
from open_mappings
cross join run
left join totals
    on
        open_mappings.kind = totals.kind
        and open_mappings.source_system = totals.source_system
        and open_mappings.left_id = totals.left_id
left join leading_amounts
    on
        open_mappings.kind = leading_amounts.kind
        and open_mappings.source_system = leading_amounts.source_system
        and open_mappings.left_id = leading_amounts.left_id
left join held_texts
    on
        open_mappings.kind = held_texts.kind
        and open_mappings.source_system = held_texts.source_system
        and open_mappings.left_id = held_texts.left_id
where open_mappings.is_active or totals.quantity is not null
order by
    open_mappings.kind asc,
    coalesce(leading_amounts.currency, run.default_currency) != run.default_currency asc,
    coalesce(leading_amounts.currency, run.default_currency) asc,
    rank asc
