{{ config(materialized='view') }}

-- The second opinion: what each line bills and should bill, found from the raw rows and the rules by the guide, beside
-- what the run says. One row per main line of a PSA that is read; what is left out says why. What has units by its
-- counting rule and no line at all has a row with nothing said.
with run as (
    select * from {{ source('control', 'run') }}
),

terms as (
    select * from {{ ref('recomputed_terms') }}
),

bundled as (
    select * from {{ ref('recomputed_bundles') }}
),

billing as (
    select * from {{ ref('recomputed_scopes') }}
),

-- Where a rule says whose units are whose, rows are placed one by one.
placed_by_rule as (
    select distinct
        trim(rules.client_id) as client_id,
        trim(rules.product_id) as product_id
    from {{ source('rules', 'agreement_units') }} as rules
    cross join run
    where {{ holds('rules') }}
),

counts as (
    select * from {{ ref('recomputed_counts') }}
),

catalog as (
    {{ raw_rows_in_use('connectwise', 'catalog', ['id'], '_info__last_updated') }}
),

said as (
    select
        line_key,
        client_id,
        product_id,
        split_part(line_key, '|', 3) as scope,
        is_assessed,
        class,
        counted_when,
        currency,
        billed_quantity,
        owned_quantity,
        used_quantity,
        expected_quantity,
        variance,
        revenue_impact,
        count(*) over (partition by client_id, product_id) as line_count,
        count(*) over (partition by client_id, product_id, split_part(line_key, '|', 3)) as scope_count
    from {{ ref('reconciliation') }}
    where line_part = 'main' and client_id is not null and product_id is not null
),

counting as (
    select * from {{ ref('recomputed_counting') }}
),

billed as (
    select
        client_id,
        product_id,
        scope,
        sum(billed_quantity) filter (where not is_credit) as billed_quantity,
        sum(included_quantity) filter (where not is_credit) as included_quantity,
        count(*) filter (where not is_credit) as row_count,
        count(*) filter (where is_credit) as credit_count,
        count(*) filter (where unit_price is null and not is_credit) as unpriced_count,
        sum(billed_quantity * unit_price) filter (where is_credit) as credit_amount,
        count(distinct currency) as currency_count,
        min(currency) as currency,
        count(distinct agreement_id) as agreement_count,
        min(agreement_id) as agreement_id,
        min(agreement_start) as first_start,
        min((length(agreement_id), agreement_id)) as first_agreement,
        bool_or(is_other_cycle) as has_other_cycle,
        bool_or(is_in_question) as is_in_question
    from billing
    group by client_id, product_id, scope
),

-- The rows of a line in the order in which they would change: the one with the most units that has a price, else the
-- newest. A credit lowers the price of the units that it belongs to.
rows_in_order as (
    select
        billing.client_id,
        billing.product_id,
        billing.scope,
        billing.billed_quantity,
        cast(
            billing.unit_price + coalesce({{ exact_share(
                'billed.credit_amount', 'billed.billed_quantity'
            ) }}, 0) as decimal(18, 6)
        ) as net_price,
        row_number() over in_order as place,
        coalesce(sum(billing.billed_quantity) over (
            in_order rows between unbounded preceding and 1 preceding
        ), 0) as units_before
    from billing
    inner join billed
        on
            billing.client_id = billed.client_id
            and billing.product_id = billed.product_id
            and billing.scope = billed.scope
    where not billing.is_credit
    window in_order as (
        partition by billing.client_id, billing.product_id, billing.scope
        order by
            coalesce(billing.unit_price = 0, false),
            billing.billed_quantity desc,
            {{ day_of('billing.effective_date') }} desc nulls last,
            cast(billing.source_record_id as bigint) desc
    )
),

first_prices as (
    select
        client_id,
        product_id,
        scope,
        net_price
    from rows_in_order
    where place = 1
),

