from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines.home import Home
from pipelines.steps.begin import tidy_up
from pipelines.steps.current import CurrentRun, NoRunError, current_run, settled_clock
from pipelines.warehouse.control import Run

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)


def test_what_a_run_decided_survives_the_way_over_the_disk(home: Home) -> None:
    run = Run("run", date(2026, 6, 1), NOW, "USD", Decimal("0.9"), "1", "rules")
    current = CurrentRun(run, as_of_given=False, systems=("pax8",))
    current.save(home)
    assert current_run(home) == current


def test_a_step_without_a_run_says_what_to_start(home: Home) -> None:
    with pytest.raises(NoRunError, match="start the whole job"):
        current_run(home)


def test_now_is_after_what_was_read(home: Home) -> None:
    assert settled_clock(NOW, [NOW - timedelta(hours=1)]) == NOW
    assert settled_clock(NOW, [NOW + timedelta(minutes=2)]) == NOW + timedelta(minutes=2)


def test_a_source_whose_clock_is_far_ahead_does_not_move_the_run() -> None:
    assert settled_clock(NOW, [NOW + timedelta(days=300)]) == NOW


def test_a_new_run_tidies_up_after_killed_ones_and_keeps_the_copy(home: Home) -> None:
    (home.work / "dead" / "pax8").mkdir(parents=True)
    (home.work / "current.json").write_text("{}")
    (home.published_folder / ".new-dead.duckdb").write_bytes(b"half")
    home.published.write_bytes(b"whole")
    tidy_up(home)
    assert list(home.work.iterdir()) == []
    assert [path.name for path in home.published_folder.iterdir()] == ["tieout.duckdb"]
