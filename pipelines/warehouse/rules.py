"""The rules as the run uses them: schema `rules`, replaced as a whole at each run start.

Belongs here: writing them. Does not belong here: reading and judging the files (`pipelines.rules`).
"""

from typing import TYPE_CHECKING

import duckdb

from pipelines.warehouse.writing import insert_arrow, transaction

if TYPE_CHECKING:
    from pipelines.rules import Rules


def replace_rules(connection: duckdb.DuckDBPyConnection, rules: "Rules") -> dict[str, int]:
    """Replace every table of schema `rules` in one transaction.

    Args:
        connection: A warehouse with its control tables.
        rules: The checked rules of the home, one Arrow table per rule table.

    Returns:
        Rules per table.
    """
    names = [
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'rules'"
        ).fetchall()
    ]
    with transaction(connection):
        for name in names:
            connection.execute(f'DELETE FROM rules."{name}"')  # noqa: S608  # names from our own DDL
            if name in rules.tables and rules.tables[name].num_rows:
                insert_arrow(connection, f"rules.{name}", rules.tables[name])
    return {name: rules.tables[name].num_rows if name in rules.tables else 0 for name in sorted(names)}
