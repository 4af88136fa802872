"""A temporary warehouse for tests of the dbt project: all raw, control and rules tables, rows given as dicts.

Belongs here: creating the tables from the declarations and the DDL, registering reads, inserting rows, running dbt.
Does not belong here: any expectation about what the models make of the rows.
"""

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from connectors.tables import LOAD_COLUMNS, Table
from pipelines.rules.files import FILES
from pipelines.warehouse.connection import create_control_tables

REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "dbt_project"
SYSTEMS = ("connectwise", "microsoft_graph", "pax8", "ninjaone", "exports")
RUN_ID = "run-1"
# One dbt invocation at a time in one process: dbt keeps its adapter and the environment globally.
_DBT = threading.Lock()
# The open connection of each file, whoever laid it out: opening one anew for each row takes longer than all the rest.
_OPEN: dict[Path, duckdb.DuckDBPyConnection] = {}


def declared_tables(system: str) -> dict[str, Table]:
    """The raw tables of `system` by name, as its connector declares them."""
    return {table.name: table for table in import_module(f"connectors.{system}.schema").TABLES}


class Warehouse:
    """One temporary DuckDB file. It is open while rows are laid out and read, and closed while dbt has it."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path = path
        self.target = target
        self._loads = 0
        self.close()
        path.unlink(missing_ok=True)
        with self.connect() as connection:
            create_control_tables(connection)
            for system in SYSTEMS:
                connection.execute(f"CREATE SCHEMA raw_{system}")
                for table in declared_tables(system).values():
                    columns = ", ".join(
                        f'"{column.name}" {"VARCHAR" if column.type == "JSON" else column.type}'
                        for column in (*table.columns, *LOAD_COLUMNS)
                    )
                    connection.execute(f'CREATE TABLE raw_{system}."{table.name}" ({columns})')

    @contextmanager
    def connect(self) -> Any:
        """The connection in UTC; it stays open until `close`."""
        if self.path not in _OPEN:
            _OPEN[self.path] = duckdb.connect(str(self.path))
            _OPEN[self.path].execute("SET TimeZone = 'UTC'")
        yield _OPEN[self.path]

    def close(self) -> None:
        """Let go of the file."""
        if self.path in _OPEN:
            _OPEN.pop(self.path).close()

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert `rows` into `table` (`schema.name`); missing columns are NULL, dicts and lists become JSON text."""
        with self.connect() as connection:
            for row in rows:
                values = [json.dumps(v) if isinstance(v, dict | list) else v for v in row.values()]
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join("?" for _ in row)
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)

    def empty(self, table: str) -> None:
        """Delete every row of `table` (`schema.name`)."""
        with self.connect() as connection:
            connection.execute(f"TRUNCATE {table}")

    def run(
        self,
        period: date = date(2026, 6, 1),
        as_of: datetime = datetime(2026, 6, 20, 8, tzinfo=UTC),
        *,
        run_id: str = RUN_ID,
        currency: str = "USD",
        accept_name_score: float | None = None,
        sources: Mapping[str, str] | None = None,
        off: Sequence[str] = (),
        limit_hours: int = 26,
    ) -> None:
        """Set `control.run` and `control.sources` (system to role; those in `off` are disabled)."""
        following = date(period.year + period.month // 12, period.month % 12 + 1, 1)
        end = datetime(following.year, following.month, 1, tzinfo=UTC)
        last_day = date.fromordinal(following.toordinal() - 1)
        roles = sources or {"connectwise": "psa", "microsoft_graph": "vendor", "pax8": "vendor", "ninjaone": "vendor"}
        self.empty("control.run")
        self.empty("control.sources")
        self.insert(
            "control.run",
            [
                {
                    "run_id": run_id,
                    "period": period,
                    "period_end": following,
                    "as_of": as_of,
                    "cutoff": min(as_of, end),
                    "cutoff_date": min(as_of.date(), last_day),
                    "default_currency": currency,
                    "accept_name_score": accept_name_score,
                    "version": "test",
                    "rules_hash": "test",
                }
            ],
        )
        self.insert(
            "control.sources",
            [
                {"source_system": name, "role": role, "is_enabled": name not in off, "limit_hours": limit_hours}
                for name, role in roles.items()
            ],
        )

    def read(
        self,
        system: str,
        table: str,
        rows: Sequence[Mapping[str, Any]] = (),
        *,
        at: datetime = datetime(2026, 6, 20, 6, tzinfo=UTC),
        account_id: str | None = None,
        mode: str = "full",
        status: str = "ok",
        run_id: str = RUN_ID,
        load_id: str | None = None,
        row_count: int | None = None,
        declared_total: int | None = None,
        message: str | None = None,
    ) -> str | None:
        """Register one read and append its rows; gives the load id (None where the read is not ok).

        With `load_id` the content counts as unchanged since that load, so no rows are appended.
        """
        is_new = load_id is None
        if system == "exports" and account_id is None and status == "ok":
            # Each folder of the inbox is a read of its own; one without a row has been looked into all the same.
            kept = {"at": at, "mode": mode, "run_id": run_id, "row_count": row_count, "message": message}
            for folder in dict.fromkeys(row["source_name"] for row in rows) if rows else ("empty",):
                own = [row for row in rows if row["source_name"] == folder]
                load_id = self.read(
                    system, table, own, account_id=folder, load_id=load_id if not is_new else None, **kept
                )
            return load_id
        if status == "ok" and load_id is None:
            self._loads += 1
            load_id = f"load-{self._loads}"
        self.insert(
            "control.reads",
            [
                {
                    "run_id": run_id,
                    "source_system": system,
                    "table_name": table,
                    "account_id": account_id,
                    "mode": mode,
                    "status": status,
                    "captured_at": at,
                    "load_id": load_id,
                    "row_count": len(rows) if row_count is None else row_count,
                    "declared_total": declared_total,
                    "endpoint": declared_tables(system)[table].endpoint,
                    "message": message,
                }
            ],
        )
        if status == "ok" and is_new:
            self.insert(
                f"raw_{system}.{table}",
                [
                    {
                        **row,
                        "_source_row": json.dumps(row, default=str, sort_keys=True),
                        "_captured_at": at,
                        "_dlt_load_id": load_id,
                    }
                    for row in rows
                ],
            )
        return load_id

    def rules(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rules; what each must say (dates, owner, reason), and where it stands, is filled in if not given."""
        file = f"{table}.csv"
        declared = next(declared for declared in FILES if declared.name == table)
        filled = {
            column.name: date(2020, 1, 1) if column.kind == "date" else "test"
            for column in declared.columns
            if column.required and column.kind in ("date", "text")
        }
        self.insert(
            f"rules.{table}",
            [
                {**filled, "rule_id": f"{file}:{n}", "file": file, "line": n, **row}
                for n, row in enumerate(rows, start=2)
            ],
        )

    def build(self, *arguments: str, command: str = "build") -> list[tuple[str, str]]:
        """Run dbt over this warehouse; gives (node name, status) and raises `AssertionError` where dbt fails.

        Without arguments: every model, no tests.
        """
        from dbt.cli.main import dbtRunner  # imported late: it takes seconds

        if not arguments and command == "build":
            arguments = ("--exclude-resource-type", "test", "unit_test")
        self.close()
        with _DBT:
            before = os.environ.get("TIEOUT_WAREHOUSE")
            os.environ["TIEOUT_WAREHOUSE"] = str(self.path)
            try:
                outcome = dbtRunner().invoke(
                    [
                        "--quiet",
                        command,
                        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                        *("--target-path", str(self.target), "--log-path", str(self.target / "logs")),
                        *arguments,
                    ]
                )
            finally:
                if before is None:
                    del os.environ["TIEOUT_WAREHOUSE"]
                else:
                    os.environ["TIEOUT_WAREHOUSE"] = before
        results = list(getattr(outcome.result, "results", []))
        bad = [f"{r.node.name}: {r.message}" for r in results if r.status in ("error", "fail")]
        assert outcome.success, f"dbt {command} failed: {bad or outcome.exception}"
        return [(r.node.name, str(r.status)) for r in results]

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dicts."""
        with self.connect() as connection:
            cursor = connection.execute(query, list(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, query: str, *parameters: Any) -> dict[str, Any]:
        """The only row of a query; fails where there are none or several."""
        found = self.rows(query, *parameters)
        assert len(found) == 1, f"{len(found)} rows for {query}"
        return found[0]
