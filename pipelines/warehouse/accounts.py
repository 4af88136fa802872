"""What people call the accounts of a vendor that is read account by account.

Belongs here: looking their names up in the raw tables. Does not belong here: which client an account is (dbt).
"""

import duckdb

from connectors.json_pages import quote
from connectors.registry import SYSTEMS


def account_names(connection: duckdb.DuckDBPyConnection, system: str) -> dict[str, str]:
    """The newest name of each account that was ever listed, by its id; empty where the vendor lists none.

    Args:
        connection: An open warehouse.
        system: The source system.
    """
    names: dict[str, str] = {}
    there = {
        table
        for (table,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ?",
            [f"raw_{system}"],
        ).fetchall()
    }
    for table in SYSTEMS[system].tables:
        if table.account_names is None or table.name not in there:
            continue
        account, name = (quote(column) for column in table.account_names)
        query = (
            f"SELECT {account}, arg_max({name}, _captured_at) FROM raw_{system}.{quote(table.name)} "  # noqa: S608  # own names
            f"WHERE {account} IS NOT NULL AND {name} IS NOT NULL GROUP BY {account}"
        )
        names.update(connection.execute(query).fetchall())
    return names
