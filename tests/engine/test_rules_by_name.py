"""Rules name what an export names as the file writes it: its clients, agreements, accounts and products.

Belongs here: that a rule finds the thing that it names. Does not belong here: what each kind of rule does.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pipelines.rules import dangling
from tests.engine.project import Engine

LEDGER, PORTAL = "ledger", "portal"
CLIENT, SEAT, SUITE = "Harborlight  Dental", "Microsoft 365 Business Premium", "Managed Plan"
AS_OF = datetime(2026, 6, 30, 8, tzinfo=UTC)


class Files:
    """A home whose PSA and vendor are both exports without any id."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.clear()
        engine.run(date(2026, 6, 1), AS_OF, sources={"exports": "vendor"})
        self.lines: list[dict[str, Any]] = []
        self.quantities: list[dict[str, Any]] = []
        self.rules: dict[str, list[dict[str, Any]]] = {}

    def line(self, quantity: int, product: str = SEAT, **columns: Any) -> None:
        row = {"source_name": LEDGER, "file_name": "billing.csv", "file_hash": "b" * 64, "sheet_name": "csv"}
        number = {"row_number": len(self.lines) + 2, "client_name": CLIENT, "product_name": product}
        self.lines.append({**row, **number, "quantity": Decimal(quantity), "unit_price": Decimal(22), **columns})

    def owned(self, quantity: int, product: str = "SaaS  Seat", **columns: Any) -> None:
        row = {"source_name": PORTAL, "file_name": "seats.csv", "file_hash": "a" * 64, "sheet_name": "csv"}
        number = {"row_number": len(self.quantities) + 2, "account_name": "Harborlight DC", "product_name": product}
        self.quantities.append({**row, **number, "side": "owned", "quantity": Decimal(quantity), **columns})

    def rule(self, table: str, **columns: Any) -> None:
        self.rules.setdefault(table, []).append(columns)

    def mapped(self, product: str = SEAT) -> None:
        self.rule("client_map", source_system=PORTAL, account_id="Harborlight DC", client_id=f"{LEDGER}:{CLIENT}")
        self.rule("product_map", source_system=PORTAL, vendor_product_id="SaaS  Seat", product_id=f"{LEDGER}:{product}")
        self.rule("counting", product_id=f"{LEDGER}:{product}", basis="owned", owned_source=PORTAL)

    def compute(self) -> list[dict[str, Any]]:
        at = AS_OF.replace(hour=6)
        self.engine.read("exports", "billing_lines", self.lines, at=at)
        self.engine.read("exports", "vendor_quantities", self.quantities, at=at)
        for table, rows in self.rules.items():
            self.engine.empty(f"rules.{table}")
            self.engine.rules(table, rows)
        self.engine.compute()
        with self.engine.connect() as connection:
            self.warnings = [str(warning) for warning in dangling(connection)]
        return self.engine.rows("SELECT * FROM analytics.reconciliation ORDER BY line_key")


@pytest.fixture
def files(engine: Engine) -> Files:
    return Files(engine)


def test_mappings_and_counting_rules_find_names_as_the_file_writes_them(files: Files) -> None:
    files.line(10)
    files.owned(12)
    files.mapped()
    [row] = files.compute()
    assert (row["class"], row["billed_quantity"], row["owned_quantity"], row["revenue_impact"]) == (
        "underbilled", 10, 12, 44,
    )  # fmt: skip
    assert files.warnings == []


@pytest.mark.parametrize("written", ["microsoft 365 BUSINESS  premium", SEAT.upper(), SEAT.lower()])
def test_case_and_blanks_of_a_name_do_not_matter(files: Files, written: str) -> None:
    files.line(10)
    files.owned(10)
    files.mapped(written)
    assert [row["class"] for row in files.compute()] == ["matched"]


def test_another_name_is_another_product(files: Files) -> None:
    """Folded are case and blanks alone: the plus of `Backup+` is part of its name."""
    files.line(10, "Backup+")
    files.owned(10)
    files.mapped("Backup")
    assert {row["class"] for row in files.compute()} == {"unmapped_product"}


def test_an_id_that_the_file_has_is_not_folded(files: Files) -> None:
    """Codes of one spelling but for the case are two products; each rule means its own."""
    for code, quantity in (("a1B", 10), ("A1b", 3)):
        files.line(quantity, product_code=code, product_name=code)
        files.owned(quantity, product_code=code, product_name=code)
        files.rule("product_map", source_system=PORTAL, vendor_product_id=code, product_id=f"{LEDGER}:{code}")
        files.rule("counting", product_id=f"{LEDGER}:{code}", basis="owned", owned_source=PORTAL)
    files.rule("client_map", source_system=PORTAL, account_id="Harborlight DC", client_id=f"{LEDGER}:{CLIENT}")
    assert [(row["product_name"], row["class"], row["billed_quantity"]) for row in files.compute()] == [
        ("A1b", "matched", 3), ("a1B", "matched", 10),
    ]  # fmt: skip


@pytest.mark.parametrize("system", [PORTAL, "*"])
def test_exclusions_find_names(files: Files, system: str) -> None:
    files.line(10)
    files.owned(10)
    files.owned(4, "Trial Seat")
    files.mapped()
    files.rule("product_map", source_system=PORTAL, vendor_product_id="Trial Seat", product_id=f"{LEDGER}:{SEAT}")
    files.rule(
        "exclusions", client_id=f"{LEDGER}:{CLIENT}", source_system=system, vendor_product_id="Trial Seat",
        source_record_id="*", reason="trial",
    )  # fmt: skip
    rows = files.compute()
    assert ("matched", 10) in [(row["class"], row["owned_quantity"]) for row in rows]


