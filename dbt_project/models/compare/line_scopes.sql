with billing_lines as (
    select
        *,
        -- A row at a negative price is a credit: money, not units.
        is_live and bill_mode = 'billable' and coalesce(unit_price >= 0, true) as is_charged
    from {{ ref('billing_lines') }}
    where client_id is not null and product_id is not null
),

terms as (
    select * from {{ ref('stg_rules__terms') }}
    where agreement_id != '*'
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

bundle_roles as (
    select * from {{ ref('bundle_roles') }}
),

run as (
    select * from {{ ref('current_run') }}
),

agreements as (
    select
        *,
        row_number() over (
            partition by client_id
            order by valid_from asc nulls last, length(agreement_id) asc, agreement_id asc
        ) as place
    from {{ ref('agreements') }}
    where is_live
),

unit_rules as (
    select
        agreement_units.client_id,
        agreement_units.agreement_id,
        agreement_units.product_id
    from {{ ref('stg_rules__agreement_units') }} as agreement_units
    cross join run
    where {{ in_force('agreement_units.valid_from', 'agreement_units.valid_to', 'run.cutoff_date') }}
),

-- The agreements that a rule names, with the product that it names, or '*'.
named as (
    select
        terms.client_id,
        terms.agreement_id,
        terms.product_id
    from terms
    cross join run
    where {{ in_force('terms.valid_from', 'terms.valid_to', 'run.cutoff_date') }}

    union

    select
        client_id,
        agreement_id,
        product_id
    from unit_rules
),

named_clients as (
    select distinct client_id from named
),

named_widely as (
    select distinct client_id from named
    where product_id = '*'
),

several_currencies as (
    select
        client_id,
        product_id
    from billing_lines
    where bill_mode = 'billable'
    group by client_id, product_id
    having count(distinct currency) > 1
),

billed as (
    select
        billing_lines.client_id,
        billing_lines.product_id,
        billing_lines.agreement_id,
        billing_lines.currency,
        'billed' as known_by,
        bool_or(billing_lines.is_live or billing_lines.starts_later) as is_there,
        bool_or(billing_lines.is_live) as is_live,
        min((
            coalesce(billing_lines.valid_from, date '0001-01-01'),
            length(billing_lines.source_record_id),
            billing_lines.source_record_id
        )) as first_row,
        max(billing_lines.valid_to) filter (where billing_lines.is_dated_only) as ended_on,
        sum(billing_lines.included_quantity) filter (where billing_lines.is_charged) as included_quantity,
        sum(billing_lines.billed_quantity) filter (where billing_lines.is_charged) as billed_quantity
    from billing_lines
    left join named_clients on billing_lines.client_id = named_clients.client_id
    left join several_currencies
        on
            billing_lines.client_id = several_currencies.client_id
            and billing_lines.product_id = several_currencies.product_id
    where
        billing_lines.bill_mode = 'billable'
        and (named_clients.client_id is not null or several_currencies.client_id is not null)
    group by
        billing_lines.client_id, billing_lines.product_id, billing_lines.agreement_id, billing_lines.currency
),

candidates as (
    select * from billed

    union all by name

    -- What the contract says of a product holds where its agreement does not bill it, too.
    select
        named.client_id,
        named.product_id,
        named.agreement_id,
        'named' as known_by,
        true as is_there,
        false as is_live
    from named
    inner join agreements on named.agreement_id = agreements.agreement_id
    where named.product_id != '*'

    union all by name

    -- What nobody has ever billed belongs to the oldest agreement, with what that says of all its products.
    select
        agreements.client_id,
        counting_rules.product_id,
        agreements.agreement_id,
        'oldest' as known_by,
        false as is_there,
        false as is_live
    from agreements
    inner join named_widely on agreements.client_id = named_widely.client_id
    inner join counting_rules on {{ counting_client('agreements.client_id') }}
    where agreements.place = 1

    union all by name

    -- Units that a rule gives to an agreement are there, whether or not it bills them.
    select distinct
        unit_rules.client_id,
        counting_rules.product_id,
        unit_rules.agreement_id,
        'units' as known_by,
        false as is_there,
        false as is_live
    from unit_rules
    inner join agreements on unit_rules.agreement_id = agreements.agreement_id
    inner join counting_rules on {{ counting_client('unit_rules.client_id') }}
    where unit_rules.product_id = '*'
),

scoped as (
    select
        candidates.*,
        case
            when named_here.agreement_id is not null or named_wide.agreement_id is not null
                then candidates.agreement_id
            else '*'
        end as agreement_scope,
        agreements.valid_from as agreement_start,
        -- An agreement that still runs may bill again what it has ceased to bill.
        candidates.ended_on is not null and agreements.agreement_id is not null as has_billed
    from candidates
    left join named as named_here
        on
            candidates.client_id = named_here.client_id
            and candidates.agreement_id = named_here.agreement_id
            and candidates.product_id = named_here.product_id
    left join named as named_wide
        on
            candidates.client_id = named_wide.client_id
            and candidates.agreement_id = named_wide.agreement_id
            and named_wide.product_id = '*'
    left join agreements on candidates.agreement_id = agreements.agreement_id
    -- A bundle and its components are compared as a whole.
    anti join bundle_roles
        on
            candidates.client_id = bundle_roles.client_id
            and candidates.product_id = bundle_roles.product_id
),

-- The currency of the row that has stood longest keeps the line's key, whatever comes beside it.
told as (
    select
        *,
        first_value(currency) over (
            partition by client_id, product_id, agreement_scope
            order by first_row asc nulls last
        ) as first_currency,
        bool_or(is_there) over product as is_any_there,
        bool_or(has_billed) over product as has_any_billed,
        has_billed and row_number() over (
            partition by client_id, product_id
            order by has_billed desc, ended_on desc nulls last, length(agreement_id) asc, agreement_id asc
        ) = 1 as has_billed_last
    from scoped
    window product as (partition by client_id, product_id)
),

scopes as (
    select
        client_id,
        product_id,
        agreement_scope,
        case when is_any_there and currency != first_currency then currency end as other_currency,
        bool_or(is_live) as is_live,
        min(agreement_start) as first_start,
        min((length(agreement_id), agreement_id)) as first_agreement,
        greatest(0, coalesce(sum(included_quantity), 0)) as included_quantity,
        greatest(0, coalesce(sum(billed_quantity), 0)) as billed_quantity
    from told
    where
        is_there
        or known_by = 'units'
        or (not is_any_there and (has_billed_last or (known_by = 'oldest' and not has_any_billed)))
    group by client_id, product_id, agreement_scope, other_currency
),

-- Units go first to what is included, then to what is billed, the oldest agreement first; the rest goes to the oldest.
placed as (
    select
        *,
        client_id || '|' || product_id || '|' || agreement_scope || coalesce('|' || other_currency, '') as line_key,
        row_number() over (
            partition by client_id, product_id
            order by
                is_live desc, first_start asc nulls last, first_agreement asc nulls last, other_currency asc nulls first
        ) as place
    from scopes
)

select
    line_key,
    client_id,
    product_id,
    agreement_scope,
    nullif(agreement_scope, '*') as agreement_id,
    other_currency,
    place,
    count(*) over product as scope_count,
    included_quantity,
    billed_quantity,
    -- What the claims before it take, and what all of them take together.
    coalesce(sum(included_quantity) over earlier, 0) as included_before,
    sum(included_quantity) over product + coalesce(sum(billed_quantity) over earlier, 0) as billed_before,
    sum(included_quantity + billed_quantity) over product as claimed_quantity
from placed
window
    product as (partition by client_id, product_id),
    earlier as (
        partition by client_id, product_id
        order by place
        rows between unbounded preceding and 1 preceding
    )
-- Where one line holds all and its key says so, there is nothing to say.
qualify
    count(*) over product > 1
    or agreement_scope != '*'
    or other_currency is not null