units as (
    select
        counts.client_id,
        counts.product_id,
        counts.source_system,
        counts.side,
        cast(case
            when coalesce(any_value(counts.rule.counts_people), 'no') = 'yes' and counts.side = 'used'
                then
                    count(distinct row(counts.account_id, counts.holder_id)) filter (where counts.holder_id is not null)
                    + coalesce(sum(counts.quantity) filter (where counts.holder_id is null), 0)
            else sum(counts.quantity) filter (where counts.stands)
        end as decimal(18, 4)) as quantity,
        bool_or(counts.is_in_question) as is_in_question,
        -- Whether its side and system are those by which the rule counts the product.
        any_value(counts.rule.basis) = counts.side
        and counts.source_system = any_value(case counts.side
            when 'owned' then counts.rule.owned_source
            when 'used' then counts.rule.used_source
        end) as is_needed
    from counts
    where not counts.is_excluded
    group by counts.client_id, counts.product_id, counts.source_system, counts.side
),

-- Each term from the narrowest rule that states it.
terms_of_lines as (
    select
        said.line_key,
        min_by(terms.basis, terms.breadth) as basis,
        min_by(terms.fixed_quantity, terms.breadth) as fixed_quantity,
        min_by(terms.minimum_quantity, terms.breadth) filter (where terms.minimum_scope = 'line') as minimum_quantity,
        min_by(terms.agreement_id, terms.breadth) filter (where terms.minimum_scope = 'line') as minimum_agreement,
        min_by(terms.contract_price, terms.breadth) as contract_price,
        min_by(terms.contract_currency, terms.breadth) filter (where terms.contract_price is not null)
            as contract_currency,
        count(*) filter (where terms.minimum_scope in ('pool', 'agreement')) as shared_minimum_count
    from said
    left join billed
        on
            said.client_id = billed.client_id
            and said.product_id = billed.product_id
            and said.scope = billed.scope
    inner join terms
        on
            said.client_id = terms.client_id
            and terms.product_id in (said.product_id, '*')
            -- A rule for an agreement speaks of its own line, or of one that it alone bills.
            and (
                terms.agreement_id in (said.scope, '*')
                or (billed.agreement_count = 1 and billed.agreement_id = terms.agreement_id)
            )
    group by said.line_key
),

ruled as (
    select
        said.*,
        coalesce(own.stated, general.stated) as rule
    from said
    left join counting as own on said.product_id = own.product_id and said.client_id = own.client_id
    left join counting as general on said.product_id = general.product_id and general.client_id = '*'
),

own as (
    select
        said.*,
        coalesce(terms_of_lines.basis, said.rule.basis) as own_basis,
        cast(coalesce(billed.billed_quantity, 0) as decimal(18, 4)) as own_billed,
        cast(coalesce(billed.included_quantity, 0) as decimal(18, 4)) as own_included,
        cast(coalesce(terms_of_lines.minimum_quantity, 0) as decimal(18, 4)) as own_minimum,
        case own_basis
            when 'owned' then said.rule.owned_source
            when 'used' then said.rule.used_source
            when 'charged' then said.rule.charged_source
        end as own_source,
        said.rule.owned_source,
        said.rule.used_source,
        terms_of_lines.fixed_quantity,
        terms_of_lines.minimum_agreement,
        terms_of_lines.contract_price,
        terms_of_lines.contract_currency,
        coalesce(terms_of_lines.shared_minimum_count, 0) as shared_minimum_count,
        billed.client_id is not null as is_billed,
        billed.first_start,
        billed.first_agreement,
        coalesce(billed.row_count, 0) as row_count,
        coalesce(billed.credit_count, 0) as credit_count,
        coalesce(billed.unpriced_count, 0) as unpriced_count,
        coalesce(billed.has_other_cycle, false) as has_other_cycle,
        coalesce(billed.is_in_question, false) as is_in_question,
        billed.currency as own_currency,
        coalesce(billed.currency_count, 1) as own_currency_count,
        first_prices.net_price as first_price,
        bundled.product_id is not null as is_bundled,
        exists(
            select 1 from placed_by_rule
            where
                placed_by_rule.client_id = said.client_id
                and placed_by_rule.product_id in (said.product_id, '*')
        ) as is_placed_by_rule,
        said.rule is not null as has_rule,
        catalog.price as list_price,
        coalesce(lower(trim(catalog.recurring_bill_cycle__name)), 'monthly') not in ('', 'monthly', 'month')
            as has_other_list_cycle
    from ruled as said
    left join billed
        on
            said.client_id = billed.client_id
            and said.product_id = billed.product_id
            and said.scope = billed.scope
    left join first_prices
        on
            said.client_id = first_prices.client_id
            and said.product_id = first_prices.product_id
            and said.scope = first_prices.scope
    left join terms_of_lines on said.line_key = terms_of_lines.line_key
    left join bundled on said.client_id = bundled.client_id and said.product_id = bundled.product_id
    left join catalog on said.product_id = 'connectwise:' || cast(catalog.id as varchar)
),

