with vendor_rows as (
    select * from {{ ref('vendor_rows_identified') }}
),

exclusions as (
    select * from {{ ref('vendor_rows_excluded') }}
),

repeated_holders as (
    select * from {{ ref('repeated_holders') }}
),

bundle_roles as (
    select * from {{ ref('bundle_roles') }}
),

scopes as (
    select * from {{ ref('line_scopes') }}
),

agreement_units as (
    select * from {{ ref('stg_rules__agreement_units') }}
),

several_scopes as (
    select * from scopes
    where scope_count > 1
),

oldest_scopes as (
    select * from scopes
    where place = 1
),

run as (
    select * from {{ ref('current_run') }}
),

-- The order of resolution: the first step that applies decides.
resolved as (
    select
        vendor_rows.*,
        coalesce(
            vendor_rows.designated_source = vendor_rows.source_system
            and epoch(run.cutoff) - epoch(vendor_rows.last_seen_at) > vendor_rows.inactive_days * 86400,
            false
        ) as is_silent,
        exclusions.rule_id as exclusion_rule_id,
        exclusions.reason as exclusion_reason,
        repeated_holders.counted_record_id,
        bundle_roles.role as bundle_role,
        bundle_roles.bundles_text,
        case
            when not vendor_rows.is_countable then 'not_countable'
            when vendor_rows.split_attribute is not null and vendor_rows.holder_id is null then 'stated_for_all'
            -- Silent by the rule of its product, whoever its client is, and whatever else takes it out.
            when is_silent and coalesce(bundle_roles.role, '') != 'bundle' then 'not_seen'
            when vendor_rows.client_id is null and vendor_rows.split_attribute is null then 'unmapped_client'
            when exclusions.rule_id is not null then 'excluded_by_rule'
            when vendor_rows.client_id is null and not vendor_rows.has_counting_rule then 'unallocated'
            when not vendor_rows.has_counting_rule then 'unmapped_product'
            when bundle_roles.role = 'bundle' then 'counted_by_driver'
            when coalesce(vendor_rows.designated_source, '') != vendor_rows.source_system then 'other_source'
            when vendor_rows.left_out_reason is not null then 'left_out'
            when vendor_rows.client_id is null then 'unallocated'
            when repeated_holders.source_record_id is not null then 'same_person'
            else 'counted'
        end as resolution
    from vendor_rows
    cross join run
    left join exclusions
        on
            vendor_rows.source_system = exclusions.source_system
            and vendor_rows.source_table = exclusions.source_table
            and vendor_rows.source_record_id = exclusions.source_record_id
    left join repeated_holders
        on
            vendor_rows.source_system = repeated_holders.source_system
            and vendor_rows.source_table = repeated_holders.source_table
            and vendor_rows.source_record_id = repeated_holders.source_record_id
    left join bundle_roles
        on
            vendor_rows.client_id = bundle_roles.client_id
            and vendor_rows.product_id = bundle_roles.product_id
),

-- A row whose state nobody understands may count or not: its line is not assessed, unless it would not count anyway.
-- Which part of the comparison a row belongs to; rows without quantity of their own follow their client and product.
placed as materialized (
    select
        *,
        coalesce(
            fault is not null
            and client_id is not null
            and designated_source = source_system
            and exclusion_rule_id is null
            and not is_silent,
            false
        ) as is_faulty,
        case
            when client_id is null and split_attribute is null then 'unmapped_client'
            when exclusion_rule_id is not null and resolution in ('excluded_by_rule', 'not_seen') then 'excluded'
            when client_id is null then 'unallocated'
            when not has_counting_rule then 'unmapped_product'
            when bundle_role = 'component' then 'bundle'
            else 'main'
        end as line_part,
        coalesce(client_id, account_key) as client_key,
        case
            when client_id is not null and resolution != 'excluded_by_rule' and not has_counting_rule
                then vendor_product_key
            else coalesce(product_id, vendor_product_key)
        end as product_key
    from resolved
),

-- Where a client's product has several lines, its units are shared out.
contested as (
    select placed.*
    from placed
    semi join several_scopes
        on
            placed.client_id = several_scopes.client_id
            and placed.product_id = several_scopes.product_id
    where placed.resolution = 'counted' and placed.line_part = 'main' and placed.quantity > 0
),

