"""What is odd about a line beside its class stands in a list of its own, with the money a month and since when.

Belongs here: `observations` as raw rows through all models. Does not belong here: whether a flag is raised
(`tests/dbt_project/compare/test_flags.py`, and the topic of each).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, CUTOFF, JUNE, KEY, SEAT, Desk, days
from tests.engine.project import Engine, at_midnight

LAST = date(2026, 6, 30)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8", used_source="microsoft_graph", charged_source="pax8")
    return desk


def charged(desk: Desk, number: int, owned: int, units: int, cost: str) -> None:
    """A subscription of so many seats, and its invoice of this month for so many units."""
    desk.subscription(owned, partner_cost=Decimal(cost))
    desk.item(units, str(units * Decimal(cost)), JUNE, LAST, cost=Decimal(cost), subscription_id=f"s{number}")


def observed(desk: Desk, flag: str) -> dict[str, Any]:
    return desk.engine.row("SELECT * FROM analytics.observations WHERE line_key = ? AND flag = ?", KEY, flag)


def money(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["quantity"], row["monthly_amount"], row["currency"], row["amount_kind"]


def test_an_overcharge_carries_what_the_vendor_charges_beyond_what_is_owned(desk: Desk) -> None:
    """45 charged for 43 owned at 10.60: 21.20 USD a month are disputed, on a line that matches."""
    desk.line(43, "14.00", unit_cost=Decimal("10.60"))
    charged(desk, 1, 43, 45, "10.60")
    assert desk.compute()["class"] == "matched"
    row = observed(desk, "vendor_overcharge")
    assert money(row) == (2, Decimal("21.20"), "USD", "disputed_cost")
    assert row["explanation"] == (
        "The vendor charges 45, 2 more than are owned. 2 x 10.60 = 21.20 USD a month to dispute with the vendor."
    )
    assert (row["class"], row["evidence_sides"], row["client_name"]) == ("matched", ["charged", "owned"], "Fabrikam")


def test_as_many_charged_as_owned_are_no_observation(desk: Desk) -> None:
    desk.line(43, "14.00", unit_cost=Decimal("10.60"))
    charged(desk, 1, 43, 43, "10.60")
    desk.lay_out()
    assert desk.engine.table("analytics.observations") == []


def test_units_of_several_costs_are_disputed_at_the_cost_of_their_subscription(desk: Desk) -> None:
    """12 charged for 10 at 20.00 beside 5 at 30.00 as owned: 40.00, not 2 x the average of 22.94."""
    desk.line(15, "40.00")
    charged(desk, 1, 10, 12, "20.00")
    charged(desk, 2, 5, 5, "30.00")
    desk.lay_out()
    row = observed(desk, "vendor_overcharge")
    assert money(row) == (2, Decimal("40.00"), "USD", "disputed_cost")
    assert row["explanation"] == (
        "The vendor charges 17, 2 more than are owned. s1: 12 charged, 10 owned, 2 x 20.00 = 40.00 USD a month to "
        "dispute with the vendor."
    )


def test_what_another_subscription_is_charged_too_little_comes_off(desk: Desk) -> None:
    """13 for 10 at 20.00 and 4 for 5 at 30.00: 60.00 - 30.00 = 30.00."""
    desk.line(15, "40.00")
    charged(desk, 1, 10, 13, "20.00")
    charged(desk, 2, 5, 4, "30.00")
    desk.lay_out()
    assert money(observed(desk, "vendor_overcharge")) == (2, Decimal("30.00"), "USD", "disputed_cost")


@pytest.mark.parametrize(
    ("units", "disputed", "said"),
    [
        (
            14,
            (1, Decimal("6.00"), "USD", "disputed_cost"),
            "4 more than are owned and 1 more than its own rule counts.",
        ),
        (12, (None, None, None, None), "2 more than are owned and 1 fewer than its own rule counts."),
    ],
)
def test_what_the_vendors_own_rule_counts_is_owed(desk: Desk, units: int, disputed: tuple[Any, ...], said: str) -> None:
    """10 owned, the contract takes the average, the vendor its peak of 13: of 14 charged at 6.00 one is disputed."""
    desk.rules.pop("counting")
    desk.counted_by_day("average", vendor_counted_when="peak", owned_source="pax8", charged_source="pax8")
    desk.line(13, "22.00")
    desk.subscription(10)
    desk.item(units, str(6 * units), JUNE, LAST, cost=Decimal("6.00"))
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), LAST, 13))
    desk.lay_out()
    row = observed(desk, "vendor_overcharge")
    assert money(row) == disputed
    assert said in row["explanation"]


def test_a_charge_without_a_cost_leaves_the_money_unknown(desk: Desk) -> None:
    """Unknown is empty, not 0.00."""
    desk.line(10, "22.00")
    desk.subscription(10)
    desk.item(12, "0.00", JUNE, LAST)
    desk.lay_out()
    row = observed(desk, "vendor_overcharge")
    assert money(row) == (2, None, None, None)
    assert row["explanation"].endswith("2 more than are owned. What these cost a month is not known.")


def test_a_disputed_charge_is_in_the_currency_of_the_vendor(desk: Desk) -> None:
    """The client pays in pounds, the vendor asks dollars, and no rate is stored: the dispute is in dollars."""
    desk.currency = "GBP"
    desk.set_month(CUTOFF)
    desk.line(10, "22.00")
    charged(desk, 1, 10, 12, "20.00")
    desk.lay_out()
    assert money(observed(desk, "vendor_overcharge")) == (2, Decimal("40.00"), "USD", "disputed_cost")


def test_a_cost_that_rose_says_what_it_takes_from_the_margin_a_month(desk: Desk) -> None:
    """Example J: 20 at 22.00, cost from 17.60 to 19.80: 44.00 more a month, 22.00 missing to a floor of 15 percent."""
    desk.line(20, "22.00", unit_cost=Decimal("17.60"))
    charged(desk, 1, 20, 20, "19.80")
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id="*",
              margin_floor_percent=Decimal(15))  # fmt: skip
    assert desk.compute()["class"] == "matched"
    drift, floor = observed(desk, "cost_drift"), observed(desk, "margin_below_floor")
    assert money(drift) == (20, Decimal("44.00"), "USD", "cost_above_record")
    assert drift["explanation"].endswith("20 x 2.20 = 44.00 USD a month more than the PSA records.")
    assert money(floor) == (20, Decimal("22.00"), "USD", "margin_missing")
    assert floor["explanation"].endswith("20 x 1.10 = 22.00 USD a month are missing to the floor.")


def test_a_cost_that_fell_is_told_apart(desk: Desk) -> None:
    desk.line(20, "22.00", unit_cost=Decimal("19.80"))
    charged(desk, 1, 20, 20, "17.60")
    desk.lay_out()
    assert money(observed(desk, "cost_drift")) == (20, Decimal("44.00"), "USD", "cost_below_record")


@pytest.mark.parametrize(("price", "kind"), [("20.00", "underbilled"), ("24.00", "overbilled")])
def test_another_price_than_the_contracts_says_which_way(desk: Desk, price: str, kind: str) -> None:
    desk.line(10, price)
    desk.subscription(10)
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
              contract_price=Decimal("22.00"), currency="USD")  # fmt: skip
    desk.lay_out()
    row = observed(desk, "price_drift")
    assert money(row)[1:] == (Decimal("20.00"), "USD", kind)
    assert row["evidence_sides"] == ["billed"]


def test_more_used_than_owned_says_what_owning_them_would_cost(desk: Desk) -> None:
    desk.line(10, "22.00")
    desk.subscription(10, partner_cost=Decimal("17.60"))
    desk.assignments(12)
    desk.lay_out()
    row = observed(desk, "over_assigned")
    assert money(row) == (2, Decimal("35.20"), "USD", "cost_to_own")
    assert (
        row["explanation"]
        == "12 are used, 2 more than are owned. To own them would cost 2 x 17.60 = 35.20 USD a month."
    )


def test_which_of_several_costs_is_meant_is_not_guessed(desk: Desk) -> None:
    desk.line(20, "22.00")
    desk.subscription(10, partner_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=Decimal("21.12"))
    desk.assignments(22)
    desk.lay_out()
    assert money(observed(desk, "over_assigned")) == (2, None, None, None)


def test_the_list_and_the_lines_name_the_same_flags(desk: Desk) -> None:
    """A commitment of a year of which 4 of 10 are unused, up for renewal, at a price of zero."""
    desk.line(10, "0.00")
    desk.subscription(
        10,
        partner_cost=Decimal("17.60"),
        commitment_term__term="1-Year",
        commitment_term__end_date=at_midnight(2026, 7, 10),
    )
    desk.assignments(6)
    line = desk.compute()
    rows = {row["flag"]: row for row in desk.engine.table("analytics.observations")}
    assert sorted(rows) == sorted(line["flags"])
    assert {"committed_unused", "renewal_due", "zero_price"} <= set(rows)
    assert money(rows["committed_unused"]) == (4, Decimal("70.40"), "USD", "unused_cost")
    assert money(rows["renewal_due"]) == (10, Decimal("176.00"), "USD", "renewing_cost")
    assert money(rows["zero_price"]) == (None, None, None, None)


def test_since_when_is_the_first_run_that_carried_the_flag(desk: Desk) -> None:
    """Charged as owned in April, one too many in May and two in June: since May, whatever the class is."""
    desk.line(10, "22.00")
    for month, units in ((4, 10), (5, 11), (6, 12)):
        desk.set_month(CUTOFF.replace(month=month), f"run-{month}")
        desk.vendor.clear()
        desk.subscription(10, partner_cost=Decimal("17.60"))
        first = date(2026, month, 1)
        desk.item(units, str(units * Decimal("17.60")), first, LAST.replace(month=month), cost=Decimal("17.60"))
        desk.lay_out()
        desk.closed(first)
    row = observed(desk, "vendor_overcharge")
    assert (row["first_seen"], row["age_days"]) == (CUTOFF.replace(month=5), 31)
    assert money(row) == (2, Decimal("35.20"), "USD", "disputed_cost")
