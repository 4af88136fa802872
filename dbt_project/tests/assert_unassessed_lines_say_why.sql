-- Fails with each line that is not assessed and names neither what stands in the way nor where.
-- It does not assert that the reason is the right one: what the lines rest on says that.
select
    line_key,
    blocking_source,
    blocking_message
from {{ ref('lines_assessable') }}
where not is_assessed and (blocking_source is null or blocking_message is null)