-- A rule goes first: that of the record, of its site, of its user, of its account; of this product before any.
ruled as (
    select
        contested.source_system,
        contested.source_table,
        contested.source_record_id,
        any_value(contested.client_id) as client_id,
        any_value(contested.product_id) as product_id,
        any_value(contested.side) as side,
        any_value(contested.quantity) as quantity,
        arg_min(
            several_scopes.line_key,
            (
                list_position(
                    ['record', 'site', 'office', 'department', 'company', 'account'], agreement_units.attribute
                ),
                agreement_units.product_id = '*',
                several_scopes.place
            )
        ) as line_key
    from contested
    cross join run
    inner join agreement_units
        on
            contested.client_id = agreement_units.client_id
            and contested.source_system = agreement_units.source_system
            and agreement_units.product_id in (contested.product_id, '*')
            and agreement_units.value
            = lower(trim(case agreement_units.attribute
                when 'record' then contested.source_record_id
                when 'site' then contested.site
                when 'office' then contested.office
                when 'department' then contested.department
                when 'company' then contested.company
                when 'account' then contested.account_id
            end))
    inner join several_scopes
        on
            contested.client_id = several_scopes.client_id
            and contested.product_id = several_scopes.product_id
            and agreement_units.agreement_id = several_scopes.agreement_id
    where {{ in_force('agreement_units.valid_from', 'agreement_units.valid_to', 'run.cutoff_date') }}
    group by contested.source_system, contested.source_table, contested.source_record_id
),

-- The others side by side, row after row.
rows_in_turn as (
    select
        contested.source_system,
        contested.source_table,
        contested.source_record_id,
        contested.client_id,
        contested.product_id,
        contested.side,
        sum(contested.quantity) over so_far as quantity_to,
        quantity_to - contested.quantity as quantity_from
    from contested
    anti join ruled
        on
            contested.source_system = ruled.source_system
            and contested.source_table = ruled.source_table
            and contested.source_record_id = ruled.source_record_id
    window
        so_far as (
            partition by contested.client_id, contested.product_id, contested.side
            order by
                contested.source_system,
                contested.source_table,
                length(contested.source_record_id),
                contested.source_record_id
        )
),

ruled_sums as (
    select
        line_key,
        side,
        sum(quantity) as quantity
    from ruled
    group by line_key, side
),

counts as (
    select distinct
        client_id,
        product_id,
        side
    from contested
),

-- What each agreement includes and bills beyond the units that a rule gives it; the oldest takes what is over.
wanted as (
    select
        counts.side,
        several_scopes.client_id,
        several_scopes.product_id,
        several_scopes.line_key,
        several_scopes.place,
        unnest([1, 2, 3]) as turn,
        unnest([
            greatest(0, several_scopes.included_quantity - coalesce(ruled_sums.quantity, 0)),
            least(
                several_scopes.billed_quantity,
                greatest(
                    0,
                    several_scopes.included_quantity
                    + several_scopes.billed_quantity
                    - coalesce(ruled_sums.quantity, 0)
                )
            ),
            case when several_scopes.place = 1 then cast(99999999999999 as decimal(18, 4)) else 0 end
        ]) as quantity
    from counts
    inner join several_scopes
        on
            counts.client_id = several_scopes.client_id
            and counts.product_id = several_scopes.product_id
    left join ruled_sums
        on
            several_scopes.line_key = ruled_sums.line_key
            and counts.side = ruled_sums.side
),

claims as (
    select
        *,
        sum(quantity) over in_turn as claim_to,
        claim_to - quantity as claim_from
    from wanted
    window in_turn as (partition by client_id, product_id, side order by turn, place)
),

-- First to what each agreement includes, then to what it bills, the oldest agreement first.
shares as (
    select
        rows_in_turn.source_system,
        rows_in_turn.source_table,
        rows_in_turn.source_record_id,
        claims.line_key,
        sum(
            least(rows_in_turn.quantity_to, claims.claim_to) - greatest(rows_in_turn.quantity_from, claims.claim_from)
        ) as share_quantity,
        row_number() over (
            partition by rows_in_turn.source_system, rows_in_turn.source_table, rows_in_turn.source_record_id
            order by min(claims.place)
        ) as share_number,
        false as is_ruled
    from rows_in_turn
    inner join claims
        on
            rows_in_turn.client_id = claims.client_id
            and rows_in_turn.product_id = claims.product_id
            and rows_in_turn.side = claims.side
            and rows_in_turn.quantity_from < claims.claim_to
            and rows_in_turn.quantity_to > claims.claim_from
    group by
        rows_in_turn.source_system, rows_in_turn.source_table, rows_in_turn.source_record_id, claims.line_key

    union all

    select
        source_system,
        source_table,
        source_record_id,
        line_key,
        quantity as share_quantity,
        1 as share_number,
        true as is_ruled
    from ruled
),

