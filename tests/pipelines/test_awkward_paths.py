"""Homes in folders with any name: they work, or are refused before anything is made, in a sentence."""

from pathlib import Path

import duckdb
import pytest
from dagster._core.test_utils import create_run_for_test
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.defs.instance import open_instance
from pipelines.home import Home, HomePathError
from pipelines.publish.copy import attached_copy
from pipelines.rules import load_rules
from pipelines.settings import load_settings
from pipelines.warehouse.connection import connect

# Several letters in one name: each home costs a second.
WORK = [
    'it\'s "quoted" `x`',
    "100% sure %(here)s %%",
    "[b]",
    "a[!x]st*r{x}{{ y }}",
    " two  blanks ",
    "äöß Привет 日本語 😀 𐍈 e\u0301 می‌خواهم\u00a0",
    "a;b&c|d $HOME ${HOME} #1 (x) !x a=b <x>",
    "a@b:c,d~ back\\slash",
    "-dash",
    "null",
]
REFUSED = ["que?ry", "%20", "100%25", "new\nline", "tab\tx", "\x7f", "\x1b[31m", "\u2028", "\x9b", "\udcff"]


@pytest.mark.parametrize("name", WORK)
def test_a_home_works_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    # A neighbour that a pattern could find instead.
    (tmp_path / "b" / "home" / "dagster").mkdir(parents=True)
    (tmp_path / "b" / "home" / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: true}\n")
    home = Home(tmp_path / name / "home").create()
    with open_instance(home) as instance:
        assert not instance.telemetry_enabled
        assert type(instance.event_log_storage).__name__ == "KeptEventLog"
        assert not instance.nux_enabled
        run = create_run_for_test(instance, "daily")
        instance.report_run_failed(run, "as planned")
        assert instance.all_logs(run.run_id)
        assert instance.all_instigator_state() == []
    assert {path.name for path in home.dagster.rglob("*.db")} >= {"runs.db", "schedules.db", f"{run.run_id}.db"}
    with connect(home.warehouse) as connection:
        connection.execute("CREATE SCHEMA analytics; CREATE TABLE analytics.one AS SELECT 1 AS n")
        with attached_copy(connection, home.published, "analytics"):
            pass
    with duckdb.connect(str(home.published), read_only=True) as copy:
        assert copy.execute("SELECT n FROM analytics.one").fetchall() == [(1,)]
    load_settings(home, environment={})
    load_rules(home.rules)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"b", name})  # nothing lies beside it


@pytest.mark.parametrize("command", ["run", "status", "ui", "demo", "doctor"])
def test_a_folder_that_a_library_would_misread_is_refused_before_anything_is_made(command: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [command, "--home", str(tmp_path / "que?ry")], env={"COLUMNS": "200"})
    assert result.exit_code == 2, result.output
    assert f"a home cannot lie in {tmp_path}/que?ry" in result.stderr
    assert "Rename the folder, or choose another." in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_written_is_not_shown_either(name: str, tmp_path: Path) -> None:
    with pytest.raises(HomePathError) as refused:
        Home(tmp_path / name).create()
    assert str(refused.value).isprintable()
    assert list(tmp_path.iterdir()) == []
