"""What a second agreement, or a second currency, may not change.

Belongs here: laws that compare two worlds that differ in their agreements. Does not belong here: what holds in every
world (`test_laws`), or the numbers of single cases (`test_agreement_scopes`).
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given

from tests.engine.project import Engine
from tests.engine.raw_rows import write
from tests.engine.settings import effort
from tests.engine.strategies import worlds
from tests.engine.worlds import Account, Agreement, Client, Line, Row, World

TOTALS = """
    SELECT client_id, product_id, sum(billed_quantity) AS billed, sum(basis_quantity) AS basis,
        sum(expected_quantity) AS expected, bool_and(is_assessed) AS is_assessed
    FROM analytics.reconciliation
    WHERE line_part = 'main' AND client_id IS NOT NULL
    GROUP BY client_id, product_id
"""


def totals(engine: Engine, world: World, named: tuple[int, ...] = ()) -> dict[tuple[str, str], dict[str, Any]]:
    """The totals by client and product, with terms naming these agreements that change no unit."""
    engine.clear()
    write(world, engine)
    terms = [
        {
            "client_id": "connectwise:1",
            "agreement_id": f"connectwise:{number}",
            "product_id": "*",
            "margin_floor_percent": Decimal(1),
            "rule_id": f"terms.csv:{number}",
        }
        for number in named
    ]
    engine.rules("terms", terms)
    engine.compute()
    return {(row["client_id"], row["product_id"]): row for row in engine.rows(TOTALS)}


@effort(3)
@given(world=worlds(faults=False))
def test_an_agreement_in_two_with_the_same_terms_changes_no_total(engine: Engine, world: World) -> None:
    plain = replace(world, minimums=(), bundles=())
    (first,) = (agreement for agreement in plain.agreements if agreement.number == 11)
    split = replace(
        plain,
        agreements=(*plain.agreements, replace(first, number=13)),
        lines=tuple(
            replace(line, agreement=13) if line.agreement == 11 and line.number % 2 else line for line in plain.lines
        ),
    )
    before, after = totals(engine, plain, (11,)), totals(engine, split, (11, 13))
    assert {key: row["billed"] for key, row in before.items()} == {key: row["billed"] for key, row in after.items()}
    for key, row in before.items():
        if row["is_assessed"] and after[key]["is_assessed"]:
            assert row == after[key]


@effort(2)
@given(world=worlds(faults=False))
def test_a_currency_that_comes_touches_no_row_of_another(engine: Engine, world: World) -> None:
    """A client that is billed in yen is added, with units of its own: every other line stays word for word."""
    engine.clear()
    write(world, engine)
    engine.compute()
    before = {row["line_key"]: row for row in engine.table("analytics.reconciliation")}
    products = {row["product_id"] for row in engine.table("analytics.product_summary")}
    product = world.products[0].number
    wider = replace(
        world,
        clients=(*world.clients, Client(7, "JPY")),
        agreements=(*world.agreements, Agreement(71, 7, "JPY")),
        accounts=(*world.accounts, Account("pax8", 71, 7)),
        lines=(*world.lines, Line(7001, agreement=71, product=product, quantity=Decimal(5))),
        rows=(*world.rows, Row("subscription", 7101, 71, product, Decimal(6))),
    )
    engine.clear()
    write(wider, engine)
    engine.compute()
    after = {row["line_key"]: row for row in engine.table("analytics.reconciliation") if row["currency"] != "JPY"}
    assert after == {key: row for key, row in before.items() if row["currency"] != "JPY"}
    assert products <= {row["product_id"] for row in engine.table("analytics.product_summary")}
