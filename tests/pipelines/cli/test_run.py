"""`tieout run`: exit codes, where messages go, and what is printed. The pipeline itself is replaced here."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import pipelines.run as pipeline
from pipelines.cli.app import app
from pipelines.home import Home, HomeBusyError
from pipelines.run import RunOutcome, SourceStatus
from tests.conftest import Demo

pytestmark = pytest.mark.integration
FAULT = "additions failed: connectwise /finance/agreements/7/additions: HTTP 500 [/] after 5 attempts"


@pytest.fixture
def finished(demo_home: Demo, tmp_path: Path) -> Home:
    """A home with a published copy, to which a replaced pipeline adds nothing."""
    return demo_home.copy(tmp_path)


def outcome(home: Home, *sources: SourceStatus, error: str | None = None) -> RunOutcome:
    return RunOutcome(
        "r1",
        date(2026, 9, 1),
        datetime(2026, 9, 20, tzinfo=UTC),
        error is None,
        "h",
        sources,
        12.3,
        error,
        home.log_file("r1"),
    )


def run(monkeypatch: pytest.MonkeyPatch, home: Home, result: RunOutcome | Exception, *options: str) -> Result:
    def replaced(*arguments: object, **_: object) -> RunOutcome:
        asked.append(arguments)
        if isinstance(result, Exception):
            raise result
        return result

    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(pipeline, "run_pipeline", replaced)
    done = CliRunner().invoke(app, ["run", "--home", str(home.path), *options], env={"COLUMNS": "80"})
    assert asked, done.output
    done.asked = asked[0]  # type: ignore[attr-defined]  # carried along for the test
    return done


def test_a_run_with_every_source_healthy_ends_with_0_and_says_last_where_the_result_is(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, finished, outcome(finished, SourceStatus("pax8", "healthy", 9, None)))
    assert done.exit_code == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert str(finished.published) in lines[-2]
    assert lines[-1].endswith(f"tieout ui --home {finished.path}")


def test_a_source_that_is_switched_off_is_no_reason_to_complain(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, finished, outcome(finished, SourceStatus("pax8", "off", None, None))).exit_code == 0


@pytest.mark.parametrize("status", ["failed", "stale", "partial"])
def test_a_source_that_was_not_assessed_ends_with_3_and_its_message_is_on_standard_error(
    status: str, finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, finished, outcome(finished, SourceStatus("connectwise", status, None, FAULT)))
    assert done.exit_code == 3
    assert f"connectwise is {status}: {FAULT}" in done.stderr
    assert str(finished.published) in done.stdout


def test_a_refusal_that_somebody_knows_of_is_told_and_does_not_change_the_exit_code(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = SourceStatus("microsoft_graph", "partial", 9, "1 of 5 accounts: HTTP 403; known to D. Okafor", True)
    done = run(monkeypatch, finished, outcome(finished, known))
    assert done.exit_code == 0
    assert "known to D. Okafor" in done.stderr
    also = SourceStatus("pax8", "failed", None, FAULT)
    assert run(monkeypatch, finished, outcome(finished, known, also)).exit_code == 3


def test_a_run_stopped_with_ctrl_c_ends_with_130_and_says_what_is_kept(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = replace(outcome(finished, error="stopped by Ctrl-C"), interrupted=True)
    done = run(monkeypatch, finished, stopped)
    assert done.exit_code == 130
    told = " ".join(done.stderr.split())
    assert "stopped by Ctrl-C: nothing was published the last copy stands: " in told
    assert f"tieout run --home {finished.path}" in told
    assert done.stdout == ""


def test_a_failed_run_ends_with_1_and_names_reason_log_and_the_copy_that_stands(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, finished, outcome(finished, error="publish: tie-out rule psa [/x] does not hold"))
    assert done.exit_code == 1
    told = " ".join(done.stderr.split())
    assert "error: publish: tie-out rule psa [/x] does not hold" in told
    assert str(finished.log_file("r1")) in done.stderr.replace("\n", "")
    assert "the last published copy stands" in told
    assert done.stdout == ""


def test_rules_that_point_at_nothing_are_named_and_are_no_reason_for_another_exit_code(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [f"client_map.csv:{line}: client_id: connectwise:9: the PSA has no such client [/]" for line in range(2, 15)]
    done = run(monkeypatch, finished, replace(outcome(finished), rule_warnings=tuple(told)))
    assert done.exit_code == 0
    shown = " ".join(done.stdout.split())
    assert "Rules that point at nothing" in shown
    assert told[0] in shown
    assert told[-1] not in shown
    assert "and 3 more (tieout doctor shows all)" in shown


def test_a_home_in_use_ends_with_1_and_says_who_uses_it(finished: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, finished, HomeBusyError("another run is using it (run 8f2c, process 41)"))
    assert done.exit_code == 1
    assert "run 8f2c, process 41" in done.stderr


def test_period_and_clock_reach_the_pipeline_as_a_month_and_a_moment_in_utc(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, finished, outcome(finished), "--period", "2026-06", "--as-of", "2026-06-30T22:00-06:00")
    assert done.asked[1:] == (date(2026, 6, 1), datetime(2026, 7, 1, 4, tzinfo=UTC))  # type: ignore[attr-defined]


def test_a_clock_without_zone_is_utc(finished: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, finished, outcome(finished), "--as-of", "2026-06-30T22:00")
    assert done.asked[2] == datetime(2026, 6, 30, 22, tzinfo=UTC)  # type: ignore[attr-defined]


def test_without_a_terminal_there_is_no_control_character_and_no_line_beyond_the_width(
    finished: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, finished, outcome(finished))
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    paths = [line for line in done.stdout.splitlines() if str(finished.path) in line]
    wide = [line for line in done.stdout.splitlines() if len(line) > 80 and line not in paths]
    assert wide == []
