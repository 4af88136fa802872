{{ config(materialized='ephemeral') }}

with reads as (
    select * from {{ ref('stg_control__reads') }}
    where notes is not null
),

current_reads as (
    select * from {{ ref('current_reads') }}
    where is_newest
),

note_lists as (
    select
        from_json(
            reads.notes,
            '[{"kind":"VARCHAR","text":"VARCHAR","column":"VARCHAR","header":"VARCHAR","rows":"BIGINT",
            "first":"VARCHAR","values":["VARCHAR"],"source":"VARCHAR","file":"VARCHAR","sheet":"VARCHAR"}]'
        ) as note_list
    from reads
    inner join current_reads
        on
            reads.source_system = current_reads.source_system
            and reads.table_name = current_reads.table_name
            and reads.account_id is not distinct from current_reads.account_id
            and reads.run_id = current_reads.run_id
),

notes as (
    select
        unnest(note_list) as note,
        generate_subscripts(note_list, 1) as place
    from note_lists
),

-- File by file, what is least certain first, then as the reader said it.
read_notes as (
    select
        notes.note.source as source_system,
        notes.note.file as file_name,
        nullif(notes.note.sheet, '') as sheet_name,
        row_number() over (partition by notes.note.source order by notes.note.file, notes.note.sheet, list_position(
            ['unclear', 'varies', 'not_counted', 'left_out', 'assumed', 'file', 'not_read', 'taken'], notes.note.kind
        ), notes.place) as note_number,
        notes.note.kind,
        notes.note.text,
        nullif(notes.note.column, '') as raw_column,
        nullif(notes.note.header, '') as header,
        notes.note.rows as row_count,
        nullif(notes.note.first, '') as first_row,
        array_to_string(notes.note.values, ', ') as said_values
    from notes  -- noqa: RF03
)

select * from read_notes
