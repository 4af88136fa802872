"""Rules that point at nothing: ids that the PSA or a vendor does not have, minimums of agreements that bill nothing.

Known only once canonical data exist, hence a warning. Belongs here: questions to the warehouse. Does not belong here:
anything a rule file can be refused for by itself.
"""

from typing import TYPE_CHECKING

from pipelines.rules.declare import ANY
from pipelines.rules.errors import RuleError
from pipelines.rules.files import FILES

if TYPE_CHECKING:
    import duckdb

    from pipelines.rules.load import Rules

# Kind of id -> (table, column) of canonical data, and whether a row there can be a deleted one.
_CANONICAL = {
    "client_id": ("canonical.clients", "client_id", "bool_and(is_deleted)"),
    "agreement_id": ("canonical.agreements", "agreement_id", "false"),
    "product_id": ("canonical.products", "product_id", "false"),
}

_LINES = "canonical.billing_lines"
_ROWS = "canonical.vendor_quantities"

# As in the comparison: by the record's id, by another id of it, or by the sign-in name of who holds it.
_NAMES_NOTHING = """WITH named AS (
    SELECT source_system, source_record_id AS name FROM canonical.vendor_quantities
    UNION SELECT source_system, holder_name FROM canonical.vendor_quantities WHERE holder_name IS NOT NULL
    UNION SELECT source_system, unnest(other_ids) FROM canonical.vendor_quantities WHERE other_ids IS NOT NULL
)
SELECT rule.file, rule.line, 'source_record_id' AS column_name,
    rule.source_record_id || ': no record or user of this name was read'
    || CASE WHEN rule.source_system = '*' THEN '' ELSE ' of ' || rule.source_system END
    || ', so the rule takes nothing out' AS reason
FROM {exclusions} AS rule
WHERE rule.source_record_id <> '*'
    AND rule.valid_from <= coalesce((SELECT max(cutoff_date) FROM control.run), DATE '9999-12-31')
    AND coalesce(rule.valid_to > (SELECT max(cutoff_date) FROM control.run), true)
    AND (rule.source_system = '*' OR rule.source_system IN (SELECT source_system FROM named))
    AND NOT EXISTS (
        FROM named
        WHERE rule.source_system IN (named.source_system, '*')
            AND named.name IN (trim(rule.source_record_id), lower(trim(rule.source_record_id)))
    )"""

# Its own lines carry it, whoever else bills the same products.
_UNCARRIED = """SELECT rule.file, rule.line, 'agreement_id' AS column_name,
    rule.agreement_id || ': no line of this agreement is billed that could carry its minimum' AS reason
FROM {terms} AS rule
WHERE rule.minimum_scope = 'agreement'
    AND rule.agreement_id IN (SELECT agreement_id FROM canonical.agreements)
    AND rule.agreement_id NOT IN (
        SELECT agreement_id FROM canonical.billing_lines
        WHERE is_live AND bill_mode = 'billable' AND agreement_id IS NOT NULL
    )
    AND coalesce(
        rule.valid_to > (SELECT max(cutoff_date) FROM control.run),
        true
    )"""


def dangling(connection: "duckdb.DuckDBPyConnection", rules: "Rules | None" = None) -> list[RuleError]:
    """Rules in force that name a client, agreement or product which the PSA does not have, or a client deleted there.

    Named as well: the minimum of an agreement that bills no line, to which nothing could be raised, and an exclusion of
    one record or user that was not read, which takes nothing out.

    A PSA of which no row was read says nothing about its ids, so its rules are left out; so are rules that ended on or
    before the cut-off day of the last run. Before the first run has computed anything, nothing dangles.

    Args:
        connection: A warehouse whose schemas `rules`, `control` and `canonical` are filled; may be read-only.
        rules: The rules to judge; default: those the last run loaded, which may be older than the files.

    Returns:
        One warning per rule and column, ordered by file and line.
    """
    if not _is_computed(connection):
        return []
    if rules is None:
        relations = {declared.name: f"rules.{declared.name}" for declared in FILES}
    else:
        relations = {declared.name: f"given_{declared.name}" for declared in FILES}
        for name, relation in relations.items():
            connection.register(relation, rules.tables[name])
    parts = f"{_query(relations)}\nUNION ALL\n{_UNCARRIED.format(terms=relations['terms'])}"
    if _has_rows(connection):
        parts += f"\nUNION ALL\n({_NAMES_NOTHING.format(exclusions=relations['exclusions'])})"
    found = connection.execute(f"{parts} ORDER BY file, line, column_name").fetchall()
    return [RuleError(file, line, column, reason) for file, line, column, reason in found]


def _has_rows(connection: "duckdb.DuckDBPyConnection") -> bool:
    """Whether the vendors' rows are there, with the ids that a rule may name them by."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_columns() WHERE database_name = current_database()"
        " AND schema_name || '.' || table_name = ? AND column_name = 'other_ids'",
        [_ROWS],
    ).fetchone()
    return found is not None


def _is_computed(connection: "duckdb.DuckDBPyConnection") -> bool:
    """Whether a run has got as far as the canonical tables."""
    found = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall()
    return {_LINES, *(table for table, _, _ in _CANONICAL.values())} <= {name for (name,) in found}


def _query(relations: dict[str, str]) -> str:
    parts = []
    for declared in FILES:
        for column in declared.columns:
            if column.kind not in _CANONICAL:
                continue
            table, id_column, is_deleted = _CANONICAL[column.kind]
            what = column.kind.removesuffix("_id")
            in_force = (
                "AND (rule.valid_to IS NULL OR rule.valid_to > coalesce((SELECT max(cutoff_date) FROM control.run), "
                "DATE '0001-01-01'))"
                if declared.is_dated
                else ""
            )
            # Every name in this text comes from our own declarations.
            parts.append(
                f"""SELECT rule.file, rule.line, '{column.name}' AS column_name,
                rule.{column.name} || CASE WHEN known.id IS NULL THEN ': the PSA has no such {what}'
                    ELSE ': this {what} is deleted in the PSA' END AS reason
                FROM {relations[declared.name]} AS rule
                LEFT JOIN (SELECT {id_column} AS id, {is_deleted} AS is_deleted FROM {table} GROUP BY {id_column})
                    AS known ON known.id = rule.{column.name}
                WHERE rule.{column.name} <> '{ANY}' AND (known.id IS NULL OR known.is_deleted) {in_force}
                AND split_part(rule.{column.name}, ':', 1) IN (SELECT source_system FROM {table})"""  # noqa: S608
            )
    return "\nUNION ALL\n".join(parts)
