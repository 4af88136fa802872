with billing_faults as (
    select
        line_key,
        source_system,
        'line ' || source_record_id || ': ' || fault as fault,
        source_record_id
    from {{ ref('billing_rows_resolved') }}
    where makes_line and fault is not null

    union all

    -- Nobody can say what one unit more is worth where more is credited than billed.
    select
        line_key,
        source_system,
        'line ' || credit_ids || ': it takes ' || {{ money_text('unit_price - net_price', 'currency') }}
        || ' a unit off the ' || {{ money_text('unit_price', 'currency') }} || ' of line ' || source_record_id as fault,
        source_record_id
    from {{ ref('billing_rows_resolved') }}
    where is_live and is_billed and unit_price > 0 and net_price < 0
),

-- A charge that is taken back is a negative row of the account's charges; they must not come to less than nothing.
vendor_rows as (
    select
        *,
        quantity < 0
        and (
            side != 'charged'
            or sum(case when resolution = 'counted' then quantity end) over (
                partition by line_key, source_system, side, account_id, vendor_product_id
            ) < 0
        ) as is_short
    from {{ ref('vendor_rows_resolved') }}
),

-- A negative row would take from another what is there; one without quantity, or of a state that nobody knows, leaves
-- its count unknown.
vendor_faults as (
    select
        line_key,
        client_id,
        product_id,
        source_system,
        side,
        source_record_id,
        resolution = 'counted' as is_counted,
        -- The rows of a file stand side by side: one that cannot be judged leaves any sum of theirs open.
        is_faulty and source_table = 'vendor_quantities' as is_open_row,
        case
            when is_faulty then source_record_id || ': ' || fault
            when resolution = 'counted'
                then source_record_id || ' states ' || {{ plain_number('quantity') }} || ' ' || side
            else source_record_id || ' carries no quantity'
        end as fault
    from vendor_rows
    where
        is_faulty
        or (resolution = 'counted' and is_short)
        or (
            resolution = 'not_countable'
            and reason = 'it carries no quantity'
            and designated_source = source_system
        )
),

lines as (
    select * from {{ ref('lines') }}
),

scopes as (
    select * from {{ ref('line_scopes') }}
    where scope_count > 1
),

terms as (
    select * from {{ ref('line_terms') }}
),

agreements as (
    select * from {{ ref('agreements') }}
),

-- What each line of a product with several lines is counted by, and which rule says so.
bases as (
    select
        lines.line_key,
        lines.client_id,
        lines.product_id,
        lines.basis,
        lines.needed_source,
        case
            when scopes.agreement_id is null then 'what its other agreements bill'
            else 'agreement ' || coalesce(agreements.agreement_name || ' (', '(') || scopes.agreement_id || ')'
        end
        || ' counts ' || lines.basis
        || coalesce(' (' || coalesce(terms.basis_rule_id, lines.counting_rule_id) || ')', '') as basis_text
    from lines
    inner join scopes on lines.line_key = scopes.line_key
    left join terms on lines.line_key = terms.line_key
    left join agreements on scopes.agreement_id = agreements.agreement_id
    where lines.line_part = 'main' and lines.basis is not null
),

several_bases as (
    select
        client_id,
        product_id,
        string_agg(distinct basis_text, ', ' order by basis_text) as bases_text
    from bases
    group by client_id, product_id
    having count(distinct basis) > 1
),

-- Units that nobody gave to an agreement may be any of theirs, and each would be counted another way.
undivided as (
    select distinct
        client_id,
        product_id,
        side
    from {{ ref('vendor_rows_resolved') }}
    where is_undivided
),

-- Seats that are bought elsewhere than the counting rule looks are missing from the line. A tenant sells nothing: it
-- shows the seats that were bought somewhere, so it is no further source, and beside it nothing is missing.
outside as (
    select
        vendor_rows.client_id,
        vendor_rows.product_id,
        vendor_rows.source_system,
        sum(vendor_rows.quantity) as quantity
    from {{ ref('vendor_rows_resolved') }} as vendor_rows
    where
        vendor_rows.resolution = 'other_source'
        and vendor_rows.side = 'owned'
        and vendor_rows.quantity > 0
        and vendor_rows.source_system != 'microsoft_graph'
        and vendor_rows.designated_source != 'microsoft_graph'
    group by vendor_rows.client_id, vendor_rows.product_id, vendor_rows.source_system
),

-- Whose a unit is, a rule says of the rows of the last day: of other days only sums by product are known.
divided as (
    select distinct line_key
    from {{ ref('vendor_rows_resolved') }}
    where is_shared_out and not is_undivided
),

dated as (
    select
        line_key,
        counted_when
    from {{ ref('dated_lines') }}
    where whose = 'contract' and counted_when != 'prorated'
),

