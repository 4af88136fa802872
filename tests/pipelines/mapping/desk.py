"""A home with a published copy laid out by hand: what waits, what it may be, what is suggested. No run is needed.

Belongs here: the public tables that are read, as their contract declares them, and short ways to fill them. Does not
belong here: expectations.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.home import Home
from pipelines.mapping.queue import Queue, read_queue
from pipelines.rules import write_templates
from tests.dbt_project.warehouse import PROJECT

PERIOD = date(2026, 6, 1)
AS_OF = datetime(2026, 6, 20, 8, tzinfo=UTC)
NOW = datetime(2026, 6, 22, 9, 30, tzinfo=UTC)
_TABLES = {
    "mapping_queue": "mapping_queue",
    "public_mapping_targets": "mapping_targets",
    "public_mapping_suggestions": "mapping_suggestions",
    "public_product_mappings": "product_mappings",
    "reconciliation": "reconciliation",
}
_DECLARED = ("_mappings__models.yml", "_reconciliation__models.yml")


@cache
def _declared() -> dict[str, str]:
    """Columns with their types by table, as the contract has them. Read once: parsing takes a second."""
    marts = PROJECT / "models" / "marts"
    found = [
        model
        for name in _DECLARED
        for model in yaml.load((marts / name).read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["models"]
    ]
    return {
        _TABLES[model["name"]]: ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
        for model in found
        if model["name"] in _TABLES
    }


class Desk:
    """One home. Rows are given first, then `publish` puts them in place as a run would."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home").create()
        write_templates(self.home.rules)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES.values()}

    def waits(self, kind: str, system: str, left_id: str, name: str, amount: Any = None, **columns: Any) -> None:
        """One account or product that waits; ranked in the order given."""
        rank = 1 + sum(row["kind"] == kind for row in self.rows["mapping_queue"])
        row = {
            "period": PERIOD,
            "kind": kind,
            "source_system": system,
            "left_id": left_id,
            "left_name": name,
            "rank": rank,
            "waiting_amount": amount,
            "currency": None if amount is None else "USD",
            "waiting_quantity": 3,
            "unpriced_quantity": 0 if amount is not None else 3,
            "as_of": AS_OF,
            **columns,
        }
        self.rows["mapping_queue"].append(row)

    def target(self, kind: str, right_id: str, name: str, **columns: Any) -> None:
        """One client or product of the PSA."""
        self.rows["mapping_targets"].append(
            {"kind": kind, "source_system": "connectwise", "right_id": right_id, "right_name": name, **columns}
        )

    def suggests(self, left_id: str, right_id: str, score: Any = "0.9700", **columns: Any) -> None:
        """One suggestion for what waits under `left_id`."""
        left = next(row for row in self.rows["mapping_queue"] if row["left_id"] == left_id)
        right = next(row for row in self.rows["mapping_targets"] if row["right_id"] == right_id)
        row = {
            **{name: left[name] for name in ("kind", "source_system", "left_id", "left_name")},
            "right_id": right_id,
            "right_name": right["right_name"],
            "method": "name",
            "score": score,
            "is_unambiguous": True,
            "reasons": "same name",
            "tier": "likely",
            **columns,
        }
        self.rows["mapping_suggestions"].append(row)

    def states(self, system: str, vendor_product_id: str, *sides: str) -> None:
        """What a vendor tells of a product of its own: owned, used, charged."""
        row = {"vendor_source_system": system, "vendor_product_id": vendor_product_id}
        self.rows["reconciliation"].append({**row, **{f"{side}_quantity": 3 for side in sides}})

    def publish(self) -> Queue:
        """Put the rows in place, and read them as `tieout map` does."""
        self.home.published.unlink(missing_ok=True)
        with duckdb.connect(str(self.home.published)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE SCHEMA analytics")
            for name, columns in _declared().items():
                connection.execute(f"CREATE TABLE analytics.{name} ({columns})")
                for row in self.rows[name]:
                    marks = ", ".join("?" for _ in row)
                    connection.execute(
                        f"INSERT INTO analytics.{name} ({', '.join(row)}) VALUES ({marks})", list(row.values())
                    )
        return read_queue(self.home)

    def rule(self, file: str, *lines: str) -> None:
        """Add lines to a rule file by hand."""
        with (self.home.rules / file).open("a", encoding="utf-8") as handle:
            handle.writelines(f"{line}\n" for line in lines)

    def lines(self, file: str) -> list[str]:
        """The rules of a file: its lines without comments and header."""
        text = (self.home.rules / file).read_text(encoding="utf-8")
        return [line for line in text.splitlines() if not line.startswith("#")][1:]

    def files(self) -> dict[str, bytes]:
        """Every rule file, byte for byte."""
        return {path.name: path.read_bytes() for path in sorted(self.home.rules.iterdir())}


def usual(folder: Path, names: Sequence[str] = ("Acme Dental", "Harbor Logistics", "Northwind")) -> Desk:
    """Three accounts and a product that wait, three clients, two products, a suggestion for all but one account."""
    desk = Desk(folder)
    for number, name in enumerate(names, start=1):
        desk.target("client", f"connectwise:{number}", f"{name} Inc", domain=f"c{number}.example")
        amount = None if number == 3 else 100 - number
        desk.waits("client", "pax8", f"a{number}", name, amount, domain=f"c{number}.example", holds="3 seats")
    desk.target("product", "connectwise:771", "Business Premium")
    desk.target("product", "connectwise:772", "Business Standard")
    desk.waits("product", "pax8", "p1", "M365 Business Premium", 50)
    desk.suggests("a1", "connectwise:1", "0.9900", tier="certain")
    desk.suggests("a1", "connectwise:2", "0.6000", tier="possible", is_unambiguous=False)
    desk.suggests("a2", "connectwise:2")
    desk.suggests("p1", "connectwise:771")
    desk.publish()
    return desk
