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

run as (
    select * from {{ ref('current_run') }}
),

-- The order of resolution: the first step that applies decides.
resolved as (
    select
        vendor_rows.*,
        exclusions.rule_id as exclusion_rule_id,
        exclusions.reason as exclusion_reason,
        repeated_holders.counted_record_id,
        bundle_roles.role as bundle_role,
        bundle_roles.bundles_text,
        case
            when not vendor_rows.is_countable then 'not_countable'
            when vendor_rows.split_attribute is not null and vendor_rows.holder_id is null then 'stated_for_all'
            when vendor_rows.client_id is null and vendor_rows.split_attribute is null then 'unmapped_client'
            when exclusions.rule_id is not null then 'excluded_by_rule'
            when vendor_rows.client_id is null and not vendor_rows.has_counting_rule then 'unallocated'
            when not vendor_rows.has_counting_rule then 'unmapped_product'
            when bundle_roles.role = 'bundle' then 'counted_by_driver'
            when coalesce(vendor_rows.designated_source, '') != vendor_rows.source_system then 'other_source'
            when
                epoch(run.cutoff) - epoch(vendor_rows.last_seen_at) > vendor_rows.inactive_days * 86400
                then 'not_seen'
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

-- Which part of the comparison a row belongs to; rows without quantity of their own follow their client and product.
placed as (
    select
        *,
        case
            when client_id is null and split_attribute is null then 'unmapped_client'
            when resolution = 'excluded_by_rule' then 'excluded'
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
        counted_record_id
    ),
    client_key || '|' || product_key || '|*'
    || case when line_part in ('excluded', 'bundle', 'unallocated') then '|' || line_part else '' end as line_key,
    -- Of users without client, those who would not count anyway leave nothing to allocate.
    resolution not in ('not_countable', 'counted_by_driver', 'other_source', 'stated_for_all')
    and not (line_part = 'unallocated' and resolution in ('not_seen', 'left_out')) as makes_line,
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
from placed
