"""A home that is read on several days of a month counts each of them, at systems that only tell how things stand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.score import score
from tests.acceptance.worlds import run_world

# Every day of the first two was read; most days before the last were not.
DAYS = (1, 2, 17)


@pytest.mark.integration
def test_every_row_is_right_on_each_day_whatever_days_were_read(tmp_path: Path) -> None:
    clocks = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in DAYS]
    for number, clock in enumerate(clocks):
        read_on = [earlier.date() for earlier in clocks[:number]]
        ran = run_world(tmp_path, 1, 8, clock, features=["kept_reads", "inactive_seats"], read_on=read_on)
        result = score(ran.home.published, ran.world.truth)
        assert not result.wrong
        assert result.perfect
