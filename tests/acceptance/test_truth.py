"""Whatever the seed and the clock: every planted discrepancy is found, with the right money, and nothing else is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.score import score
from tests.acceptance.worlds import run_world

CLASSES = {
    "not_assessed",
    "unmapped_client",
    "unmapped_product",
    "unallocated",
    "excluded",
    "covered_by_bundle",
    "timing",
    "unbilled",
    "orphan_billing",
    "underbilled",
    "overbilled",
    "matched_minimum",
    "matched_tolerance",
    "matched",
}
FLAGS = {
    "zero_price",
    "weak_match",
    "possible_double_billing",
    "price_drift",
    "cost_drift",
    "margin_below_floor",
    "committed_unused",
    "vendor_overcharge",
    "over_assigned",
    "renewal_due",
    "duplicate_device",
    "inactive_seat",
    "shared_mailbox_licensed",
    "coverage_gap",
    "source_restated",
    "rule_difference",
    "amount_difference",
}
OF_DAYS = {"rule_difference", "amount_difference"}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("seed", "clock"),
    [
        pytest.param(1, datetime(2026, 11, 21, 12, 0, tzinfo=UTC), id="mid-month"),
        pytest.param(2, datetime(2026, 2, 28, 23, 40, tzinfo=UTC), id="last-hour-of-february"),
        pytest.param(3, datetime(2026, 3, 1, 0, 10, tzinfo=UTC), id="first-minutes-of-a-month"),
        pytest.param(4, datetime(2024, 2, 29, 6, 0, tzinfo=UTC), id="leap-day"),
        pytest.param(5, datetime(2025, 12, 31, 20, 0, tzinfo=UTC), id="last-day-of-a-year"),
    ],
)
def test_every_class_is_found_whole_and_alone_and_money_is_exact_to_the_cent(
    tmp_path: Path, seed: int, clock: datetime
) -> None:
    ran = run_world(tmp_path, seed, 60, clock)
    result = score(ran.home.published, ran.world.truth)
    assert not result.wrong
    assert {line.name for line in result.classes} == CLASSES
    # On the first of a month all ways of counting its days come to one number.
    assert {flag.name for flag in result.flags} == (FLAGS - OF_DAYS if clock.day == 1 else FLAGS)
    assert all(line.precision == line.recall == 1.0 for line in (*result.classes, *result.flags))
    assert result.wrong_client_rate == 0
    assert result.money
    assert all(money.is_exact for money in result.money)
    assert result.perfect