-- Units go to agreements: first what each includes, then what each bills, the oldest first; the rest to the oldest.
claims as (
    select
        own.*,
        coalesce(units.quantity, 0) as all_units,
        coalesce(units.is_in_question, false) as are_units_in_question,
        coalesce(owned_units.quantity, 0) as own_owned,
        coalesce(used_units.quantity, 0) as own_used,
        case
            when own.line_count > 1 then 'shared out among several lines'
            when not own.has_rule then 'no counting rule'
            when own.owned_quantity is null then 'unknown to the run'
            when own.owned_source not in ('microsoft_graph', 'pax8', 'ninjaone') then 'counted by a file'
            when owned_units.is_in_question then 'counted by what is no plain subscription'
        end as owned_reason,
        case
            when own.line_count > 1 then 'shared out among several lines'
            when not own.has_rule then 'no counting rule'
            when own.used_quantity is null then 'unknown to the run'
            when own.used_source not in ('microsoft_graph', 'pax8', 'ninjaone') then 'counted by a file'
            when used_units.is_in_question then 'counted by what is no plain subscription'
        end as used_reason,
        row_number() over oldest_first as claim_place,
        coalesce(sum(own.own_included) over (oldest_first rows between unbounded preceding and 1 preceding), 0)
            as included_before,
        coalesce(sum(own.own_billed) over (oldest_first rows between unbounded preceding and 1 preceding), 0)
            as billed_before,
        sum(own.own_included) over (partition by own.client_id, own.product_id) as all_included,
        sum(own.own_included + own.own_billed) over (partition by own.client_id, own.product_id) as all_claimed
    from own
    left join units
        on
            own.client_id = units.client_id
            and own.product_id = units.product_id
            and own.own_source = units.source_system
            and own.own_basis = units.side
    left join units as owned_units
        on
            own.client_id = owned_units.client_id
            and own.product_id = owned_units.product_id
            and own.owned_source = owned_units.source_system
            and owned_units.side = 'owned'
    left join units as used_units
        on
            own.client_id = used_units.client_id
            and own.product_id = used_units.product_id
            and own.used_source = used_units.source_system
            and used_units.side = 'used'
    window oldest_first as (
        partition by own.client_id, own.product_id
        order by own.is_billed desc, own.first_start asc nulls last, own.first_agreement asc nulls last
    )
),

shared_out as (
    select
        *,
        case
            when line_count = 1 then all_units
            else
                greatest(0, least(own_included, all_units - included_before))
                + greatest(0, least(own_billed, all_units - all_included - billed_before))
                + case when claim_place = 1 then greatest(0, all_units - all_claimed) else 0 end
        end as own_units
    from claims
),

-- What is left out, and why: the first reason that applies. B is compared whatever the reason, but for what is not
-- read.
judged as (
    select
        *,
        case
            when split_part(client_id, ':', 1) != 'connectwise' then 'billed by an export'
            when scope_count > 1 then 'billed in several currencies'
            when is_bundled then 'a bundle or what it covers'
            when is_in_question then 'billed by what does not say that it bills'
            when has_other_cycle then 'billed by another cycle than the month'
            when is_placed_by_rule then 'units given to agreements by rule'
        end as unread_reason,
        case
            when unread_reason is not null then unread_reason
            when not is_assessed then 'not assessed by the run: ' || class
            when not has_rule then 'no counting rule'
            when shared_minimum_count > 0 or (line_count > 1 and minimum_agreement = '*')
                then 'a minimum that lines share'
            when coalesce(counted_when, 'last_day') not in ('last_day', 'prorated') then 'counted on other days'
            when own_basis = 'charged' then 'counted by vendor charges'
            when own_basis != 'fixed' and own_source not in ('microsoft_graph', 'pax8', 'ninjaone')
                then 'counted by a file'
            when are_units_in_question then 'counted by what is no plain subscription'
        end as left_out_reason,
        greatest(
            own_minimum,
            case
                when own_basis = 'fixed' then coalesce(fixed_quantity, own_billed)
                else greatest(0, own_units - own_included)
            end
        ) as own_expected,
        own_expected - own_billed as own_variance,
        coalesce(own_currency, currency) as money_currency
    from shared_out
),

