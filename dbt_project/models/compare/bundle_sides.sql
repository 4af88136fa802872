with coverage as (
    select * from {{ ref('bundle_coverage') }}
),

drivers as (
    select * from {{ ref('bundle_drivers') }}
)

-- What the bundles cover; each side as it is where no line stands beside it that the rest could belong to.
select
    line_key,
    case when has_main_line then least(owned_quantity, entitlement) else owned_quantity end as owned_quantity,
    case when has_main_line then least(used_quantity, entitlement) else used_quantity end as used_quantity,
    case when has_main_line then least(charged_quantity, entitlement) else charged_quantity end as charged_quantity,
    false as is_weighed_elsewhere
from coverage

union all

select
    main_line_key as line_key,
    owned_quantity - least(owned_quantity, entitlement) as owned_quantity,
    used_quantity - least(used_quantity, entitlement) as used_quantity,
    charged_quantity - least(charged_quantity, entitlement) as charged_quantity,
    false as is_weighed_elsewhere
from coverage
where has_main_line

union all

-- The driver's rows weigh in its own part, once.
select
    bundle_line_key as line_key,
    owned_quantity,
    used_quantity,
    charged_quantity,
    true as is_weighed_elsewhere
from drivers
