"""The rules as the run uses them: schema `rules`, replaced as a whole at each run start.

Belongs here: its tables and writing them. Does not belong here: reading and judging the files (`pipelines.rules`).
"""

from typing import TYPE_CHECKING

import duckdb

from pipelines.matching.aliases import HOME_FILES
from pipelines.rules.declare import DECIMAL_DIGITS, DECIMAL_PLACES, Kind, RuleFile
from pipelines.rules.files import FILES
from pipelines.warehouse.writing import insert_arrow, transaction

if TYPE_CHECKING:
    from pipelines.rules import Rules

_ALIASES = "rules.aliases (kind VARCHAR, vendor_text VARCHAR, psa_text VARCHAR, rule_id VARCHAR NOT NULL)"
_TYPES: dict[Kind, str] = {
    "date": "DATE",
    "integer": "INTEGER",
    **{kind: f"DECIMAL({DECIMAL_DIGITS}, {places})" for kind, places in DECIMAL_PLACES.items()},
}


def create_rules_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create schema `rules` and an empty table for each declared rule file where it is missing."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS rules")
    for declared in FILES:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {_table(declared)}")
    connection.execute(f"CREATE TABLE IF NOT EXISTS {_ALIASES}")


def replace_rules(connection: duckdb.DuckDBPyConnection, rules: "Rules") -> dict[str, int]:
    """Replace every table of schema `rules` in one transaction; a table of an older version gets today's columns.

    Args:
        connection: An open warehouse.
        rules: The checked rules of the home, one Arrow table per rule table.

    Returns:
        Rules per table, by name.
    """
    with transaction(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS rules")
        for declared in FILES:
            connection.execute(f"CREATE OR REPLACE TABLE {_table(declared)}")
            if rules.tables[declared.name].num_rows:
                insert_arrow(connection, f"rules.{declared.name}", rules.tables[declared.name])
        connection.execute(f"CREATE OR REPLACE TABLE {_ALIASES}")
        rows = [
            (one.kind, alias.left, alias.right, f"{HOME_FILES[one.kind]}:{alias.line}")
            for one in rules.aliases
            for alias in one.same
        ]
        if rows:
            connection.executemany("INSERT INTO rules.aliases VALUES (?, ?, ?, ?)", rows)
    return {declared.name: rules.tables[declared.name].num_rows for declared in sorted(FILES, key=lambda f: f.name)}


def _table(declared: RuleFile) -> str:
    """The table of a rule file, as DDL: its columns, then `rule_id` (`<file>:<line>`), `file` and `line`."""
    columns = [f"{column.name} {_TYPES.get(column.kind, 'VARCHAR')}" for column in declared.columns]
    cited = ["rule_id VARCHAR NOT NULL", "file VARCHAR NOT NULL", "line INTEGER NOT NULL"]
    return f"rules.{declared.name} ({', '.join([*columns, *cited])})"