def test_a_rule_for_any_system_still_means_the_ids_of_the_others(files: Files) -> None:
    """A file calls a product `windows_server`; NinjaOne's class WINDOWS_SERVER is excluded by the same rule."""
    files.owned(1, "windows_server")
    files.rule(
        "exclusions", client_id="*", source_system="*", vendor_product_id="WINDOWS_SERVER", source_record_id="*",
        reason="loan",
    )  # fmt: skip
    files.compute()
    found = files.engine.rows("SELECT vendor_product_id FROM staging.stg_rules__exclusions ORDER BY 1")
    assert [row["vendor_product_id"] for row in found] == ["WINDOWS_SERVER", "windows_server"]


def test_tolerances_terms_items_and_bundles_find_names(files: Files) -> None:
    files.line(10)
    files.line(2, "Seat, old")
    files.owned(13)
    files.mapped()
    files.rule("item_map", item_id=f"{LEDGER}:Seat, Old", product_id=f"{LEDGER}:{SEAT}")
    files.rule("tolerances", client_id=f"{LEDGER}:{CLIENT}", product_id=f"{LEDGER}:{SEAT}", tolerance=Decimal(1))
    [row] = files.compute()
    assert (row["class"], row["billed_quantity"], row["variance"]) == ("matched_tolerance", 12, 1)
    files.rules["tolerances"] = []
    files.rule(
        "terms", client_id=f"{LEDGER}:{CLIENT}", agreement_id="*", product_id=f"{LEDGER}:{SEAT}",
        minimum_quantity=Decimal(20), minimum_scope="line",
    )  # fmt: skip
    [row] = files.compute()
    assert (row["class"], row["expected_quantity"]) == ("underbilled", 20)


def test_bundles_find_names(files: Files) -> None:
    files.line(10, SUITE)
    files.owned(10)
    files.mapped()
    files.rule("counting", product_id=f"{LEDGER}:{SUITE}", basis="owned", owned_source=PORTAL)
    files.rule(
        "bundles", client_id="*", bundle_product_id=f"{LEDGER}:{SUITE}", component_product_id=f"{LEDGER}:{SEAT}",
        units_per_driver=Decimal(1), is_driver="yes",
    )  # fmt: skip
    files.line(0, SEAT, unit_price=Decimal(0))
    rows = files.compute()
    assert ("Managed Plan", "matched", 10) in [(r["product_name"], r["class"], r["billed_quantity"]) for r in rows]


def test_agreements_and_accounts_of_units_find_names(files: Files) -> None:
    for agreement, quantity in (("Head Office", 10), ("The  Annex", 2)):
        files.line(quantity, agreement_name=agreement)
    files.owned(8)
    files.owned(4, account_name="Harborlight  Annex")
    files.mapped()
    files.rule("client_map", source_system=PORTAL, account_id="Harborlight Annex", client_id=f"{LEDGER}:{CLIENT}")
    files.rule(
        "agreement_units", client_id=f"{LEDGER}:{CLIENT}", product_id=f"{LEDGER}:{SEAT}", source_system=PORTAL,
        attribute="account", value="harborlight annex", agreement_id=f"{LEDGER}:The Annex",
    )  # fmt: skip
    rows = files.compute()
    assert [(row["class"], row["variance"]) for row in rows] == [("overbilled", -2), ("underbilled", 2)]


def test_a_pair_refused_by_name_is_not_suggested_again(files: Files) -> None:
    files.line(10)
    files.owned(12)
    files.rule(
        "rejections", kind="client", source_system=PORTAL, left_id="Harborlight DC", right_id=f"{LEDGER}:{CLIENT}"
    )
    files.compute()
    found = files.engine.rows("SELECT left_id, right_id FROM staging.stg_rules__rejections")
    assert found == [{"left_id": "harborlight dc", "right_id": "ledger:harborlight dental"}]


def test_a_rule_of_what_is_there_that_hits_nothing_is_named(files: Files) -> None:
    """The client and the product of each rule exist, and no line or row has both."""
    files.line(10)
    files.line(5, "Backup", client_name="Quillfeather Law")
    files.owned(10)
    files.mapped()
    other = {"client_id": f"{LEDGER}:Quillfeather Law", "file": "", "line": 0}
    dated = {"valid_from": date(2026, 1, 1)}
    files.rule("tolerances", **other, **dated, product_id=f"{LEDGER}:{SEAT}", tolerance=Decimal(1),
               rule_id="tolerances.csv:7")  # fmt: skip
    files.rule("terms", **other, **dated, agreement_id="*", product_id=f"{LEDGER}:{SEAT}",
               contract_price=Decimal(20), rule_id="terms.csv:3")  # fmt: skip
    files.rule("terms", **other, **dated, agreement_id="*", product_id=f"{LEDGER}:Backup",
               contract_price=Decimal(20), rule_id="terms.csv:4")  # fmt: skip
    files.rule("exclusions", **other, **dated, source_system="*", vendor_product_id="SaaS Seat",
               source_record_id="*", reason="trial", rule_id="exclusions.csv:9")  # fmt: skip
    files.rule("exclusions", client_id="*", source_system=PORTAL, vendor_product_id="SaaS Seat", **dated,
               source_record_id="*", reason="trial", rule_id="exclusions.csv:10")  # fmt: skip
    files.compute()
    assert files.warnings == [
        "exclusions.csv:9: client_id: no row of this client, system and product was read, so the rule takes nothing "
        "out",
        "terms.csv:3: client_id: no line of this client and product is there, so the term holds for nothing",
        "tolerances.csv:7: product_id: no line of this client and product is there to tolerate",
    ]
