with retired as (
    select
        line_key,
        source_system,
        sum(quantity) as quantity
    from {{ ref('vendor_rows_resolved') }}
    where resolution = 'not_countable' and disposition = 'excluded' and side = 'used' and quantity > 0
    group by line_key, source_system
),

lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main' and is_ruled
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
    where charged_quantity > used_quantity
)

-- A tool that lost a device and a vendor that bills for it both say something true: who looks at the line needs both.
select
    lines.line_key,
    ' ' || {{ plain_number('retired.quantity') }} || ' retired at ' || retired.source_system || ', while '
    || lines.charged_source || ' still charges ' || {{ plain_number('quantities.charged_quantity') }}
    || ' where ' || {{ plain_number('quantities.used_quantity') }}
    || ' are counted: a device stays in the bill until its agent leaves the vendor''s.' as note
from lines
inner join retired on lines.line_key = retired.line_key and lines.used_source = retired.source_system
inner join quantities on lines.line_key = quantities.line_key
