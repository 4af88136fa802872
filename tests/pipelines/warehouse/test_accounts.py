import duckdb

from pipelines.warehouse.accounts import account_names


def test_the_newest_name_of_each_account_that_was_listed() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw_microsoft_graph")
        assert account_names(connection, "microsoft_graph") == {}
        connection.execute(
            "CREATE TABLE raw_microsoft_graph.tenants AS SELECT * FROM (VALUES "
            "('t1', 'Birch', TIMESTAMPTZ '2026-06-01'), ('t1', 'Birch Dental', TIMESTAMPTZ '2026-06-02'), "
            "('t2', NULL, TIMESTAMPTZ '2026-06-02')) AS rows (tenant_id, display_name, _captured_at)"
        )
        assert account_names(connection, "microsoft_graph") == {"t1": "Birch Dental"}
        assert account_names(connection, "pax8") == {}
