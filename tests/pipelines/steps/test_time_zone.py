"""To which month a run belongs, and when that month is over, in the home's time zone."""

from datetime import UTC, date, datetime

import pytest

from pipelines.home import Home
from pipelines.steps.begin import RunParametersError, begin_run, examine
from pipelines.steps.current import current_run
from pipelines.warehouse.control import Run

LAST_EVENING = datetime(2026, 7, 1, 3, tzinfo=UTC)  # 21:00 on 30 June in Denver


@pytest.fixture
def home(tmp_path) -> Home:
    found = Home(tmp_path / "home")
    found.create()
    return found


def _set(home: Home, timezone: str) -> None:
    home.settings_file.write_text(f'[schedule]\ntimezone = "{timezone}"\n')


@pytest.mark.parametrize(
    ("timezone", "as_of", "month"),
    [
        ("America/Denver", LAST_EVENING, date(2026, 6, 1)),
        ("UTC", LAST_EVENING, date(2026, 7, 1)),
        # East of UTC the new month has begun already.
        ("Pacific/Auckland", datetime(2026, 6, 30, 14, tzinfo=UTC), date(2026, 7, 1)),
        ("America/Denver", datetime(2026, 12, 1, 6, 59, tzinfo=UTC), date(2026, 11, 1)),
        ("America/Denver", datetime(2026, 12, 1, 7, 0, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_run_belongs_to_the_month_that_the_homes_clock_shows(
    home: Home, timezone: str, as_of: datetime, month: date
) -> None:
    _set(home, timezone)
    assert examine(home, as_of=as_of)[3] == month


def test_a_month_that_has_not_begun_there_is_refused(home: Home) -> None:
    _set(home, "America/Denver")
    with pytest.raises(RunParametersError, match="2026-06-30 21:00 America/Denver lies before the period 2026-07"):
        examine(home, period=date(2026, 7, 1), as_of=LAST_EVENING)


def test_the_run_keeps_its_time_zone(home: Home) -> None:
    _set(home, "America/Denver")
    begun = begin_run(home, "run-1", as_of=LAST_EVENING).current
    assert begun.run.cutoff_date == date(2026, 6, 30)
    assert current_run(home) == begun


@pytest.mark.parametrize(
    ("as_of", "cutoff", "cutoff_date"),
    [
        (LAST_EVENING, LAST_EVENING, date(2026, 6, 30)),
        (datetime(2026, 7, 20, 8, tzinfo=UTC), datetime(2026, 7, 1, 6, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 11, 2, tzinfo=UTC), datetime(2026, 6, 11, 2, tzinfo=UTC), date(2026, 6, 10)),
    ],
)
def test_the_cut_off_is_midnight_of_the_homes_time_zone(as_of: datetime, cutoff: datetime, cutoff_date: date) -> None:
    run = Run("run", date(2026, 6, 1), as_of, "USD", None, "1", "rules", "America/Denver")
    assert (run.cutoff, run.cutoff_date) == (cutoff, cutoff_date)
    assert run.period_start == datetime(2026, 6, 1, 6, tzinfo=UTC)
