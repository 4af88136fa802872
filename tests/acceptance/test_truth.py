"""Whatever the seed and the clock: every planted discrepancy is found, with the right money, and nothing else is.

`test_bad_days` does the same on the last day of a year, between faults that pass; the scoreboard with ten seeds.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.truth import assert_is_the_truth
from tests.acceptance.values import unexecuted_tests, unseen
from tests.acceptance.worlds import Ran, run_world

# What no world of a good day can hold. A value that appears must leave this list.
NEVER_ON_A_GOOD_DAY = {
    ("product_mappings", "method", "name"): "only an audit takes names for products",
    ("source_status", "status", "failed"): "a good day has no source that fails (test_bad_days)",
    ("source_status", "status", "off"): "every source of a world is on",
    ("source_status", "status", "stale"): "every source of a world is read at its now",
}


MID_MONTH = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def mid_month(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A whole run in the middle of a month, which several tests look at."""
    return run_world(tmp_path_factory.mktemp("mid-month"), 1, 60, MID_MONTH)


@pytest.mark.integration
def test_in_the_middle_of_a_month_everything_planted_is_found(mid_month: Ran) -> None:
    assert_is_the_truth(mid_month, MID_MONTH)


@pytest.mark.integration
def test_every_value_that_a_model_can_give_is_planted(mid_month: Ran) -> None:
    """An accepted list that no world has tried may lack a value, and the test that holds it would stop a real run."""
    assert unseen(mid_month.home) == set(NEVER_ON_A_GOOD_DAY)


@pytest.mark.integration
def test_the_data_tests_run_in_the_worlds(mid_month: Ran) -> None:
    assert unexecuted_tests(mid_month.home) == set()


@pytest.mark.integration
@pytest.mark.parametrize(
    ("seed", "clock"),
    [
        pytest.param(2, datetime(2026, 2, 28, 23, 40, tzinfo=UTC), id="last-hour-of-february"),
        pytest.param(3, datetime(2026, 3, 1, 0, 10, tzinfo=UTC), id="first-minutes-of-a-month"),
        pytest.param(4, datetime(2024, 2, 29, 6, 0, tzinfo=UTC), id="leap-day"),
    ],
)
def test_every_class_is_found_whole_and_alone_and_money_is_exact_to_the_cent(
    tmp_path: Path, seed: int, clock: datetime
) -> None:
    assert_is_the_truth(run_world(tmp_path, seed, 60, clock), clock)
