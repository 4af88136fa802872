"""Counts of other days than the last one, at a system that only tells how things stand when it is read.

Belongs here: section 4 of the domain guide on the reads of a period. Does not belong here: files that state a count of
each day (`test_awkward_cases`).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import JUNE, KEY, Desk
from tests.engine.project import Engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def _june(day: int) -> date:
    return date(2026, 6, day)


def _read(desk: Desk, seats: dict[int, int], when: str, billed: int = 10, **rule: Any) -> dict[str, Any]:
    """Publish a run on each of these days of June; the row of the last one."""
    desk.counting("owned", owned_source="pax8", counted_when=when, **rule)
    desk.line(billed, "22.00")
    for day, quantity in seats.items():
        row = desk.published_on(_june(day), quantity)
    return row


def test_the_average_of_days_that_were_all_read_is_known(desk: Desk) -> None:
    row = _read(desk, {1: 10, 2: 10, 3: 13, 4: 12}, "average")
    assert (row["class"], row["expected_quantity"]) == ("underbilled", Decimal("11.25"))
    assert "11.25 owned at pax8 on the average of 4 days" in row["explanation"]


def test_the_average_is_not_known_where_a_day_was_not_read(desk: Desk) -> None:
    row = _read(desk, {1: 10, 2: 10, 4: 12}, "average")
    assert (row["class"], row["expected_quantity"]) == ("not_assessed", None)
    assert "no count on 2026-06-03, and the average needs every day" in row["explanation"]


def test_the_peak_of_the_days_that_were_read_says_how_many_they_are(desk: Desk) -> None:
    row = _read(desk, {2: 10, 3: 16, 5: 12}, "peak")
    assert (row["class"], row["expected_quantity"]) == ("underbilled", 16)
    assert "16 owned at pax8 at the peak of 2026-06-03 (3 of 5 days were read)" in row["explanation"]


def test_a_peak_below_what_is_billed_is_not_known_where_a_day_was_not_read(desk: Desk) -> None:
    """Nobody can say that too much is billed: the day between may have been the peak."""
    row = _read(desk, {1: 10, 3: 12}, "peak", billed=15)
    assert (row["class"], row["variance"]) == ("not_assessed", None)
    assert (
        "12 at the peak of 2026-06-03 (2 of 3 days were read), and 15 billed may be the count of another day"
        in (row["explanation"])
    )


def test_a_fixed_day_is_the_read_of_that_day(desk: Desk) -> None:
    row = _read(desk, {1: 10, 2: 14, 3: 12}, "fixed_day", count_day=2)
    assert (row["class"], row["expected_quantity"]) == ("underbilled", 14)
    assert "14 owned at pax8 on 2026-06-02" in row["explanation"]


def test_a_fixed_day_that_was_not_read_is_not_assumed(desk: Desk) -> None:
    row = _read(desk, {1: 10, 3: 12}, "fixed_day", count_day=2)
    assert row["class"] == "not_assessed"
    assert "no count on 2026-06-02, the day that counts" in row["explanation"]


def test_the_last_run_of_a_day_tells_its_count(desk: Desk) -> None:
    _read(desk, {1: 10, 2: 30}, "average")
    desk.set_month(datetime(2026, 6, 2, 18, tzinfo=UTC), "run-2-again")
    desk.vendor["subscriptions"] = []
    desk.subscription(12)
    desk.compute()
    desk.closed(JUNE)
    assert desk.published_on(_june(3), 11)["expected_quantity"] == 11


def test_what_a_run_repeats_of_an_older_read_is_no_count_of_its_own_day(desk: Desk) -> None:
    """The source was down on 2 June: that run compared with the read of the day before, and says so."""
    _read(desk, {1: 10, 2: 10}, "average")
    with desk.engine.connect() as connection:
        connection.execute(
            "UPDATE control.reads SET status = 'failed' WHERE source_system = 'pax8' AND captured_at::DATE = ?",
            [_june(2)],
        )
    row = desk.published_on(_june(3), 10)
    assert row["class"] == "not_assessed"
    assert "no count on 2026-06-02" in row["explanation"]


def test_days_by_the_day_make_the_amount_from_reads_too(desk: Desk) -> None:
    row = _read(desk, {day: 10 if day < 17 else 13 for day in range(1, 31)}, "prorated", billed=13)
    assert (row["class"], row["unit_days"], row["expected_amount"]) == ("matched", 342, Decimal("250.80"))


def test_a_line_that_was_gone_for_a_while_was_not_counted_then(desk: Desk) -> None:
    """What was said before it went is not said of the days on which it was not there."""
    desk.counting("owned", owned_source="pax8", counted_when="average")
    desk.published_on(_june(1), 20)
    desk.published_on(_june(2), None)
    said = desk.engine.rows("SELECT class FROM control.line_history WHERE line_key = ? ORDER BY as_of", KEY)
    assert [row["class"] for row in said] == ["unbilled", "gone"]
    row = desk.published_on(_june(3), 20)
    assert "no count on 2026-06-02" in row["explanation"]


def test_no_day_of_another_month_is_counted(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8", counted_when="peak")
    desk.line(10, "22.00")
    desk.published_on(date(2026, 5, 31), 40)
    row = desk.published_on(JUNE + timedelta(days=1), 12)
    assert row["expected_quantity"] == 12
    assert "(1 of 2 days were read)" in row["explanation"]
