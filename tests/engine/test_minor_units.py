"""Money in the minor units of its own currency: thousandths, hundredths, or none.

Belongs here: rounding, texts and the second opinion of each kind of currency. Does not belong here: currencies beside
each other (`tests/dbt_project/marts/test_currencies_apart`).
"""

from decimal import Decimal

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import CUTOFF, Desk
from tests.engine.project import Engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.mark.parametrize(
    ("currency", "price", "impact", "said"),
    [
        ("KWD", "0.335", "1.005", "3 x 0.335 = 1.005 KWD a month underbilled"),
        ("KWD", "0.5", "1.5", "3 x 0.500 = 1.500 KWD a month underbilled"),
        ("BHD", "0.3335", "1.001", "3 x 0.3335 = 1.0005, rounded 1.001 BHD a month underbilled"),
        ("TND", "7", "21", "3 x 7.000 = 21.000 TND a month underbilled"),
        ("USD", "0.335", "1.01", "3 x 0.335 = 1.005, rounded 1.01 USD a month underbilled"),
        ("JPY", "1000", "3000", "3 x 1000 = 3000 JPY a month underbilled"),
        ("JPY", "150.5", "452", "3 x 150.5 = 451.5, rounded 452 JPY a month underbilled"),
        ("CLP", "0.335", "1", "3 x 0.335 = 1.005, rounded 1 CLP a month underbilled"),
    ],
)
def test_money_is_kept_in_the_coins_of_its_currency(
    desk: Desk, currency: str, price: str, impact: str, said: str
) -> None:
    """Contract case 31: 1.005 KWD stays 1.005; the second opinion says the same."""
    desk.currency = currency
    desk.set_month(CUTOFF)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, price)
    desk.subscription(13)
    row = desk.compute()
    assert (row["currency"], row["revenue_impact"]) == (currency, Decimal(impact))
    assert said in row["explanation"]
    assert row["expected_amount"] - row["billed_amount"] == row["amount_variance"]
    [summary] = desk.engine.rows("SELECT * FROM analytics.period_summary WHERE line_count > 0")
    assert (summary["currency"], summary["underbilled_amount"]) == (currency, Decimal(impact))
    [opinion] = desk.engine.rows(
        "SELECT left_total, passed, note FROM analytics.tie_out WHERE rule = 'recomputation' AND subject = ?",
        "revenue_impact",
    )
    assert (opinion["left_total"], opinion["passed"]) == (1, True), opinion["note"]
    assert all(control["passed"] for control in desk.engine.rows("SELECT * FROM analytics.tie_out"))
    if price == "0.335" and currency == "KWD":
        assert "3 x 0.335 = 1.005 KWD a month" in page("rules.md")


def test_a_month_is_published_with_its_thousandths(desk: Desk) -> None:
    """What a run said is kept to the thousandth, so that the next month's exposure is."""
    desk.currency = "KWD"
    desk.set_month(CUTOFF)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "0.335")
    desk.subscription(13)
    desk.compute()
    desk.closed(CUTOFF.date().replace(day=1))
    [kept] = desk.engine.rows("SELECT revenue_impact, amount_variance FROM control.line_history WHERE variance = 3")
    assert (kept["revenue_impact"], kept["amount_variance"]) == (Decimal("1.005"), Decimal("1.005"))
