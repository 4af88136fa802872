"""A warehouse with its control and raw tables, and a way to say what was read and loaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from connectors.load import ensure_raw_tables
from connectors.reads import Read
from pipelines.home import Home
from pipelines.warehouse.connection import connect, create_control_tables
from pipelines.warehouse.control import record_reads
from pipelines.warehouse.writing import transaction

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Warehouse:
    connection: duckdb.DuckDBPyConnection
    run: int = 0

    def read(
        self,
        system: str,
        table: str,
        rows: list[dict],
        *,
        day: int = 0,
        mode: str = "full",
        status: str = "ok",
        account: str | None = None,
        declared: int | None = None,
        content: str | None = None,
    ) -> str:
        """Record a run of its own with one read; its rows go into the raw table. Returns the run."""
        self.run += 1
        run, load = f"run{self.run}", f"load{self.run}"
        read = Read(
            source_system=system,
            table_name=table,
            account_id=account,
            mode=mode,
            status=status,
            captured_at=START + timedelta(days=day),
            row_count=len(rows),
            declared_total=declared,
            content_hash=content or load,
            requests=1,
            retries=0,
            seconds=0.1,
            endpoint="/x",
            message=None if status == "ok" else "down",
        )
        for row in rows:
            values = {**row, "_dlt_load_id": load}
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join("?" for _ in values)
            self.connection.execute(
                f'INSERT INTO raw_{system}."{table}" ({names}) VALUES ({marks})', list(values.values())
            )
        with transaction(self.connection):
            record_reads(self.connection, run, system, [(read, load if status == "ok" else None)])
        return run


@pytest.fixture
def warehouse(home: Home) -> Iterator[Warehouse]:
    with connect(home.warehouse) as connection:
        create_control_tables(connection)
        for system in ("connectwise", "pax8", "microsoft_graph"):
            ensure_raw_tables(connection, system)
        yield Warehouse(connection)