-- A bundle and its components have one line: what one of several agreements says of it would be lost, or hold for all.
bundle_terms as (
    select
        bundle_roles.main_line_key as line_key,
        string_agg(distinct coalesce(all_terms.rule_id, all_terms.agreement_id), ', ') as rules_text,
        count(distinct billing_rows.agreement_id) as agreement_count
    from {{ ref('bundle_roles') }} as bundle_roles
    inner join {{ ref('billing_rows_resolved') }} as billing_rows
        on
            bundle_roles.main_line_key = billing_rows.line_key
            and billing_rows.is_billed
    inner join {{ ref('stg_rules__terms') }} as all_terms
        on
            bundle_roles.client_id = all_terms.client_id
            and all_terms.product_id in (bundle_roles.product_id, '*')
    cross join {{ ref('current_run') }} as run
    where
        all_terms.agreement_id != '*'
        and {{ in_force('all_terms.valid_from', 'all_terms.valid_to', 'run.cutoff_date') }}
    group by bundle_roles.main_line_key
    having
        count(distinct billing_rows.agreement_id) > 1
        and bool_or(all_terms.agreement_id = billing_rows.agreement_id)
),

faults as (
    select
        line_key,
        source_system,
        fault,
        source_record_id
    from billing_faults

    union all

    select
        divided.line_key,
        'rules/agreement_units.csv' as source_system,
        'whose units are whose is known of the last day alone, and its counting rule says ' || dated.counted_when
            as fault,
        '' as source_record_id
    from divided
    inner join dated on divided.line_key = dated.line_key

    union all

    select
        line_key,
        'rules/terms.csv' as source_system,
        agreement_count || ' agreements bill this bundle or component, which is compared as a whole, and ' || rules_text
        || ' is about one of them alone: write it with agreement *' as fault,
        '' as source_record_id
    from bundle_terms

    union all

    select
        lines.line_key,
        'rules/counting.csv' as source_system,
        {{ plain_number('outside.quantity') }} || ' owned at ' || outside.source_system
        || ' are left out by ' || coalesce(lines.counting_rule_id, 'the counting rule') || ': write '
        || lines.owned_source || '+' || outside.source_system
        || ' as its owned_source if they are further seats, or exclude them if they are the same' as fault,
        '' as source_record_id
    from lines
    inner join outside
        on
            lines.client_id = outside.client_id
            and lines.product_id = outside.product_id
    where lines.line_part = 'main' and lines.is_ruled and lines.basis = 'owned'

    union all

    select
        bases.line_key,
        'rules/agreement_units.csv' as source_system,
        'no rule says whose units are whose: ' || several_bases.bases_text as fault,
        '' as source_record_id
    from bases
    inner join several_bases
        on
            bases.client_id = several_bases.client_id
            and bases.product_id = several_bases.product_id
    inner join undivided
        on
            bases.client_id = undivided.client_id
            and bases.product_id = undivided.product_id
            and bases.basis = undivided.side

    union all

    select
        vendor_faults.line_key,
        vendor_faults.source_system,
        vendor_faults.fault,
        vendor_faults.source_record_id
    from vendor_faults
    inner join lines on vendor_faults.line_key = lines.line_key
    -- A side that is only shown beside the basis makes the line no less certain; a bundle may be counted by any side.
    where
        vendor_faults.is_counted
        or vendor_faults.is_open_row
        or lines.line_part = 'bundle'
        or (
            lines.line_part = 'main'
            and vendor_faults.side = lines.basis
        )

    union all

    -- What is not counted stands with the oldest agreement and may be any other's.
    select
        bases.line_key,
        vendor_faults.source_system,
        vendor_faults.fault,
        vendor_faults.source_record_id
    from vendor_faults
    inner join bases
        on
            vendor_faults.client_id = bases.client_id
            and vendor_faults.product_id = bases.product_id
            and vendor_faults.side = bases.basis
            and vendor_faults.source_system = bases.needed_source
    where not vendor_faults.is_counted and vendor_faults.line_key != bases.line_key

    union all

    -- What a source says of a product as a whole and cannot be right: it goes before its single records.
    select
        lines.line_key,
        product_faults.source_system,
        product_faults.fault,
        '' as source_record_id
    from {{ ref('product_faults') }} as product_faults
    inner join lines
        on product_faults.client_id = lines.client_id and product_faults.product_id = lines.product_id
    where
        lines.line_part = 'bundle'
        or (
            lines.line_part = 'main'
            and product_faults.side = lines.basis
            and product_faults.designated_source = lines.needed_source
        )
),

numbered as (
    select
        *,
        row_number() over (
            partition by line_key, source_system
            order by length(source_record_id), source_record_id
        ) as position,
        count(*) over (partition by line_key, source_system) as fault_count
    from faults
)

-- Three are enough to go and look; the PSA's come first, since they are ours to mend.
select
    line_key,
    source_system,
    string_agg(fault, ', ' order by position) filter (where position <= 3)
    || case when max(fault_count) > 3 then ' and ' || (max(fault_count) - 3) || ' more' else '' end as message
from numbered
group by line_key, source_system
qualify
    row_number() over (
        partition by line_key
        order by bool_or(fault like 'line %') desc, source_system asc
    ) = 1
