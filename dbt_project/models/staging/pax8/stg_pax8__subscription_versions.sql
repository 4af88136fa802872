{{ config(materialized='view') }}

with all_versions as (
    select
        id,
        quantity,
        _dlt_load_id
    from {{ source('raw_pax8', 'subscriptions') }}
),

renamed as (
    select
        {{ clean('id') }} as subscription_id,
        quantity,
        _dlt_load_id as load_id
    from all_versions
)

select * from renamed
