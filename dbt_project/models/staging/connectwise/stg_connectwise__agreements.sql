with current_rows as (
    {{ version_rows('connectwise', 'agreements', ['id'], newest_by='_info__last_updated') }}
),

renamed as (
    select
        {{ scoped_id('connectwise', 'id') }} as agreement_id,
        {{ clean('name') }} as agreement_name,
        {{ clean('type__name') }} as agreement_type,
        {{ scoped_id('connectwise', 'company__id') }} as client_id,
        {{ scoped_id('connectwise', 'bill_to_company__id') }} as bill_to_client_id,
        {{ scoped_id('connectwise', 'parent_agreement__id') }} as parent_agreement_id,
        {{ utc_date('start_date') }} as start_date,
        {{ utc_date('end_date') }} as end_date,
        coalesce(no_ending_date_flag, false) as has_no_end,
        coalesce(cancelled_flag, false) as is_cancelled,
        {{ utc_date('date_cancelled') }} as cancelled_date,
        {{ clean('agreement_status') }} as agreement_status,
        coalesce(prorate_flag, false) as prorates,
        {{ clean('period_type') }} as period_type,
        {{ clean('billing_cycle__name') }} as billing_cycle,
        coalesce(one_time_flag, false) or coalesce(bill_one_time_flag, false) as is_one_time,
        bill_amount,
        upper({{ clean('currency__currency_code') }}) as currency,
        _info__last_updated as last_updated_at,
        read_at
    from current_rows
)

select * from renamed
