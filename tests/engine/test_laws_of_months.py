"""Laws of money and of months: credits, true-ups and exposure, on random quantities and prices.

Belongs here: what must hold whatever the numbers are. Does not belong here: single contracts (`test_prices`,
`test_true_ups`, `test_time`).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.example_desk import JUNE, Desk
from tests.engine.project import Engine
from tests.engine.settings import effort
from tests.engine.test_true_ups import run

UNITS = st.integers(1, 40)
PRICES = st.decimals("1.00", "90.00", places=2)
QUANTITIES = ("class", "billed_quantity", "owned_quantity", "basis_quantity", "expected_quantity", "variance")
MONEY = ("unit_price", "revenue_impact", "billed_amount", "expected_amount", "amount_variance")


def _desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    return desk


def _billed(engine: Engine, owned: int, *lines: tuple[int, Decimal]) -> dict[str, Any]:
    desk = _desk(engine)
    for quantity, price in lines:
        desk.line(quantity, price)
    desk.subscription(owned)
    return desk.compute()


@effort(4)
@given(billed=UNITS, owned=UNITS, price=PRICES, share=st.integers(1, 100))
def test_a_credit_beside_its_debit_changes_the_net_price_alone(
    engine: Engine, billed: int, owned: int, price: Decimal, share: int
) -> None:
    credit = (price * share / 100).quantize(Decimal("0.01"))
    plain = _billed(engine, owned, (billed, price))
    credited = _billed(engine, owned, (billed, price), (billed, -credit))
    net = _billed(engine, owned, (billed, price - credit))
    assert {name: credited[name] for name in QUANTITIES} == {name: plain[name] for name in QUANTITIES}
    assert {name: credited[name] for name in MONEY} == {name: net[name] for name in MONEY}


@effort(4)
@given(billed=UNITS, later=UNITS, owned=UNITS, restated=UNITS, late_by=st.integers(1, 60), price=PRICES)
def test_a_true_up_never_changes_what_a_past_month_billed(
    engine: Engine, billed: int, later: int, owned: int, restated: int, late_by: int, price: Decimal
) -> None:
    """Whatever the PSA, its prices and the vendor say afterwards."""
    desk = _desk(engine)
    end = datetime(2026, 6, 30, 20, tzinfo=UTC)
    june = run(desk, JUNE, end, billed, owned)
    desk.list_prices = {771: price}
    desk.agreement(42, date(2026, 6, 1))
    trued_up = run(desk, JUNE, end + timedelta(days=late_by), later, restated)
    for name in (*QUANTITIES, *MONEY):
        assert trued_up[name] == june[name], name


@effort(3)
@given(months=st.lists(st.tuples(UNITS, st.integers(1, 9)), min_size=1, max_size=3), last=st.integers(0, 5))
def test_exposure_is_the_sum_of_the_months_own_differences(
    engine: Engine, months: list[tuple[int, int]], last: int
) -> None:
    """Each month short of something of its own; the last one short too, or right again."""
    desk = _desk(engine)
    lost = Decimal(0)
    for number, (billed, short) in enumerate(months, start=4):
        row = run(desk, date(2026, number, 1), datetime(2026, number, 28, 8, tzinfo=UTC), billed, billed + short)
        assert row["amount_variance"] == short * Decimal("22.00")
        lost += row["amount_variance"]
    month = 4 + len(months)
    row = run(desk, date(2026, month, 1), datetime(2026, month, 28, 8, tzinfo=UTC), 10, 10 + last)
    assert (row["exposure_months"], row["exposure_amount"]) == (len(months), lost)
