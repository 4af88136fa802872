"""The command line as a whole: what help teaches, and what wrong usage is answered with."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli.app import app

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a typer app is a click group


def _help(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.output).split())


def test_help_names_every_subcommand_and_every_exit_code() -> None:
    text = _help()
    assert COMMANDS == ["audit", "demo", "doctor", "exports", "init", "map", "match", "run", "status", "ui"]
    assert all(command in text for command in COMMANDS)
    assert "0 all well, 1 failed and nothing was published, 2 wrong usage, 3 published with a source missing" in text


@pytest.mark.parametrize(
    ("command", "taught"),
    [
        ("demo", ["no account and no network", "exit code is 0", "default: 7", "default: 60", "pax8:http_500"]),
        ("run", ["exit code is 3", "exit code is 1", "Default: now", "YYYY-MM", "default: home"]),
        ("ui", ["Ctrl-C", "default: 3000", "default: 127.0.0.1", "--allow-host", "Exit codes"]),
        ("status", ["Ends with 0", "with 3", "with 1"]),
        ("doctor", ["Exit codes: 0", "1 when it could not", "Nothing is changed"]),
        ("audit", ["--psa", "--vendor"]),
        ("map", ["Exit codes: 0 done, 1 nothing was changed", "3 done, but rows", "client_map.csv", "rejections.csv"]),
        ("map list", ["most money first", "default: 25", "pax8"]),
        ("map show", ["evidence", "ninjaone:12"]),
        ("map accept", ["Default: the login user", "first day of the published month", "file and line"]),
        ("map reject", ["never suggested again"]),
        ("map accept-all", ["then asks", "0.5 to 1", "--yes"]),
        ("map undo", ["Default: all of the last command", "never touched"]),
        ("map export", ["FILE.xlsx", "Decision"]),
        ("map import", ["exit code is then 3", "--dry-run", "twice changes nothing"]),
        ("match", ["client", "product", "certain", "likely", "possible", "left_id", "--learn", "--explain-model"]),
    ],
)
def test_help_of_a_subcommand_teaches_its_defaults_and_exit_codes(command: str, taught: list[str]) -> None:
    text = _help(*command.split())
    assert [words for words in taught if words not in text] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--period", "June"], "'June' is not a month; write it as 2026-06"),
        (["run", "--period", "2026-13"], "'2026-13' is not a month"),
        (["run", "--as-of", "yesterday"], "'yesterday' is not a time; write it as 2026-06-30T22:00Z"),
        (["demo", "--as-of", "2026-02-30"], "'2026-02-30' is not a time"),
        (["demo", "--misbehave", "xero:http_500"], "unknown system 'xero'"),
        (["demo", "--misbehave", "pax8:http_418"], "unknown kind 'http_418'"),
        (["demo", "--misbehave", "pax8:slow:seconds=long"], "seconds must be a number"),
        (["demo", "--clients", "3"], "--clients"),
        (["frobnicate"], "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_says_what_is_expected_and_makes_nothing(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if arguments[0] == "run":
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "tieout.toml").touch()
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("command", ["run", "status", "ui"])
def test_a_folder_that_is_no_home_is_wrong_usage_with_the_way_to_one(command: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [command, "--home", str(tmp_path)])
    assert result.exit_code == 2
    assert "is not a tieout home" in result.stderr
    assert "tieout demo" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_home_can_be_named_by_the_environment(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["status"], env={"TIEOUT_HOME": str(tmp_path), "COLUMNS": "300"})
    assert str(tmp_path) in result.stderr


def test_version_is_that_of_the_installed_project() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert re.fullmatch(r"tieout \d+\.\d+\.\d+\n", result.output)


def test_the_installed_command_answers_quickly_and_without_loading_dagster_or_dbt() -> None:
    """Help and wrong usage should not wait for libraries that they do not need."""
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli.app import app;"
        "assert CliRunner().invoke(app, ['run', '--help']).exit_code == 0;"
        "print(sorted({'dagster', 'dbt', 'dlt', 'great_expectations', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
