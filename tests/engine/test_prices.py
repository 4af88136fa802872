"""What a difference is worth: credits, rows of several prices, contract prices, the price's period.

Belongs here: prices and money of a line, as raw rows through all models. Does not belong here: quantities
(`test_worked_examples`), amounts by the day (`test_prorated_amounts`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, JUNE, SEAT, Desk, days
from tests.engine.project import Engine, at_midnight


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    return desk


def money(row: dict[str, Any]) -> tuple[Any, ...]:
    """Class, variance, what it is worth, and both amounts."""
    return tuple(row[name] for name in ("class", "variance", "revenue_impact", "expected_amount", "billed_amount"))


def contract(desk: Desk, price: str, currency: str = "USD", **columns: Any) -> None:
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
              contract_price=Decimal(price), currency=currency, **columns)  # fmt: skip


def test_a_discount_line_is_money_and_no_units(desk: Desk) -> None:
    """Contract case 4: 10 x 22.00 and 10 x -2.00, O 10: B 10, matched, price 20.00 net."""
    desk.line(10, "22.00")
    desk.line(10, "-2.00")
    desk.subscription(10)
    row = desk.compute()
    assert money(row) == ("matched", 0, 0, Decimal(200), Decimal(200))
    assert (row["billed_quantity"], row["unit_price"], row["flags"]) == (10, 20, [])
    assert "Price 22.00 less 2.00 credited (line 2) = 20.00 net a unit." in row["explanation"]
    disposed = desk.engine.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = '2'")
    assert (disposed["disposition"], disposed["quantity"]) == ("information_only", 0)


@pytest.mark.parametrize(
    ("credit", "owned", "price", "impact", "expected"),
    [
        ((10, "-2.00"), 12, "20", "40", "240"),  # by the unit
        ((1, "-20.00"), 12, "20", "40", "240"),  # one amount for the whole line
        ((1, "-10.00"), 7, "21", "-63", "147"),
        ((3, "-1.00"), 11, "21.7", "21.7", "238.7"),  # for three of the ten
    ],
)
def test_a_credit_lowers_the_price_at_which_a_difference_is_valued(
    desk: Desk, credit: tuple[int, str], owned: int, price: str, impact: str, expected: str
) -> None:
    desk.line(10, "22.00")
    desk.line(*credit)
    desk.subscription(owned)
    row = desk.compute()
    assert (row["billed_quantity"], row["unit_price"]) == (10, Decimal(price))
    assert (row["revenue_impact"], row["expected_amount"]) == (Decimal(impact), Decimal(expected))


def test_a_credit_belongs_to_the_line_with_as_many_units(desk: Desk) -> None:
    """10 x 22.00 less 10 x 2.00, beside 5 x 26.40: only the ten are cheaper, and the bill is 332.00."""
    desk.line(10, "22.00")
    desk.line(5, "26.40")
    desk.line(10, "-2.00")
    desk.subscription(16)
    row = desk.compute()
    assert money(row) == ("underbilled", 1, 20, Decimal(352), Decimal(332))


@pytest.mark.parametrize(("credit", "by_unit"), [((1, "-500.00"), "50.00"), ((10, "-25.00"), "25.00")])
def test_a_credit_of_more_than_is_billed_leaves_its_line_open(
    desk: Desk, credit: tuple[int, str], by_unit: str
) -> None:
    """Two more would be worth less than nothing: that is no amount for a list of what is underbilled."""
    desk.line(10, "22.00")
    desk.line(*credit)
    desk.subscription(12)
    row = desk.compute()
    assert (row["class"], row["billed_quantity"], row["revenue_impact"]) == ("not_assessed", 10, None)
    assert f"line 2: it takes {by_unit} a unit off the 22.00 of line 1" in row["explanation"]
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE NOT passed") == []


def test_a_credit_that_stands_alone_bills_no_unit(desk: Desk) -> None:
    desk.line(10, "-2.00")
    desk.subscription(0)
    row = desk.compute()
    assert (row["billed_quantity"], row["variance"], row["billed_amount"]) == (0, 0, -20)


def test_a_line_with_a_negative_quantity_is_still_no_credit(desk: Desk) -> None:
    desk.line(10, "22.00")
    desk.line(-2, "22.00")
    desk.subscription(10)
    assert desk.compute()["class"] == "not_assessed"


def test_rows_of_two_prices_come_to_their_own_sum(desk: Desk) -> None:
    """Billed 10 x 22.00 + 5 x 26.40, O 15: 352.00 are billed, and 352.00 should be."""
    desk.line(10, "22.00")
    desk.line(5, "26.40")
    desk.subscription(15)
    row = desk.compute()
    assert money(row) == ("matched", 0, 0, Decimal(352), Decimal(352))
    assert row["amount_variance"] == 0


@pytest.mark.parametrize(
    ("owned", "impact", "arithmetic"),
    [
        (17, "44", "2 x 22.00 (line 1 of agreement 41) = 44.00 USD a month underbilled"),
        (12, "-66", "3 x 22.00 (line 1 of agreement 41) = 66.00 USD a month overbilled"),
        (
            3,
            "-272.80",
            "10 x 22.00 (line 1 of agreement 41) + 2 x 26.40 (line 2 of agreement 41) = 272.80 USD a month overbilled",
        ),
        (0, "-352", "10 x 22.00 (line 1 of agreement 41) + 5 x 26.40 (line 2 of agreement 41) = 352.00 USD a month"),
    ],
)
def test_a_difference_is_valued_at_the_row_that_would_change(
    desk: Desk, owned: int, impact: str, arithmetic: str
) -> None:
    desk.line(10, "22.00")
    desk.line(5, "26.40")
    desk.subscription(owned)
    row = desk.compute()
    assert row["revenue_impact"] == Decimal(impact)
    assert row["expected_amount"] == 352 + Decimal(impact)
    assert arithmetic in row["explanation"]


@pytest.mark.parametrize("newest", [True, False])
def test_one_dear_unit_does_not_price_the_others(desk: Desk, newest: bool) -> None:
    """10 x 22.00 with 1 x 500.00, O 10: one too many at 22.00, never -500.00, whichever was written last."""
    desk.line(10, "22.00")
    desk.line(1, "500.00", effective_date=at_midnight(2026, 5, 1) if newest else at_midnight(2025, 5, 1))
    desk.subscription(10)
    assert money(desk.compute()) == ("overbilled", -1, Decimal(-22), Decimal(698), Decimal(720))


def test_a_free_row_is_not_the_one_that_prices_a_difference(desk: Desk) -> None:
    desk.line(10, "0.00")
    desk.line(5, "22.00")
    desk.subscription(16)
    assert desk.compute()["revenue_impact"] == 22


def test_an_unbilled_product_is_worth_its_contract_price(desk: Desk) -> None:
    """Contract case 5: unbilled 5, contract price 18.00, catalogue 30.00: 90.00."""
    desk.list_prices[SEAT] = Decimal(30)
    contract(desk, "18.00")
    desk.subscription(5)
    row = desk.compute()
    assert (row["class"], row["revenue_impact"]) == ("unbilled", 90)
    assert (row["contract_price"], row["catalogue_price"], row["line_price"]) == (18, 30, None)
    assert "5 x 18.00 (contract price) = 90.00 USD a month unbilled" in row["explanation"]


def test_a_difference_is_valued_at_the_contract_price_before_the_lines(desk: Desk) -> None:
    contract(desk, "30.00")
    desk.line(10, "22.00")
    desk.subscription(12)
    row = desk.compute()
    assert (row["revenue_impact"], row["unit_price"], row["line_price"]) == (60, 30, 22)
    assert (row["price_drift_amount"], row["flags"]) == (80, ["price_drift"])
    assert (row["expected_amount"], row["billed_amount"]) == (360, 220)


def test_a_contract_in_another_currency_leaves_the_lines_own_price(desk: Desk) -> None:
    contract(desk, "30.00", "EUR")
    desk.line(10, "22.00")
    desk.subscription(12)
    row = desk.compute()
    assert (row["revenue_impact"], row["currency"], row["price_drift_amount"]) == (44, "USD", None)
    assert row["flags"] == ["price_drift"]


@pytest.mark.parametrize(
    ("cycle", "price"),
    [
        ("Annually", "264.00"),
        ("Yearly", "264.00"),
        ("Quarterly", "66.00"),
        ("Semi-Annual", "132.00"),
        ("2 years", "528.00"),
        ("Monthly", "22.00"),
        (None, "22.00"),
    ],
)
def test_a_price_is_brought_to_a_month(desk: Desk, cycle: str | None, price: str) -> None:
    """An agreement billed once a year, 10 x 264.00, 12 owned: 44.00 a month, and no margin of 93 percent."""
    desk.agreements[0]["billing_cycle__name"] = cycle
    desk.line(10, price, unit_cost=Decimal(price) * Decimal("0.8"))
    desk.subscription(12, partner_cost=Decimal("17.60"))
    row = desk.compute()
    assert money(row) == ("underbilled", 2, 44, Decimal(264), Decimal(220))
    assert (row["unit_price"], row["unit_cost"], row["margin"]) == (22, Decimal("17.6"), Decimal("0.2"))
    if price != "22.00":
        assert f"Price {price} for " in row["explanation"]


@pytest.mark.parametrize("said", [{"billing_cycle__name": "One Time"}, {"one_time_flag": True}])
@pytest.mark.parametrize(("start", "billed"), [((2026, 6, 10), 10), ((2026, 3, 10), 0)])
def test_what_is_billed_once_bills_in_its_month_alone(
    desk: Desk, said: dict[str, Any], start: tuple[int, int, int], billed: int
) -> None:
    desk.prorates = True
    desk.agreements[0] |= {"start_date": at_midnight(*start), **said}
    desk.line(10, "22.00", effective_date=None)
    desk.subscription(10)
    row = desk.compute()
    assert (row["billed_quantity"], row["billed_amount"]) == (billed, billed * 22)
    assert row["class"] == ("matched" if billed else "unbilled")


def test_a_cycle_that_is_not_known_makes_no_price(desk: Desk) -> None:
    desk.agreements[0]["billing_cycle__name"] = "Bi-Monthly"
    desk.line(10, "44.00")
    desk.subscription(12)
    row = desk.compute()
    assert (row["class"], row["variance"], row["revenue_impact"], row["billed_amount"]) == (
        "underbilled",
        2,
        None,
        None,
    )
    assert "Price 44.00 for the billing cycle Bi-Monthly, which is not known" in row["explanation"]
    assert "(line 1 of agreement 41)" in row["explanation"]


def test_a_catalogue_price_of_a_year_is_brought_to_a_month(desk: Desk) -> None:
    desk.list_prices[SEAT] = Decimal(264)
    desk.catalog_columns = {"recurring_flag": True, "recurring_bill_cycle__name": "Yearly"}
    desk.subscription(5)
    assert desk.compute()["revenue_impact"] == 110


def test_another_price_than_signed_has_totals_of_its_own(desk: Desk) -> None:
    """10 billed at 22.00, 12 owned, contract 30.00: 60.00 for the two, and 80.00 for the ten, never in one sum."""
    contract(desk, "30.00")
    desk.line(10, "22.00")
    desk.subscription(12)
    row = desk.compute()
    assert "10 x 8.00 (line 1 of agreement 41) = 80.00 USD a month." in row["explanation"]
    for summary in ("period_summary", "client_summary", "product_summary"):
        total = desk.engine.row(f"SELECT * FROM analytics.{summary} WHERE currency = 'USD'")
        assert (total["underbilled_amount"], total["price_drift_underbilled_amount"]) == (60, 80)
        assert (total["price_drift_overbilled_amount"], total["amount_difference_underbilled_amount"]) == (0, 0)


def test_amounts_that_differ_at_equal_quantities_are_said(desk: Desk) -> None:
    """13 by the day from 17 June and 10 before; the PSA bills 13 for all of June: 250.80 - 286.00."""
    desk.rules["counting"] = []
    desk.counted_by_day("prorated")
    desk.line(13, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["flags"], row["amount_difference_amount"]) == (
        "matched", ["amount_difference"], Decimal("-35.20"),
    )  # fmt: skip
    assert "should come to 250.80 and comes to 286.00 USD though the quantities agree." in row["explanation"]
    total = desk.engine.row("SELECT * FROM analytics.period_summary WHERE currency = 'USD'")
    assert (total["overbilled_amount"], total["amount_difference_overbilled_amount"]) == (0, Decimal("35.20"))
