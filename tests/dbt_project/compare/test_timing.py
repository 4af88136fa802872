"""Domain guide, section 5, "Lag": which differences dated events that are still to come explain to the last unit."""

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "class_", "variance"),
    [
        ("seats start next month", "timing", 3),
        ("seats end next month", "timing", -3),
        ("the start explains a part", "underbilled", 4),
        ("start after the next period", "underbilled", 3),
        ("start on the last day of the next period", "timing", 3),
        ("a client that starts next month", "timing", 3),
        ("equal, with a line to come", "matched", 0),
        ("start beside included units", "timing", 1),
        ("start that charges nothing", "underbilled", 3),
        ("start that ends again", "underbilled", 3),
        ("one starts and one ends", "timing", -2),
    ],
)
def test_a_difference_that_dated_events_explain_is_timing(
    desk: Desk, named: dict[str, str], case: str, class_: str, variance: int
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["variance"]) == (class_, variance)


def test_timing_is_no_finding_and_no_money(desk: Desk, named: dict[str, str]) -> None:
    key = named["seats start next month"]
    assert desk.reconciled(key)["kind"] == "explained"
    assert desk.rows("SELECT 1 FROM analytics.discrepancies WHERE line_key = ?", key) == []
    row = desk.row("SELECT * FROM analytics.client_summary WHERE client_key = ?", key.split("|")[0])
    assert (row["timing_count"], row["discrepancy_count"], row["underbilled_amount"]) == (1, 0, 0)


def test_timing_names_the_event_its_date_and_the_period_in_which_it_must_clear(
    desk: Desk, named: dict[str, str]
) -> None:
    assert desk.reconciled(named["seats start next month"])["explanation"] == (
        "10 used at ninjaone; 10 - 0 included = 10 expected; 7 billed;"
        f" 3 more from 2026-07-01 (line {named['starting record']}) = 10 billed then; must clear in the period 2026-07."
    )
    assert (
        f"10 billed; 3 fewer from 2026-07-01 (line {named['ending record']}) = 7 billed then;"
        " must clear in the period 2026-07."
    ) in desk.reconciled(named["seats end next month"])["explanation"]
