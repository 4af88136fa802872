select
    source_system,
    file_name,
    sheet_name,
    cast(note_number as integer) as note_number,
    kind,
    text,
    raw_column,
    header,
    row_count,
    first_row,
    said_values
from {{ ref('read_notes') }}
order by source_system, note_number
