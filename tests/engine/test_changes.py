"""Changes that must change nothing, and changes that must change exactly one thing.

Where duplicates are removed: staging, per key of the raw table (`snapshot_rows` and `version_rows`). Canonical rows are
one per key already, and a row that stood there twice would count twice - so repetition is tried on the raw tables. The
order of rows is tried there too, which gives every later table another order as well.
"""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.engine import strategies
from tests.engine.project import Engine
from tests.engine.raw_rows import write
from tests.engine.settings import effort
from tests.engine.worlds import Account, Agreement, Client, Line, Product, Row, World, client_id, main_line

PUBLIC = ("reconciliation", "evidence", "row_dispositions", "discrepancies", "client_summary", "product_summary")
# The large tables have no order of their own: a reader who wants one says so.
ORDER = {
    "reconciliation": "line_key",
    "evidence": "line_key, source_system, source_table, source_record_id",
    "row_dispositions": "source_system, source_table, source_record_id",
}
CENT = Decimal("0.01")


def results(engine: Engine, world: World, **arranged: Any) -> dict[str, list[dict[str, Any]]]:
    """The public tables of `world`, rows in their published order; those without one by their keys."""
    engine.clear()
    write(world, engine, **arranged)
    engine.compute()
    return {
        table: engine.rows(f"SELECT * FROM analytics.{table} {f'ORDER BY {ORDER[table]}' if table in ORDER else ''}")
        for table in (*PUBLIC, "period_summary", "tie_out")
    }


@effort(4)
@given(world=strategies.worlds(), seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(engine: Engine, world: World, seed: int) -> None:
    def shuffled(rows: list[Any]) -> list[Any]:
        return random.Random(seed).sample(rows, len(rows))

    assert results(engine, world, arrange=shuffled, rules=shuffled) == results(engine, world)


@effort(4)
@given(world=strategies.worlds(), seed=st.integers(0, 1000))
def test_rows_delivered_twice_change_nothing(engine: Engine, world: World, seed: int) -> None:
    def repeated(rows: list[Any]) -> list[Any]:
        return rows + random.Random(seed).sample(rows, len(rows) // 2)

    once, twice = results(engine, world), results(engine, world, arrange=repeated, rules=repeated)
    # The completeness control itself reports how many rows came twice: its verdict stays, its note does not.
    assert all(row["passed"] for row in twice.pop("tie_out"))
    del once["tie_out"]
    assert twice == once


@effort(4)
@given(data=st.data(), world=strategies.worlds(faults=False))
def test_an_unrelated_client_changes_nobody_elses_rows(engine: Engine, data: st.DataObject, world: World) -> None:
    stranger = data.draw(strategies.clients(range(50, 51), world.products, stray=False))
    before, after = results(engine, world), results(engine, world.joined(stranger))
    theirs = {line["line_key"] for line in after["reconciliation"] if line["client_id"] == client_id(50)}
    records = {str(line.number) for line in stranger.lines} | {
        row["source_record_id"] for row in after["evidence"] if row["line_key"] in theirs
    }
    kept = {
        "reconciliation": [row for row in after["reconciliation"] if row["line_key"] not in theirs],
        "evidence": [row for row in after["evidence"] if row["line_key"] not in theirs],
        "client_summary": [row for row in after["client_summary"] if row["client_key"] != client_id(50)],
    }
    assert kept == {table: before[table] for table in kept}
    # Rows for information belong to no line, so these are told apart by the record itself.
    known = {row["source_record_id"] for row in before["row_dispositions"]}
    assert known.isdisjoint(records)
    assert [row for row in after["row_dispositions"] if row["source_record_id"] in known] == before["row_dispositions"]


@effort(4)
@given(world=strategies.worlds(), factor=st.integers(2, 7))
def test_scaling_every_quantity_scales_every_variance(engine: Engine, world: World, factor: int) -> None:
    small = {row["line_key"]: row for row in results(engine, world)["reconciliation"]}
    large = {row["line_key"]: row for row in results(engine, world.scaled(factor))["reconciliation"]}
    assert small.keys() == large.keys()
    for key, row in small.items():
        scaled = large[key]
        assert scaled["class"] == row["class"], key
        assert scaled["unit_price"] == row["unit_price"], key
        assert scaled["billed_quantity"] == row["billed_quantity"] * factor, key
        if not row["is_assessed"]:
            assert scaled["variance"] is None, key
            continue
        assert scaled["expected_quantity"] == row["expected_quantity"] * factor, key
        assert scaled["variance"] == row["variance"] * factor, key
        if row["kind"] == "billing" and row["unit_price"] is not None:
            exact = row["variance"] * factor * row["unit_price"]
            assert scaled["revenue_impact"] == exact.quantize(CENT, ROUND_HALF_UP), key


@effort(3)
@given(units=st.integers(1, 500), price=st.integers(1, 99999).map(lambda cents: Decimal(cents) / 100))
def test_plus_and_minus_at_one_client_stay_two_findings(engine: Engine, units: int, price: Decimal) -> None:
    over, under = 701, 702
    world = World(
        clients=(Client(1, "USD"),),
        agreements=(Agreement(11, 1),),
        accounts=(Account("pax8", 11, 1),),
        products=(Product(over, "owned", owned="pax8"), Product(under, "owned", owned="pax8")),
        lines=(
            Line(1, 11, over, Decimal(units + 5), price=price),
            Line(2, 11, under, Decimal(units), price=price),
        ),
        rows=(
            Row("subscription", 1, 11, over, Decimal(units)),
            Row("subscription", 2, 11, under, Decimal(units + 5)),
        ),
    )
    found = results(engine, world)
    findings = {row["line_key"]: (row["class"], row["variance"]) for row in found["discrepancies"]}
    assert findings == {main_line(1, over): ("overbilled", -5), main_line(1, under): ("underbilled", 5)}
    for summary in (*found["client_summary"], *found["period_summary"]):
        assert (summary["underbilled_amount"], summary["overbilled_amount"]) == (price * 5, price * 5)
        assert summary["discrepancy_count"] == 2
