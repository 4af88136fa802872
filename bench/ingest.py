"""How fast do 200,000 billing lines get from JSON pages into DuckDB? Ours against dlt's row path, in one run.

`python -m bench.ingest [rows]` prints rows per second and the ratio, and fails below ten times the row path. Three ways
over the same bytes: (1) ours: bytes -> typed Arrow -> dlt extract, normalize, load; (2) dlt's plain row path: dicts
from `json.loads`, same table; (3) DuckDB's own `read_json`, untyped and without dlt, as the floor. The network is left
out on purpose.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb

from connectors.connectwise.schema import ADDITIONS
from connectors.dlt_source import dlt_source, pipeline
from connectors.json_pages import PageText, parse
from connectors.reads import Read
from connectors.source_reads import content_hashes, failed_read

PAGE_ROWS = 1000
REQUIRED_RATIO = 10.0
MOMENT = datetime(2026, 9, 1, tzinfo=UTC)


def addition(number: int) -> dict[str, Any]:
    """One addition in the vendor's shape, numbers varied so that nothing compresses unfairly."""
    quantity, included = float(number % 97), float(number % 3)
    return {
        "id": 90_000 + number,
        "product": {"id": 700 + number % 50, "identifier": f"PRODUCT-{number % 50}"},
        "quantity": quantity,
        "lessIncluded": included,
        "unitPrice": round(4 + number % 1000 * 0.07, 2),
        "unitCost": round(3 + number % 1000 * 0.05, 2),
        "billCustomer": "Billable",
        "effectiveDate": f"2025-{number % 12 + 1:02}-01T00:00:00Z",
        "taxableFlag": True,
        "serialNumber": "",
        "invoiceDescription": f"Managed service {number % 50}",
        "purchaseItemFlag": False,
        "specialOrderFlag": False,
        "agreementId": 4_000 + number // 20,
        "description": f"Managed service {number % 50}",
        "billedQuantity": quantity - included,
        "uom": "Each",
        "extPrice": round(quantity * 28.5, 2),
        "extCost": round(quantity * 22, 2),
        "sequenceNumber": float(number % 20),
        "margin": round(quantity * 6.5, 2),
        "prorateCurrentPeriodFlag": False,
        "agreementStatus": "Active",
        "_info": {"lastUpdated": "2026-08-14T16:40:02Z", "updatedBy": "jdoe"},
        "customFields": [],
    }


def make_pages(rows: int) -> list[bytes]:
    """`rows` additions as the bytes of pages of 1000."""
    return [
        json.dumps([addition(number) for number in range(start, min(start + PAGE_ROWS, rows))]).encode()
        for start in range(0, rows, PAGE_ROWS)
    ]


class _OneTable:
    """The smallest source there is: one table, all of it new."""

    system = "connectwise"
    tables = (ADDITIONS,)

    def __init__(self, pages: list[bytes]) -> None:
        self._pages = pages

    def reads(self) -> tuple[Read, ...]:
        return (failed_read(self.system, ADDITIONS, "not asked for"),)

    def changed_rows(self, table: Any) -> Any:
        texts = [PageText(page.decode()) for page in self._pages]
        rows = parse(texts, table, system=self.system, rows_path="$", captured_at=MOMENT)
        content_hashes(rows, table, "full")  # a run does it for every read
        return rows


def ours(pages: list[bytes], folder: Path) -> int:
    """Bytes -> Arrow -> dlt -> DuckDB; returns the rows loaded."""
    database = folder / "ours.duckdb"
    line = pipeline("connectwise", folder / "ours", database)
    line.extract(dlt_source(_OneTable(pages)), workers=1, loader_file_format="parquet")
    line.normalize(workers=1)
    line.load()
    return _count(database, "raw_connectwise.additions")


def row_path(pages: list[bytes], folder: Path) -> int:
    """Dlt's own way: dicts from json.loads; returns the rows loaded."""

    def rows() -> Iterator[Any]:
        for page in pages:
            yield json.loads(page)

    database = folder / "rows.duckdb"
    line = dlt.pipeline(
        pipeline_name="row_path",
        pipelines_dir=str(folder / "rows"),
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name="raw_rows",
    )
    line.extract(dlt.resource(rows, name="additions", primary_key="id", write_disposition="append"))
    line.normalize()
    line.load()
    return _count(database, "raw_rows.additions")


def read_json(pages: list[bytes], folder: Path) -> int:
    """DuckDB alone over the same bytes in files; returns the rows loaded."""
    files = folder / "pages"
    files.mkdir()
    for number, page in enumerate(pages):
        (files / f"{number:05}.json").write_bytes(page)
    database = folder / "floor.duckdb"
    with duckdb.connect(str(database)) as connection:
        pattern = str(files / "*.json")
        connection.execute("CREATE TABLE additions AS SELECT * FROM read_json(?, format = 'array')", [pattern])
    return _count(database, "additions")


def _count(database: Path, table: str) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names
    return int(row[0]) if row else 0


def measure(name: str, way: Callable[[list[bytes], Path], int], pages: list[bytes], rows: int) -> float:
    """Rows per second of one way, printed; raises `AssertionError` when a row got lost."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        loaded = way(pages, Path(folder))
        seconds = time.perf_counter() - started
    assert loaded == rows, f"{name}: {loaded} rows loaded of {rows}"
    print(f"{name:<34} {rows:>9,} rows {seconds:>8.2f} s {rows / seconds:>10,.0f} rows/s")
    return rows / seconds


def main() -> int:
    """Measure and print; exit code 1 when ours is not ten times the row path."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    pages = make_pages(rows)
    with tempfile.TemporaryDirectory() as folder:
        # Imports and first-use costs belong to neither side.
        ours(make_pages(10), Path(folder))
        row_path(make_pages(10), Path(folder))
    fast = measure("pages -> Arrow -> dlt -> DuckDB", ours, pages, rows)
    slow = measure("dlt row path (json.loads)", row_path, pages, rows)
    floor = measure("DuckDB read_json, untyped, no dlt", read_json, pages, rows)
    print(f"ratio to the row path: {fast / slow:.1f} (at least {REQUIRED_RATIO:.0f}); to read_json: {fast / floor:.2f}")
    return 0 if fast / slow >= REQUIRED_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