-- What is too much is taken from row after row, at its own price.
taken as (
    select
        judged.line_key,
        case
            when bool_and(rows_in_order.net_price is not null)
                then -sum(
                    cast(
                        least(
                            rows_in_order.billed_quantity,
                            greatest(0, -judged.own_variance - rows_in_order.units_before)
                        ) as decimal(20, 4)
                    ) * rows_in_order.net_price
                )
        end as amount
    from judged
    inner join rows_in_order
        on
            judged.client_id = rows_in_order.client_id
            and judged.product_id = rows_in_order.product_id
            and judged.scope = rows_in_order.scope
    where judged.own_variance < 0 and rows_in_order.units_before < -judged.own_variance
    group by judged.line_key
),

valued as (
    select
        judged.*,
        taken.amount as taken_amount
    from judged
    left join taken on judged.line_key = taken.line_key
),

priced as (
    select
        *,
        case
            when left_out_reason is not null then left_out_reason
            when own_currency_count > 1 then 'billed in several currencies'
            when credit_count > 0 and row_count > 1 then 'credits beside several rows'
            when row_count = 0 and contract_price is null and has_other_list_cycle
                then 'a catalogue price of another cycle than the month'
        end as money_reason,
        contract_price is not null and contract_currency = money_currency as is_contract_price,
        -- Money in a currency that is none is unknown.
        case
            when not ({{ is_currency('money_currency') }}) then null
            when is_contract_price then contract_price
            when row_count > 0 then first_price
            when list_price > 0 then list_price
        end as own_price,
        case
            when own_variance = 0 and own_price is not null then 0
            when not ({{ is_currency('money_currency') }}) then null
            when own_variance < 0 and not is_contract_price and row_count > 0 then taken_amount
            else cast(own_variance as decimal(20, 4)) * own_price
        end as own_amount
    from valued
),

stated as (
    select
        line_key,
        client_id,
        product_id,
        class,
        has_rule,
        unread_reason,
        left_out_reason,
        money_reason,
        coalesce(unread_reason, owned_reason) as owned_reason,
        coalesce(unread_reason, used_reason) as used_reason,
        billed_quantity,
        own_billed,
        owned_quantity,
        own_owned,
        used_quantity,
        own_used,
        expected_quantity,
        own_expected,
        variance,
        own_variance,
        revenue_impact,
        own_price,
        -- Half up at the line, to the currency's own coins.
        cast(case
            when
                money_currency in (
                    'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF',
                    'XOF', 'XPF'
                )
                then cast(round(own_amount, 0) as decimal(18, 3))
            when money_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')
                then cast(round(own_amount, 3) as decimal(18, 3))
            else cast(round(own_amount, 2) as decimal(18, 3))
        end as decimal(18, 3)) as own_impact
    from priced
),

-- Units that a rule counts, of a client and a product of which the run has no line.
all_said as (
    select distinct
        client_id,
        product_id
    from {{ ref('reconciliation') }}
),

missing as (
    select
        units.client_id,
        units.product_id,
        max(units.quantity) as quantity
    from units
    anti join all_said
        on
            units.client_id = all_said.client_id
            and units.product_id = all_said.product_id
    where units.is_needed and units.quantity > 0 and not units.is_in_question
    group by units.client_id, units.product_id
)

select * from stated  -- noqa: AM07

union all by name

select
    client_id || '|' || product_id || '|*' as line_key,
    client_id,
    product_id,
    true as has_rule,
    'no line of the run' as class,
    'no line of the run' as unread_reason,
    'no line of the run' as money_reason,
    'no line of the run' as owned_reason,
    'no line of the run' as used_reason,
    quantity as own_expected,
    quantity as own_variance
from missing
