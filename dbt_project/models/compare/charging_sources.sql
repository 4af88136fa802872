-- The vendors of whose invoices one charges the cut-off day: before it arrives, what they charge is unknown, not zero.
select distinct source_system
from {{ ref('vendor_quantities') }}
where side = 'charged' and is_countable