shared as (
    select
        placed.* replace ({{ as_quantity('coalesce(shares.share_quantity, placed.quantity)') }} as quantity),
        placed.quantity as row_quantity,
        coalesce(shares.share_number, 1) as share_number,
        shares.line_key is not null as is_shared_out,
        coalesce(not shares.is_ruled, false) as is_undivided,
        coalesce(shares.line_key, oldest_scopes.line_key) as scope_line_key
    from placed
    left join shares
        on
            placed.source_system = shares.source_system
            and placed.source_table = shares.source_table
            and placed.source_record_id = shares.source_record_id
    -- What is not counted stands with the oldest agreement.
    left join oldest_scopes
        on
            placed.client_key = oldest_scopes.client_id
            and placed.product_key = oldest_scopes.product_id
            and placed.line_part = 'main'
)

select
    * exclude (
        not_countable_reason,
        not_countable_disposition,
        exclusion_reason,
        account_key,
        vendor_product_key,
        bundle_role,
        bundles_text,
        split_value,
        split_client_id,
        is_countable,
        last_seen_at,
        holder_is_guest,
        left_out_reason,
        counted_record_id,
        office,
        department,
        company,
        site,
        scope_line_key,
        is_silent,
        is_trial,
        other_ids
    ),
    coalesce(scope_line_key, client_key || '|' || product_key || '|*')
    || case when line_part in ('excluded', 'bundle', 'unallocated') then '|' || line_part else '' end as line_key,
    -- Of users without client, those who would not count anyway leave nothing to allocate; nor does a silent device
    -- wait for a client or stand on a line of what is excluded. A row that cannot be judged may count: it makes a line.
    (
        resolution not in ('not_countable', 'counted_by_driver', 'other_source', 'stated_for_all')
        and not (line_part in ('unmapped_client', 'excluded') and resolution = 'not_seen')
        and not (line_part = 'unallocated' and resolution in ('not_seen', 'left_out'))
    )
    or is_faulty as makes_line,
    case resolution
        when 'not_countable' then not_countable_disposition
        when 'unmapped_client' then 'unmapped'
        when 'excluded_by_rule' then 'excluded'
        when 'unmapped_product' then 'unmapped'
        when 'counted_by_driver' then 'information_only'
        when 'other_source' then 'information_only'
        when 'not_seen' then 'excluded'
        when 'left_out' then 'excluded'
        when 'same_person' then 'duplicate'
        when 'stated_for_all' then 'information_only'
        when 'unallocated' then 'unallocated'
        else 'counted'
    end as disposition,
    case resolution
        when 'not_countable' then not_countable_reason
        when 'unmapped_client' then 'account has no confirmed client'
        when 'excluded_by_rule' then exclusion_reason
        when 'unmapped_product'
            then
                case
                    when product_id is null then 'vendor product has no confirmed product'
                    else 'product has no counting rule'
                end
        when 'counted_by_driver' then 'the bundle is counted by its driver ' || bundles_text
        when 'other_source'
            then coalesce(
                side || ' quantity of this product is taken from ' || designated_source,
                'the counting rule takes no ' || side || ' quantity of this product'
            )
        when 'stated_for_all' then 'stated for the whole shared account; its users are split by rule'
        when 'left_out' then left_out_reason
        when 'same_person' then 'per user: counted as ' || counted_record_id || ' already'
        when 'unallocated'
            then
                case
                    when split_client_id is not null then 'the PSA has no client ' || split_client_id
                    when split_value is null then 'the user has no ' || split_attribute
                    else 'no split rule for ' || split_attribute || ' ' || split_value
                end
        -- A date, not an age: the age would change the row from one run to the next.
        when 'not_seen'
            then
                'not seen since ' || strftime(last_seen_at at time zone 'UTC', '%Y-%m-%d')
                || ' (limit ' || inactive_days || ' days)'
    end as reason
from shared
