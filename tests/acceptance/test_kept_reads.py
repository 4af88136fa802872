"""A home that is read on several days of a month counts each of them, at systems that only tell how things stand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.score import score
from tests.acceptance.worlds import run_world


@pytest.mark.integration
@pytest.mark.parametrize(
    ("seed", "days"),
    [
        pytest.param(1, (1, 2, 3), id="every-day-was-read"),
        pytest.param(2, (8, 17), id="most-days-were-not"),
    ],
)
def test_every_row_is_right_on_each_day_whatever_days_were_read(
    tmp_path: Path, seed: int, days: tuple[int, ...]
) -> None:
    clocks = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in days]
    for number, clock in enumerate(clocks):
        read_on = [earlier.date() for earlier in clocks[:number]]
        ran = run_world(tmp_path, seed, 8, clock, features=["kept_reads", "inactive_seats"], read_on=read_on)
        result = score(ran.home.published, ran.world.truth)
        assert not result.wrong
        assert result.perfect
