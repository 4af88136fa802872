"""What is owned at the distributor: dates decide, the status explains, and what is billed once is no seat.

Belongs here: subscriptions as raw rows through all models. Does not belong here: what is charged
(`test_distributor_charges`).
"""

from datetime import date
from typing import Any

import pytest

from tests.engine.example_desk import Desk
from tests.engine.project import Engine, at_midnight


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    return desk


def judged(desk: Desk) -> tuple[Any, ...]:
    row = desk.compute()
    return row["class"], row["owned_quantity"], row["variance"]


@pytest.mark.parametrize("status", ["PendingManual", "PendingAutomated", "WaitingForDetails", "Converted", "ACTIVE"])
def test_the_status_of_provisioning_does_not_decide_what_is_owned(desk: Desk, status: str) -> None:
    """A subscription of 10 since 1 January without an end, billed 10: owned, whatever its status says."""
    desk.subscription(10, status=status)
    assert judged(desk) == ("matched", 10, 0)


def test_a_cancelled_subscription_runs_until_its_end(desk: Desk) -> None:
    desk.subscription(10, status="Cancelled", end_date=at_midnight(2026, 7, 31))
    assert judged(desk) == ("matched", 10, 0)


@pytest.mark.parametrize(
    ("status", "dates"),
    [
        ("Active", {"end_date": at_midnight(2026, 6, 12)}),
        ("PendingManual", {"start_date": at_midnight(2026, 7, 1)}),
        ("Converted", {"billing_start": date(2026, 7, 1)}),
        ("Cancelled", {}),
    ],
)
def test_what_has_ended_or_has_yet_to_start_is_not_owned(desk: Desk, status: str, dates: dict[str, Any]) -> None:
    desk.subscription(10, status=status, **dates)
    assert judged(desk)[1:] == (0, -10)
    # The second opinion counts by the same dates.
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE rule = 'recomputation' AND NOT passed") == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"status": "Suspended"}, "status Suspended is not known"),
        ({"status": None}, "it has no status"),
        ({"billing_term": "Weekly"}, "billing term Weekly is not known"),
        ({"status": "PendingManual", "start_date": None}, "status PendingManual and no date on which it starts"),
    ],
)
def test_a_word_that_nobody_knows_is_named_and_only_its_line_is_not_assessed(
    desk: Desk, changes: dict[str, Any], word: str
) -> None:
    desk.product(772, "p2")
    desk.rule("counting", product_id="connectwise:772", basis="owned", owned_source="pax8")
    desk.line(3, "5.00", product__id=772)
    desk.subscription(10)
    desk.subscription(4, **changes)
    desk.subscription(3, product_id="p2")
    assert judged(desk) == ("not_assessed", None, None)
    assert f"pax8 - s2: {word}" in desk.row()["explanation"]
    other = desk.row(772)
    assert (other["class"], other["owned_quantity"]) == ("matched", 3)


def test_an_unknown_word_on_what_has_ended_matters_to_nobody(desk: Desk) -> None:
    desk.subscription(10)
    desk.subscription(4, status="Suspended", end_date=at_midnight(2026, 3, 1))
    assert judged(desk) == ("matched", 10, 0)


@pytest.mark.parametrize("term", ["One-Time", "Activation"])
def test_what_is_billed_once_is_money_and_no_seat(desk: Desk, term: str) -> None:
    """A one-time item of 1 beside monthly 10, billed 10: matched."""
    desk.subscription(10)
    desk.subscription(1, billing_term=term)
    assert judged(desk) == ("matched", 10, 0)


@pytest.mark.parametrize("term", ["2 Year", "Trial", None])
def test_any_other_billing_term_states_seats(desk: Desk, term: str | None) -> None:
    desk.subscription(10, billing_term=term)
    assert judged(desk) == ("matched", 10, 0)


def test_a_subscription_that_ended_is_a_record_and_the_line_says_when(desk: Desk) -> None:
    """Contract case 32: only a cancelled subscription stands behind the 10 that are billed."""
    desk.subscription(10, status="Cancelled", end_date=at_midnight(2026, 5, 20))
    assert judged(desk) == ("overbilled", 0, -10)
    explanation = desk.row()["explanation"]
    assert "At pax8: 10 of s1, subscription ended on 2026-05-20." in explanation
    assert "no vendor record" not in explanation


def test_without_any_record_the_billing_is_an_orphan(desk: Desk) -> None:
    """Contract case 32, the near miss: another product's subscription is no record of this one."""
    desk.product(772, "p2")
    desk.subscription(10, product_id="p2", status="Cancelled", end_date=at_midnight(2026, 5, 20))
    assert judged(desk) == ("orphan_billing", 0, -10)


def test_only_the_last_charge_of_what_is_gone_is_a_record_too(desk: Desk) -> None:
    """Contract case 32, of the kind: the list has forgotten the subscription, an invoice of April has not."""
    desk.item(10, "176.00", date(2026, 4, 1), date(2026, 4, 30))
    assert judged(desk) == ("overbilled", 0, -10)
    assert (
        "At pax8: 10 of i1, charge period 2026-04-01 to 2026-04-30 does not hold 2026-06-30."
        in (desk.row()["explanation"])
    )
