"""Which owned seats can fall, when, and at whose cost: commitment terms, their windows and their renewals.

Belongs here: terms of subscriptions beside what is used. Does not belong here: what the client is billed.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import CLIENT, CUTOFF, JUNE, Desk
from tests.engine.project import Engine, at_midnight


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("used", used_source="microsoft_graph", owned_source="pax8")
    return desk


def _at(day: date | None) -> datetime | None:
    return None if day is None else at_midnight(day.year, day.month, day.day)


def _seats(
    desk: Desk, quantity: int, term: str | None, until: date | None, since: date = date(2025, 2, 10),
    cost: str = "17.60", **columns: Any,
) -> None:  # fmt: skip
    desk.subscription(
        quantity, partner_cost=Decimal(cost), start_date=_at(since), billing_term="Monthly",
        commitment_term__term=term, commitment_term__end_date=_at(until), **columns,
    )  # fmt: skip


def _used(desk: Desk, count: int) -> dict[str, Any]:
    desk.line(count, "22.00")
    desk.assignments(count)
    return desk.compute()


def test_seats_on_a_monthly_term_can_be_dropped_before_those_under_a_year(desk: Desk) -> None:
    """Contract case 26: 40 on a monthly term, 10 on an annual one, U 45: 5 can be dropped from the monthly one now."""
    _seats(desk, 40, "Monthly", date(2026, 7, 9), cost="21.12")
    _seats(desk, 10, "1-Year", date(2027, 2, 9))
    row = _used(desk, 45)
    said = (
        "5 of 50 owned are unused: 5 can be dropped now from the 40 on a monthly term (s1):"
        " 5 x 21.12 = 105.60 USD a month of our cost."
    )
    assert row["explanation"].endswith(f"45 billed. {said}")
    assert said in page("rules.md")
    assert (row["flags"], row["droppable_quantity"]) == (["committed_unused"], 5)


def test_what_the_monthly_seats_do_not_cover_falls_at_the_renewal(desk: Desk) -> None:
    _seats(desk, 4, "Monthly", date(2026, 7, 9), cost="21.12")
    _seats(desk, 10, "Annual", date(2027, 2, 9))
    assert _used(desk, 8)["explanation"].endswith(
        "6 of 14 owned are unused: 4 can be dropped now from the 4 on a monthly term (s1): 4 x 21.12 = 84.48 USD a"
        " month of our cost; 2 are committed until 2027-02-09 and can fall only at the renewal then: 2 x 17.60 = 35.20"
        " USD a month of our cost."
    )


def test_of_two_monthly_subscriptions_the_dearer_falls_first(desk: Desk) -> None:
    _seats(desk, 3, "Monthly", None, cost="17.60")
    _seats(desk, 3, "Monthly", None, cost="21.12")
    _seats(desk, 10, "3-Year", date(2028, 2, 9))
    assert "3 x 21.12 = 63.36 USD" in (text := _used(desk, 12)["explanation"])
    assert "1 can be dropped now from the 6 on a monthly term (s1): 1 x 17.60 = 17.60 USD" in text


@pytest.mark.parametrize("until", [date(2026, 7, 9), date(2026, 6, 30), None])
def test_a_term_of_a_month_is_no_commitment_and_its_roll_no_renewal(desk: Desk, until: date | None) -> None:
    _seats(desk, 50, "Monthly", until)
    row = _used(desk, 45)
    assert row["flags"] == []
    assert "5 can be dropped now from the 50 on a monthly term (s1): 5 x 17.60 = 88.00 USD" in row["explanation"]


def test_seats_without_any_term_go_before_a_year(desk: Desk) -> None:
    _seats(desk, 40, None, None)
    _seats(desk, 10, "1-Year", date(2027, 2, 9))
    assert "5 can be dropped now from the 40 without a term (s1): 5 x 17.60" in _used(desk, 45)["explanation"]


@pytest.mark.parametrize(
    ("renewed", "says"),
    [
        (date(2026, 6, 28), ", but what was renewed on 2026-06-28 can fall until 2026-07-05: 4 x 17.60 = 70.40 USD"),
        (date(2026, 6, 23), ", but what was renewed on 2026-06-23 can fall until 2026-06-30: 4 x 17.60 = 70.40 USD"),
        (date(2026, 6, 22), " and can fall only at the renewal then: 4 x 17.60 = 70.40 USD"),
    ],
)
def test_a_renewal_opens_the_window_of_seven_days(desk: Desk, renewed: date, says: str) -> None:
    """Contract case 27: an annual term renewed 28 June, run on 30 June: the window is open until 5 July."""
    until = renewed.replace(year=2027, day=renewed.day - 1)
    _seats(desk, 50, "1-Year", until, since=renewed.replace(year=2024))
    row = _used(desk, 46)
    assert f"4 of 50 owned are unused and committed until {until}{says}" in row["explanation"]
    assert (row["flags"], row["droppable_quantity"]) == (["committed_unused"], 4 if "until 2026" in says else 0)
    if renewed.day == 28:
        assert row["explanation"].partition("billed. ")[2] in page("rules.md")


def test_a_term_that_states_the_day_after_it_was_renewed_on_that_day(desk: Desk) -> None:
    _seats(desk, 50, "P1Y", date(2027, 6, 28), since=date(2025, 6, 28))
    assert "what was renewed on 2026-06-28 can fall until 2026-07-05" in _used(desk, 46)["explanation"]


def test_an_addition_opens_the_window_for_what_was_added_alone(desk: Desk) -> None:
    """3 of the 50 came on 27 June: of 4 unused, 3 can fall and 1 cannot."""
    _seats(desk, 50, "1-Year", date(2027, 2, 9))
    desk.item(3, "5.28", date(2026, 6, 27), date(2026, 6, 30), type="prorate", cost=Decimal("1.76"))
    text = _used(desk, 46)["explanation"]
    assert (
        "4 of 50 owned are unused: 3 are committed until 2027-02-09, but what was added on 2026-06-27 can fall until"
        " 2026-07-04: 3 x 17.60 = 52.80 USD a month of our cost; 1 are committed until 2027-02-09 and can fall only at"
        " the renewal then: 1 x 17.60 = 17.60 USD a month of our cost."
    ) in text


def test_an_addition_that_only_the_reads_show_opens_the_window(desk: Desk) -> None:
    """Read on 26 June with 47 seats, on 29 and 30 June with 50: what came can fall until 3 July, no day longer."""
    for day, seats in ((26, 47), (29, 50)):
        earlier = CUTOFF.replace(day=day)
        rows = [{"id": "s1", "company_id": "c1", "product_id": "p1", "quantity": Decimal(seats), "status": "Active"}]
        desk.engine.read("pax8", "subscriptions", rows, at=earlier)
    _seats(desk, 50, "1-Year", date(2027, 2, 9))
    text = _used(desk, 46)["explanation"]
    assert "but what was added on 2026-06-26 can fall until 2026-07-03: 3 x 17.60 = 52.80 USD" in text


@pytest.mark.parametrize(
    ("term", "until"), [("Evergreen", None), ("Evergreen", date(2026, 7, 9)), ("1-Year", date(2026, 6, 9))]
)
def test_a_term_that_nobody_knows_is_never_said_to_fall(desk: Desk, term: str, until: date | None) -> None:
    """An unknown word, and a year that ended while the subscription went on."""
    _seats(desk, 40, term, until)
    _seats(desk, 10, "1-Year", date(2027, 2, 9))
    text = _used(desk, 45)["explanation"]
    assert "whether 5 of the 40 whose term is not known (s1) can be dropped, nobody says" in text
    assert "dropped now" not in text


def test_a_product_that_is_sold_with_a_term_alone_states_none_of_its_own(desk: Desk) -> None:
    """Paid a year ahead, and no term stated: nobody knows whether it can fall."""
    _seats(desk, 40, None, None)
    desk.vendor["subscriptions"][-1]["billing_term"] = "Annual"
    _seats(desk, 10, "1-Year", date(2027, 2, 9))
    assert "whether 5 of the 40 whose term is not known (s1)" in _used(desk, 45)["explanation"]


def test_a_seat_held_by_an_account_that_does_not_count_is_held(desk: Desk) -> None:
    """50 owned, 45 counted, 3 held by accounts that a rule takes out: 2 are unused."""
    _seats(desk, 50, "1-Year", date(2027, 2, 9))
    for number in range(3):
        desk.rule("exclusions", client_id=f"connectwise:{CLIENT}", source_system="microsoft_graph",
                  vendor_product_id="*", source_record_id=_holder(number), reason="service account")  # fmt: skip
    desk.line(45, "22.00")
    desk.assignments(48)
    text = desk.compute()["explanation"]
    assert "2 of 50 owned are unused and committed until 2027-02-09" in text


def _holder(number: int) -> str:
    return f"11111111-0000-4000-8000-000000000000:22222222-0000-4000-8000-000000000000:u{number}"


@pytest.mark.parametrize(
    ("term", "until", "flags"),
    [
        ("1-Year", date(2026, 7, 9), ["committed_unused", "renewal_due"]),
        ("3-Year", date(2026, 7, 9), ["committed_unused", "renewal_due"]),
        ("1-Month", date(2026, 7, 9), []),
        ("Fortnightly", date(2026, 7, 9), []),
    ],
)
def test_only_a_year_or_more_is_up_for_renewal(desk: Desk, term: str, until: date, flags: list[str]) -> None:
    _seats(desk, 50, term, until)
    assert _used(desk, 46)["flags"] == flags


def test_the_renewal_names_the_seats_of_the_year_and_their_day(desk: Desk) -> None:
    _seats(desk, 40, "Monthly", date(2026, 7, 4))
    _seats(desk, 10, "1-Year", date(2026, 7, 20))
    text = _used(desk, 50)["explanation"]
    assert "10 of 50 owned are up for renewal after 2026-07-20; 50 are used." in text


def test_each_seat_has_the_cost_of_its_own_subscription_in_the_clients_money(desk: Desk) -> None:
    """Cost in euros at a stored rate: 5 x 20.00 EUR x 1.10."""
    desk.rule("exchange_rates", from_currency="EUR", to_currency="USD", rate=Decimal("1.10"), source="bank",
              valid_from=JUNE)  # fmt: skip
    _seats(desk, 40, "Monthly", None, cost="20.00", currency_code="EUR")
    _seats(desk, 10, "1-Year", date(2027, 2, 9))
    assert "5 x 22.00 = 110.00 USD a month of our cost" in _used(desk, 45)["explanation"]
