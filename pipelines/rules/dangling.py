"""Rules that point at nothing: ids that the PSA or a vendor does not have, minimums of agreements that bill nothing.

Known only once canonical data exist, hence a warning. Belongs here: whether what a rule names is there. Does not belong
here: rules that hit nothing although it is (`idle.py`), anything a rule file can be refused for by itself.
"""

from typing import TYPE_CHECKING

from pipelines.rules.declare import ANY
from pipelines.rules.errors import RuleError
from pipelines.rules.files import FILES
from pipelines.rules.idle import idle

if TYPE_CHECKING:
    import duckdb

    from pipelines.rules.load import Rules

# Kind of id -> (table, column) of canonical data, and whether a row there can be a deleted one.
_CANONICAL = {
    "client_id": ("canonical.clients", "client_id", "bool_and(is_deleted)"),
    "agreement_id": ("canonical.agreements", "agreement_id", "false"),
    "product_id": ("canonical.products", "product_id", "false"),
}

# Column of a vendor's id -> (table, its column, what it is called).
_OF_VENDORS = {
    "account_id": ("canonical.vendor_accounts", "account_id", "account"),
    "vendor_product_id": ("canonical.vendor_products", "vendor_product_id", "product"),
}
# The ids of a rejection are those of its kind.
_OF_KINDS = {
    "client": (_CANONICAL["client_id"], _OF_VENDORS["account_id"]),
    "product": (_CANONICAL["product_id"], _OF_VENDORS["vendor_product_id"]),
}

_LINES = "canonical.billing_lines"
_ROWS = "canonical.vendor_quantities"


def _folded(text: str) -> str:
    """SQL: a name as the id that stands for it in a file without ids (macro `name_as_id`)."""
    return f"trim(regexp_replace(lower({text}), '\\s+', ' ', 'g'))"


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
    """Rules in force that name what the PSA or a vendor does not have, or a client deleted in the PSA.

    A name stands for an id of an export as in the comparison: case and blanks do not matter. Named as well: the minimum
    of an agreement that bills no line, to which nothing could be raised; an exclusion of one record or user that was
    not read, which takes nothing out; and, of the rules that the last run loaded, those that hit no line (`idle`).

    A system of which no row was read says nothing about its ids, so its rules are left out; so are rules that ended on
    or before the cut-off day of the last run. Before the first run has computed anything, nothing dangles.

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
    if _are_there(connection, f"{_ROWS}.other_ids"):
        parts += f"\nUNION ALL\n({_NAMES_NOTHING.format(exclusions=relations['exclusions'])})"
    if _are_there(connection, *(f"{table}.{column}" for table, column, _ in _OF_VENDORS.values())):
        parts += f"\nUNION ALL\n{_of_vendors(relations)}"
    found = connection.execute(f"{parts} ORDER BY file, line, column_name").fetchall()
    named = [RuleError(file, line, column, reason) for file, line, column, reason in found]
    if rules is not None:
        return named  # what a rule would hit is known of those that a run has used
    return sorted(
        [*named, *idle(connection, {(error.file, error.line) for error in named})],
        key=lambda error: (error.file, error.line or 0, error.column or ""),
    )


def _are_there(connection: "duckdb.DuckDBPyConnection", *columns: str) -> bool:
    """Whether the warehouse has these columns, each with schema and table: one of an older version may lack them."""
    found = connection.execute(
        "SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns() "
        "WHERE database_name = current_database()"
    ).fetchall()
    return set(columns) <= {name for (name,) in found}


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
            if column.kind in _CANONICAL:
                what, in_force = column.kind.removesuffix("_id"), _in_force(declared.is_dated)
                parts.append(_of_psa(relations[declared.name], column.name, what, _CANONICAL[column.kind], in_force))
            elif column.kind == "psa_id":
                parts += [
                    _of_psa(relations[declared.name], column.name, kind, known, f"AND rule.kind = '{kind}'")
                    for kind, (known, _) in _OF_KINDS.items()
                ]
    return "\nUNION ALL\n".join(parts)


def _in_force(is_dated: bool) -> str:
    if not is_dated:
        return ""
    cutoff = "coalesce((SELECT max(cutoff_date) FROM control.run), DATE '0001-01-01')"
    return f"AND (rule.valid_to IS NULL OR rule.valid_to > {cutoff})"


# Every name in these texts comes from our own declarations.
def _of_psa(relation: str, name: str, what: str, known: tuple[str, str, str], condition: str) -> str:
    table, id_column, is_deleted = known
    return f"""SELECT rule.file, rule.line, '{name}' AS column_name,
        rule.{name} || CASE WHEN known.id IS NULL THEN ': the PSA has no such {what}'
            ELSE ': this {what} is deleted in the PSA' END AS reason
        FROM {relation} AS rule
        LEFT JOIN (SELECT {id_column} AS id, {is_deleted} AS is_deleted FROM {table} GROUP BY {id_column})
            AS known ON known.id IN (rule.{name}, {_folded(f"rule.{name}")})
        WHERE rule.{name} <> '{ANY}' {condition}
        AND split_part(rule.{name}, ':', 1) IN (SELECT source_system FROM {table})
        GROUP BY rule.file, rule.line, rule.{name}, known.id IS NULL
        HAVING known.id IS NULL OR bool_and(known.is_deleted)"""  # noqa: S608


def _of_vendors(relations: dict[str, str]) -> str:
    from expectations.ninjaone import NODE_CLASSES

    classes = ", ".join(f"'{name}'" for name in sorted(NODE_CLASSES))
    parts = []
    for declared in FILES:
        for column in declared.columns:
            if column.kind != "vendor_id":
                continue
            if column.name in _OF_VENDORS:
                wanted = [(_OF_VENDORS[column.name], _in_force(declared.is_dated))]
            elif column.name == "left_id":
                wanted = [(known, f"AND rule.kind = '{kind}'") for kind, (_, known) in _OF_KINDS.items()]
            else:
                continue
            for (table, id_column, what), condition in wanted:
                parts.append(f"""SELECT rule.file, rule.line, '{column.name}' AS column_name,
                    rule.{column.name} || ': no such {what} was read'
                    || CASE WHEN rule.source_system = '{ANY}' THEN '' ELSE ' of ' || rule.source_system END AS reason
                    FROM {relations[declared.name]} AS rule
                    WHERE rule.{column.name} <> '{ANY}' {condition}
                    AND (rule.source_system = '{ANY}' OR rule.source_system IN (SELECT source_system FROM {table}))
                    -- The device classes are NinjaOne's own list: one without a device today is no slip.
                    AND NOT (rule.source_system IN ('ninjaone', '{ANY}') AND rule.{column.name} IN ({classes}))
                    AND NOT EXISTS (
                        FROM {table} AS known WHERE rule.source_system IN (known.source_system, '{ANY}')
                        AND known.{id_column} IN (
                            rule.{column.name}, lower(rule.{column.name}), {_folded(f"rule.{column.name}")}
                        )
                    )""")  # noqa: S608
    return "\nUNION ALL\n".join(parts)
