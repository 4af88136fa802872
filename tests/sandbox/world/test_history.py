"""Two months of one MSP, and what the second owes to the first."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.world import generate
from sandbox.world.history import left_out, months_before, truth_after

CLOCKS = [datetime(2026, month, 17, 9, 30, tzinfo=UTC) for month in (8, 9, 10, 11)]
GROWN = "vendor grew, nobody told the PSA"
LIMITED = "not billed, back-billing limited"


@pytest.fixture(scope="module")
def months():
    return [
        generate(7, clock=CLOCKS[0], without=[LIMITED]),
        generate(7, clock=CLOCKS[1], without=[GROWN]),
        generate(7, clock=CLOCKS[2]),
        generate(7, clock=CLOCKS[3]),
    ]


def _by_key(rows):
    return {row.line_key: row for row in rows}


def test_another_month_is_the_same_msp(months):
    first, last = months[2], months[3]

    assert [row["id"] for row in first.connectwise.companies] == [row["id"] for row in last.connectwise.companies]
    assert [row["name"] for row in first.connectwise.companies] == [row["name"] for row in last.connectwise.companies]
    assert {row.line_key for row in first.truth} == {row.line_key for row in last.truth}
    assert [row["id"] for row in first.pax8.subscriptions] != []
    assert {row["id"] for row in first.pax8.subscriptions} == {row["id"] for row in last.pax8.subscriptions}


def test_an_error_that_is_left_out_leaves_everything_else_as_it_is(months):
    before, after = _by_key(months[1].truth), _by_key(months[2].truth)

    assert before.keys() == after.keys()
    changed = {key for key in before if before[key].class_ != after[key].class_}
    assert changed
    assert {after[key].note for key in changed} == {GROWN}
    with pytest.raises(ValueError, match="no plant is called 'nothing'"):
        generate(7, clock=CLOCKS[0], without=["nothing"])


def test_a_finding_of_an_earlier_month_is_a_repeat_and_nothing_else_is(months):
    rows = _by_key(truth_after(months[2], months[1:2]))
    plain = _by_key(months[2].truth)

    repeated = {key for key, row in rows.items() if "repeat_finding" in row.flags}
    assert repeated
    assert not any(rows[key].note == GROWN for key in repeated), "it was no finding a month ago"
    assert not any(rows[key].class_ in ("matched", "timing", "excluded", "not_assessed") for key in repeated)
    assert any(rows[key].class_ == "unmapped_client" for key in repeated)
    lags = {key for key, row in plain.items() if row.class_ == "timing"}
    assert all(rows[key] == plain[key] for key in rows.keys() - repeated - lags)


def test_a_lag_of_the_month_before_is_none_any_more(months):
    plain = _by_key(months[2].truth)
    second = _by_key(truth_after(months[2], months[1:2]))
    third = _by_key(truth_after(months[3], months[1:3]))
    lags = [key for key, row in plain.items() if row.class_ == "timing"]

    assert lags
    for key in lags:
        assert second[key].class_ == ("overbilled" if plain[key].variance < 0 else second[key].class_)
        assert second[key].class_ in ("unbilled", "underbilled", "overbilled")
        assert "repeat_finding" not in second[key].flags, "it was no finding a month ago"
        assert "repeat_finding" in third[key].flags
        if plain[key].variance > 0:
            assert third[key].figures["exposure_months"] == 1, "the month of the lag itself was not lost"


def test_exposure_is_what_the_months_directly_before_lost(months):
    rows = truth_after(months[3], months[:3])
    limited = [row for row in rows if row.note == LIMITED]
    grown = [row for row in rows if row.note == GROWN and row.figures]

    assert len(limited) >= 2
    for row in limited:
        # Two months: in the first of the three nothing was wrong. The contract allows two.
        assert row.figures["exposure_months"] == 2
        assert row.figures["exposure_amount"] == row.figures["collectable_amount"] == 2 * row.revenue_impact
        assert row.figures["beyond_limit_amount"] == 0
    assert grown
    for row in grown:
        # One month: the chain broke in the second, though the first had it too.
        assert row.figures["exposure_months"] == 1
        assert row.figures["collectable_amount"] is None, "no limit is stated"


def test_a_line_that_is_right_again_says_once_what_was_lost(months):
    mended = generate(7, clock=CLOCKS[3], without=[GROWN])
    lost = {key: row for key, row in _by_key(months[2].truth).items() if row.note == GROWN and row.revenue_impact}
    first = _by_key(truth_after(mended, [months[2]]))
    second = _by_key(truth_after(mended, [months[2], mended]))

    assert lost
    for key, row in lost.items():
        assert (first[key].class_, first[key].variance) == ("matched", 0)
        assert first[key].figures["exposure_months"] == 1
        assert first[key].figures["exposure_amount"] == row.revenue_impact
        assert "repeat_finding" not in first[key].flags
        assert "exposure_months" not in second[key].figures, "the month between was billed right"


def test_months_beyond_the_limit_are_shown_apart(months):
    last = months[3]
    rows = [row for row in truth_after(last, [last, last, last, last]) if row.note == LIMITED]

    for row in rows:
        assert row.figures["exposure_months"] == 4
        assert row.figures["exposure_amount"] == 4 * row.revenue_impact
        assert row.figures["collectable_amount"] == row.figures["beyond_limit_amount"] == 2 * row.revenue_impact


def test_a_month_without_a_price_makes_the_exposure_unknown(months):
    rows = [row for row in truth_after(months[3], months[2:3]) if row.class_ == "unbilled" and row.unit_price is None]

    rows = [row for row in rows if row.figures]
    assert rows
    assert all(row.figures["exposure_amount"] is None for row in rows)
    assert all(row.figures["exposure_months"] == Decimal(1) for row in rows)


def test_an_earlier_month_ends_before_the_later_one_begins() -> None:
    clock = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)

    assert months_before(clock, 0) == clock
    assert months_before(clock, 1) == datetime(2025, 12, 31, 20, 0, tzinfo=UTC)
    assert months_before(clock, 2) == datetime(2025, 11, 30, 20, 0, tzinfo=UTC)


def test_a_moment_within_seven_days_of_the_last_has_the_same_errors():
    last = datetime(2026, 3, 1, 0, 10, tzinfo=UTC)

    assert left_out(datetime(2026, 1, 31, 20, 0, tzinfo=UTC), last) == ("vendor grew, nobody told the PSA",)
    assert left_out(datetime(2026, 2, 28, 20, 0, tzinfo=UTC), last) == left_out(last, last)
    assert "vendor shrank, nobody told the PSA" in left_out(last, last)
