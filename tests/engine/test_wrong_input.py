"""Wrong input never crashes the models and never becomes a silent number.

One world holds every case, each at a client of its own. Text where a number belongs cannot reach these tables: raw
columns are typed, and connectors and expectations refuse such a row before it is loaded.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.laws import LAWS
from tests.engine.project import Engine
from tests.engine.raw_rows import write
from tests.engine.worlds import Account, Agreement, Client, Line, Product, Row, World, client_id, main_line

OWNED, CHARGED = 701, 702
CASES = (
    "negative census",
    "census without quantity",
    "charge without quantity",
    "line without quantity",
    "line with negative quantity",
    "line with an unknown bill mode",
    "line without price",
    "no currency anywhere",
    "a currency that is none",
    "row without product",
    "two open agreements for one product",
)
CURRENCIES = {"no currency anywhere": None, "a currency that is none": "COINS"}


def number(case: str) -> int:
    return CASES.index(case) + 1


def world_of_cases() -> World:
    lines = {case: Line(number(case), number(case) * 10 + 1, OWNED, Decimal(10)) for case in CASES}
    rows = {case: Row("subscription", number(case), number(case), OWNED, Decimal(10)) for case in CASES}
    lines_changed: dict[str, dict[str, Any]] = {
        "charge without quantity": {"product": CHARGED},
        "line without quantity": {"quantity": None},
        "line with negative quantity": {"quantity": Decimal(-10)},
        "line with an unknown bill mode": {"mode": "Sometimes"},
        "line without price": {"price": None},
    }
    for case, change in lines_changed.items():
        lines[case] = replace(lines[case], **change)
    rows_changed: dict[str, dict[str, Any]] = {
        "negative census": {"quantity": Decimal(-3)},
        "census without quantity": {"quantity": None},
        "charge without quantity": {"kind": "item", "product": CHARGED, "quantity": None},
        "row without product": {"product": 999},
        "line without price": {"quantity": Decimal(12)},
        "a currency that is none": {"quantity": Decimal(12)},
    }
    for case, change in rows_changed.items():
        rows[case] = replace(rows[case], **change)
    second = replace(lines[CASES[-1]], number=99, agreement=number(CASES[-1]) * 10 + 2)
    return World(
        clients=tuple(Client(number(case), CURRENCIES.get(case, "EUR")) for case in CASES),
        agreements=tuple(Agreement(number(case) * 10 + nth, number(case)) for case in CASES for nth in (1, 2)),
        accounts=tuple(Account("pax8", number(case), number(case)) for case in CASES),
        products=(
            Product(OWNED, "owned", owned="pax8", charged="pax8"),
            Product(CHARGED, "charged", owned="pax8", charged="pax8"),
        ),
        lines=(*lines.values(), second),
        # The invoice itself has arrived: another client's item of it can be read.
        rows=(*rows.values(), Row("item", 99, number("line without price"), CHARGED, Decimal(1))),
    )


@pytest.fixture(scope="module")
def judged(engine: Engine) -> Engine:
    engine.clear()
    write(world_of_cases(), engine)
    engine.compute()
    engine.run_models()
    return engine


def line_of(engine: Engine, case: str, product: int = OWNED) -> dict[str, Any]:
    return engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", main_line(number(case), product))


def test_wrong_input_breaks_no_law(judged: Engine) -> None:
    assert {law: rows for law, query in LAWS.items() if (rows := judged.rows(query))} == {}


@pytest.mark.parametrize(
    ("case", "record", "reason"),
    [
        ("census without quantity", "subscription-2", "it carries no quantity"),
        ("charge without quantity", "item-3", "it carries no quantity"),
        ("line without quantity", "4", "it carries no quantity"),
        ("line with an unknown bill mode", "6", "bill mode Sometimes is not known"),
        ("row without product", "subscription-10", "vendor product has no confirmed product"),
    ],
)
def test_a_row_that_cannot_be_counted_says_why(judged: Engine, case: str, record: str, reason: str) -> None:
    row = judged.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = ?", record)
    assert row["disposition"] in ("information_only", "unmapped"), case
    assert row["reason"] == reason


@pytest.mark.parametrize(
    ("case", "product", "sentence"),
    [
        ("negative census", OWNED, "pax8 - subscription-1 states -3 owned. 10 billed"),
        ("census without quantity", OWNED, "pax8 - subscription-2 carries no quantity. 10 billed"),
        ("charge without quantity", CHARGED, "pax8 - item-3 carries no quantity. 10 billed"),
        ("line without quantity", OWNED, "connectwise - line 4: it carries no quantity. 0 billed"),
        ("line with negative quantity", OWNED, "connectwise - line 5: it bills -10. -10 billed"),
        ("line with an unknown bill mode", OWNED, "connectwise - line 6: bill mode Sometimes is not known. 0 billed"),
    ],
)
def test_a_line_that_a_wrong_record_stands_in_is_not_assessed_and_names_it(
    judged: Engine, case: str, product: int, sentence: str
) -> None:
    line = line_of(judged, case, product)
    assert (line["class"], line["expected_quantity"], line["variance"]) == ("not_assessed", None, None)
    assert line["explanation"] == f"Not assessed: {sentence}; nothing is concluded until that is mended."


def test_wrong_records_are_counted_in_no_total_of_money(judged: Engine) -> None:
    wrong = [client_id(number(case)) for case in CASES[:6]]
    totals = judged.rows("SELECT * FROM analytics.client_summary WHERE list_contains(?, client_key)", wrong)
    assert len(totals) == len(wrong)
    assert {(row["underbilled_amount"], row["overbilled_amount"]) for row in totals} == {(0, 0)}


def test_money_in_a_currency_that_is_none_is_unknown_and_says_so(judged: Engine) -> None:
    line = line_of(judged, "a currency that is none")
    assert (line["class"], line["variance"], line["unit_price"]) == ("underbilled", 2, None)
    assert (line["revenue_impact"], line["cost_impact"]) == (None, None)
    assert line["explanation"].endswith("2 x a price in COINS, which is no currency = unknown amount underbilled.")


def test_a_price_that_is_not_there_is_said_to_be_unknown(judged: Engine) -> None:
    assert line_of(judged, "line without price")["explanation"].endswith(
        "12 owned at pax8; 12 - 0 included = 12 expected; 10 billed; 2 x unknown price = unknown amount underbilled."
    )


def test_an_unknown_price_gives_an_unknown_impact(judged: Engine) -> None:
    assert line_of(judged, "line without price")["revenue_impact"] is None
    assert line_of(judged, "line without quantity")["revenue_impact"] is None


def test_a_missing_currency_is_the_homes_own_and_no_other(judged: Engine) -> None:
    assert line_of(judged, "no currency anywhere")["currency"] == "USD"
    assert line_of(judged, "two open agreements for one product")["currency"] == "EUR"


def test_two_open_agreements_add_up_and_the_line_belongs_to_neither(judged: Engine) -> None:
    line = line_of(judged, "two open agreements for one product")
    assert (line["billed_quantity"], line["agreement_id"], line["class"]) == (20, None, "overbilled")


@pytest.mark.parametrize(("system", "table"), [("pax8", "subscriptions"), ("connectwise", "additions")])
def test_a_quantity_that_its_expectation_refuses_makes_no_number(engine: Engine, system: str, table: str) -> None:
    """Negative and missing quantities are stopped before the models: a blocking expectation closes the whole source."""
    engine.clear()
    write(world_of_cases(), engine)
    engine.insert(
        "control.expectation_results",
        [
            {
                "run_id": "run-1",
                "source_system": system,
                "table_name": table,
                "expectation": "quantity_in_range",
                "is_blocking": True,
                "passed": False,
                "unexpected_count": 1,
                "message": "subscription-1 has -3",
            }
        ],
    )
    engine.compute()
    engine.run_models()
    lines = engine.table("analytics.reconciliation")
    assert {line["class"] for line in lines} == {"not_assessed"}
    assert {line["variance"] for line in lines} == {None}
    assert all("subscription-1 has -3" in line["explanation"] for line in lines)
    assert {law: rows for law, query in LAWS.items() if (rows := engine.rows(query))} == {}


def test_a_table_older_than_its_limit_makes_its_source_stale_and_is_named(engine: Engine) -> None:
    """The source's other reads may be fresh: their age would be the wrong thing to tell."""
    engine.clear()
    write(world_of_cases(), engine)
    engine.insert(
        "control.expectation_results",
        [
            {
                "run_id": "run-1",
                "source_system": "pax8",
                "table_name": "invoice_items",
                "expectation": "fresh",
                "is_blocking": True,
                "passed": False,
                "message": "pax8.invoice_items: the newest read is older than its limit (242.0 h old, limit 26 h).",
            }
        ],
    )
    engine.compute()
    engine.run_models()
    health = engine.row("SELECT status, message FROM analytics.source_health WHERE source_system = 'pax8'")
    assert health["status"] == "stale"
    assert health["message"].startswith("pax8.invoice_items: the newest read is older than its limit (242.0 h")
