"""Rates that cannot both be right: two of one direction, or two directions that do not lead back."""

import pytest

from pipelines.rules import RulesRefused, load_rules
from tests.pipelines.rules.home import write


def rate(pair: str, number: str, days: str = "2026-06-01,2026-07-01") -> str:
    return f"{pair.replace('/', ',')},{number},ECB reference rate,{days},M. Silva,what we book with"


def refusals(folder) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(RulesRefused) as refused:
        load_rules(folder)
    assert {error.file for error in refused.value.errors} == {"exchange_rates.csv"}
    return [(error.line, error.column, error.reason) for error in refused.value.errors]


def test_two_rates_of_one_direction_on_one_day_are_refused(tmp_path):
    rows = f"{rate('USD/GBP', '0.79')}\n{rate('USD/GBP', '0.80', '2026-06-30,')}"
    assert refusals(write(tmp_path, exchange_rates=rows)) == [
        (3, "rate", "contradicts line 2 about USD GBP: 0.8, line 2 says 0.79")
    ]


def test_one_rate_from_two_sources_on_one_day_is_refused_too(tmp_path):
    rows = f"{rate('USD/GBP', '0.79')}\n{rate('USD/GBP', '0.79').replace('ECB', 'HMRC')}"
    ((line, column, reason),) = refusals(write(tmp_path, exchange_rates=rows))
    assert (line, column) == (3, "valid_from")
    assert reason.startswith("overlaps line 2 about USD GBP")


def test_rates_month_by_month_follow_each_other(tmp_path):
    rows = f"{rate('USD/GBP', '0.79')}\n{rate('USD/GBP', '0.80', '2026-07-01,2026-08-01')}"
    assert load_rules(write(tmp_path, exchange_rates=rows)).tables["exchange_rates"].num_rows == 2


def test_the_same_number_for_both_directions_is_refused(tmp_path):
    rows = f"{rate('USD/GBP', '0.79')}\n{rate('GBP/USD', '0.79', '2026-06-30,')}"
    assert refusals(write(tmp_path, exchange_rates=rows)) == [
        (
            3,
            "rate",
            "0.79 contradicts line 2, which says 0.79 for the other direction: there and back again makes 0.6241 of 1",
        )
    ]


# 0.8 x 1.3125 is 1.05, 0.8 x 1.1875 is 0.95: exactly five percent, as far apart as buying and selling may be.
@pytest.mark.parametrize(("back", "is_right"), [
    ("1.25", True), ("1.3125", True), ("1.1875", True), ("1.3126", False), ("1.1874", False),
])  # fmt: skip
def test_buying_and_selling_may_differ_by_five_percent(tmp_path, back, is_right):
    folder = write(tmp_path, exchange_rates=f"{rate('USD/GBP', '0.8')}\n{rate('GBP/USD', back)}")
    if is_right:
        assert load_rules(folder).tables["exchange_rates"].num_rows == 2
    else:
        assert [(line, column) for line, column, _ in refusals(folder)] == [(3, "rate")]


def test_directions_that_share_no_day_are_not_held_together(tmp_path):
    rows = f"{rate('USD/GBP', '0.79')}\n{rate('GBP/USD', '2', '2026-07-01,')}"
    assert load_rules(write(tmp_path, exchange_rates=rows)).tables["exchange_rates"].num_rows == 2


def test_each_two_rates_that_meet_are_told_whatever_their_lengths(tmp_path):
    rows = "\n".join(
        [
            rate("GBP/USD", "1.25", "2026-01-01,2027-01-01"),
            rate("USD/GBP", "0.80", "2026-05-01,2026-06-01"),
            rate("USD/GBP", "8.00", "2026-06-01,2026-07-01"),
            rate("USD/GBP", "0.81", "2026-07-01,2026-08-01"),
            rate("USD/GBP", "0.08", "2026-08-01,"),
            rate("GBP/USD", "12.50", "2027-01-01,"),
        ]
    )
    assert [line for line, _, _ in refusals(write(tmp_path, exchange_rates=rows))] == [4, 6]
