import subprocess
import sys
import time
from decimal import Decimal

import duckdb
import pytest

from pipelines.home import Home
from pipelines.warehouse.connection import STORAGE_VERSION, WarehouseLockedError, connect, create_control_tables

HOLDER = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
time.sleep(float(sys.argv[2]))
"""


def hold(home: Home, seconds: float) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.warehouse), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    return child


def test_a_short_lock_is_waited_for(home: Home) -> None:
    child = hold(home, 1.0)
    with connect(home.warehouse, patience=20) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    child.wait()


def test_a_long_lock_ends_in_a_message_that_says_what_to_do(home: Home) -> None:
    child = hold(home, 60)
    try:
        with pytest.raises(WarehouseLockedError, match="published copy"), connect(home.warehouse, patience=0.3):
            pass
    finally:
        child.kill()
        child.wait()


def test_other_errors_are_not_waited_for(home: Home) -> None:
    home.warehouse.write_bytes(b"this is no database file" * 1000)
    began = time.monotonic()
    with pytest.raises(duckdb.Error), connect(home.warehouse, patience=30):
        pass
    assert time.monotonic() - began < 5


def test_the_connection_is_closed_when_the_block_fails(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), connect(home.warehouse) as connection:
        1 / 0  # noqa: B018
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("SELECT 1")


def test_times_are_utc(home: Home) -> None:
    with connect(home.warehouse) as connection:
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_the_control_tables_can_be_created_again_and_again(home: Home) -> None:
    with connect(home.warehouse) as connection:
        create_control_tables(connection)
        connection.execute("INSERT INTO control.sources VALUES ('pax8', 'vendor', true, 26)")
        create_control_tables(connection)
        assert connection.execute("SELECT count(*) FROM control.sources").fetchone() == (1,)


def storage_version(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    assert found is not None
    return str(found[0]).rstrip("+")


def test_a_new_warehouse_has_the_storage_format_that_is_quick_to_write(home: Home) -> None:
    with connect(home.warehouse) as connection:
        assert storage_version(connection) == STORAGE_VERSION


def test_a_warehouse_of_an_older_storage_format_is_opened_as_it_is(home: Home) -> None:
    with duckdb.connect(config={"storage_compatibility_version": "v1.0.0"}) as older:
        older.execute(f"ATTACH '{home.warehouse}' AS created")
        older.execute("CREATE TABLE created.main.kept AS SELECT 1 AS one")
    with connect(home.warehouse) as connection:
        assert storage_version(connection) != STORAGE_VERSION
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_history_of_hundredths_is_kept_where_thousandths_follow() -> None:
    """A home from before money had three decimals is opened as it stands; what it says of past months stays."""
    with duckdb.connect() as connection:
        create_control_tables(connection)
        connection.execute("ALTER TABLE control.line_history ALTER COLUMN revenue_impact TYPE DECIMAL(18, 2)")
        row = "'run-1', DATE '2026-06-01', now(), 'line', 'underbilled', 'billing', 1, {}, 'KWD'"
        into = (
            "INSERT INTO control.line_history "
            "(run_id, period, as_of, line_key, class, kind, billed_quantity, revenue_impact, currency)"
        )
        connection.execute(f"{into} VALUES ({row.format('1.01')})")
        create_control_tables(connection)
        connection.execute(f"{into} VALUES ({row.format('1.005')})")
        kept = connection.execute("SELECT revenue_impact FROM control.line_history ORDER BY 1").fetchall()
    assert kept == [(Decimal("1.005"),), (Decimal("1.01"),)]
