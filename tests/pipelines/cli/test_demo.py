"""`tieout demo` on good and bad days, as a process: output, exit codes, and no secret anywhere."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.home import Home
from pipelines.reports.changes import read_changes
from pipelines.run import RunOutcome
from sandbox.credentials import CONNECTWISE, MICROSOFT_GRAPH, NINJAONE, PAX8
from tests.conftest import Demo

pytestmark = pytest.mark.integration
SECRETS = (
    CONNECTWISE.private_key,
    MICROSOFT_GRAPH.client_secret,
    PAX8.client_secret,
    NINJAONE.client_secret,
)


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("bad-day")
    tieout = Path(sys.executable).with_name("tieout")
    options = ["--home", "home", "--clients", "15", "--misbehave", "pax8:http_500:subscriptions"]
    return (
        subprocess.run(
            [str(tieout), "demo", *options],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=540,
            env={**os.environ, "COLUMNS": "100"},
        ),
        folder,
    )


def test_a_source_that_fails_ends_with_3_and_is_named_with_endpoint_and_reason_on_standard_error(
    bad_day: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, folder = bad_day
    assert done.returncode == 3, done.stderr
    [told] = [line for line in done.stderr.splitlines() if line.startswith("pax8 is failed:")]
    assert "subscriptions" in told
    assert "HTTP 500" in told
    assert "No score is taken on a bad day" in done.stdout
    assert str(folder / "home" / "published" / "tieout.duckdb") in done.stdout


def test_without_a_terminal_the_log_has_a_line_per_step_and_no_control_characters(
    bad_day: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, _ = bad_day
    assert "\x1b" not in done.stdout + done.stderr
    for step in ("settling period", "reading the sources", "loading and checking", "comparing (dbt)", "publishing"):
        assert sum(line.startswith(step) for line in done.stdout.splitlines()) >= 1


def test_nothing_but_our_own_words_reaches_standard_error(
    bad_day: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, _ = bad_day
    assert [
        line for line in done.stderr.splitlines() if " is failed: " not in line and " is partial: " not in line
    ] == []


def test_no_secret_is_printed_logged_or_kept_outside_the_file_of_secrets(
    bad_day: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, folder = bad_day
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != "secrets.toml"):
        content = path.read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in content] == [], path
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []


def test_the_score_comes_after_the_figures_and_the_way_to_the_result_comes_last(
    demo_home: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _demo(demo_home, tmp_path, monkeypatch)
    assert result.exit_code == 0, result.output
    parts = (
        "Sources",
        "Lines by class",
        "The largest discrepancies of each currency",
        "Tie-out",
        "Result against the planted truth",
        "tieout ui",
    )
    places = [result.stdout.index(part) for part in parts]
    assert places == sorted(places)
    assert "0 wrong" in result.stdout


def test_a_result_that_differs_from_the_truth_ends_with_1(
    demo_home: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _demo(demo_home, tmp_path, monkeypatch, "--seed", "8")
    assert result.exit_code == 1
    assert "differs from the planted truth" in result.stderr


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Home]:
    """A demo of two months that lie in the past: the run's clock and the vendors' are the same moment."""
    home = Home(tmp_path_factory.mktemp("months") / "home")
    options = ["--home", str(home.path), "--clients", "10", "--months", "2", "--as-of", "2026-06-30T22:00Z"]
    return CliRunner().invoke(app, ["demo", *options], env={"COLUMNS": "100"}), home


def test_months_of_the_past_are_played_one_after_another_and_scored(two_months: tuple[Result, Home]) -> None:
    result, home = two_months
    assert result.exit_code == 0, result.output
    assert "May 2026 is published" in result.stdout
    assert "0 wrong" in result.stdout
    with duckdb.connect(str(home.published), read_only=True) as connection:
        assert connection.execute("select distinct period, as_of from analytics.period_summary").fetchall() == [
            (date(2026, 6, 1), datetime(2026, 6, 30, 22, tzinfo=UTC))
        ]


def test_what_repeats_what_is_new_and_what_earlier_months_lost_is_told(two_months: tuple[Result, Home]) -> None:
    result, home = two_months
    said = " ".join(result.stdout.split())
    assert "June 2026 against May 2026" in said
    changes = read_changes(home.published)
    lines = Counter[str]()
    for one in changes.changes:
        lines[one.what] += one.lines
    assert set(lines) == {"new", "found again", "gone since"}
    with duckdb.connect(str(home.published), read_only=True) as connection:
        flagged, exposed = connection.execute(
            "select count(*) filter (where list_contains(flags, 'repeat_finding')), "
            "sum(exposure_amount) filter (where currency = 'USD') from analytics.reconciliation"
        ).fetchall()[0]
    assert lines["found again"] == flagged
    assert f"Earlier months lost {exposed:,.2f} USD" in said


def test_a_home_that_is_not_the_sandboxes_is_never_overwritten(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    before = home.settings_file.read_bytes()
    result = CliRunner().invoke(app, ["demo", "--home", str(home.path)])
    assert result.exit_code == 2
    assert "a demo would replace its settings" in " ".join(result.stderr.split())
    assert home.settings_file.read_bytes() == before


def _demo(demo: Demo, folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str):
    """The demo over again, with the finished run in the place of another."""
    home = demo.copy(folder)

    def replaced(*_: object, **__: object) -> RunOutcome:
        return demo.outcome

    monkeypatch.setattr("pipelines.run.run_pipeline", replaced)
    assert demo.outcome.as_of is not None
    clock = ["--as-of", demo.outcome.as_of.isoformat()]
    arguments = ["demo", "--home", str(home.path), "--clients", str(demo.clients), "--seed", str(demo.seed)]
    return CliRunner().invoke(app, [*arguments, *clock, *options], env={"COLUMNS": "80"})
