"""Faults of the disk, the storage and locks: one sentence with the remedy, never a traceback."""

import errno
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.explain import explain, explain_words
from pipelines.home import Home
from pipelines.run import run_pipeline
from pipelines.warehouse.connection import connect

HOLDER = """
import duckdb, sys
with duckdb.connect(sys.argv[1]) as connection:
    print("held", flush=True)
    sys.stdin.read()
"""


def is_one_sentence(text: str) -> bool:
    return "\n" not in text and "Traceback" not in text and text.endswith(".")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_is_named_with_its_remedy(home: Home) -> None:
    with pytest.raises(OSError, match="No space left") as full, open("/dev/full", "wb", buffering=0) as file:
        file.write(b"x")
    said = explain(full.value, home) or ""
    assert said.startswith(f"the disk is full, or your share of it: free some space where {home.path} lies")
    assert "Nothing published was changed" in said
    assert is_one_sentence(said)


@pytest.mark.parametrize(
    "words",
    [
        "OSError: [Errno 28] No space left on device: '/x/part'\n",
        '_duckdb.IOException: IO Error: Could not write all bytes to file "/x": wanted=262144 wrote=8192',
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database or disk is full\n[SQL: ...]",
        "OSError: [Errno 122] Disk quota exceeded",
        "dagster_dbt.DagsterDbtCliRuntimeError: ... IO Error: Cannot write: No space left on device",
    ],
)
def test_a_full_disk_is_known_by_the_words_of_every_library(words: str, home: Home) -> None:
    assert (explain_words(words, home) or "").startswith("the disk is full")


def test_an_error_beneath_another_one_is_the_one_that_is_told(home: Home) -> None:
    outer = RuntimeError("step failed")
    outer.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert (explain(outer, home) or "").startswith("the disk is full")


def test_a_fault_of_our_own_is_not_explained_away() -> None:
    assert explain(KeyError("client_id")) is None
    assert explain(AssertionError("one source gives one package")) is None


def test_a_warehouse_that_another_program_holds_is_named_with_the_process(home: Home) -> None:
    with connect(home.warehouse):
        pass
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        with pytest.raises(Exception, match="lock") as locked, connect(home.warehouse, patience=0.1):
            pass
    finally:
        holder.communicate("")
    said = explain(locked.value, home) or ""
    assert said.startswith(f"{home.warehouse} is open in another program: close it there")
    assert said.endswith(f"It is process {holder.pid}.")
    assert is_one_sentence(said)


def test_a_warehouse_that_is_none_is_named_with_what_is_lost_without_it(home: Home) -> None:
    home.warehouse.write_text("not a database, whatever its name says " * 200)
    with pytest.raises(duckdb.Error) as broken, connect(home.warehouse):
        pass
    said = explain(broken.value, home) or ""
    assert said.startswith(f"{home.warehouse} is damaged or no warehouse")
    assert is_one_sentence(said)


@pytest.mark.parametrize("file", ["runs.db", "index.db"])
def test_a_run_on_a_broken_storage_of_dagster_says_what_to_move_away(home: Home, file: str) -> None:
    folder = home.dagster / "history" / ("runs" if file == "index.db" else "")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text("broken " * 1000)
    outcome = run_pipeline(home)
    assert not outcome.published
    assert (outcome.error or "").startswith(f"Dagster's storage in {home.dagster} is damaged")
    assert is_one_sentence(outcome.error or "")


def test_a_run_with_a_broken_dagster_yaml_names_the_file(home: Home) -> None:
    for text in ("telemetry: [\n", "no_such_section: 1\n"):
        (home.dagster / "dagster.yaml").write_text(text)
        outcome = run_pipeline(home)
        assert (outcome.error or "").startswith(f"{home.dagster / 'dagster.yaml'} is not valid"), outcome.error


@pytest.mark.parametrize(
    ("command", "file", "says"),
    [
        ("status", "published/tieout.duckdb", "is damaged: start tieout run"),
        ("map", "warehouse.duckdb", ""),
        ("ui", "dagster/dagster.yaml", "dagster.yaml in the home is not valid"),
    ],
)
def test_a_command_that_meets_a_broken_file_ends_in_a_sentence(home: Home, command: str, file: str, says: str) -> None:
    (home.path / file).write_text("broken: [ ")
    arguments = [command, *(["list"] if command == "map" else []), "--home", str(home.path)]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "300"})
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(app, ["demo", "--clients", "10", "--home", str(tmp_path / "file" / "home")])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "cannot be used: not a directory" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        ("--as-of", "2199-01-01T00:00Z", "lies in the future, of which no source knows anything"),
        ("--as-of", "9999-12-31T23:59:59-12:00", "is outside the years 2000 to 2199"),
        ("--as-of", "0001-01-01T00:00+14:00", "is outside the years 2000 to 2199"),
        ("--as-of", "1970-01-01T00:00Z", "is outside the years 2000 to 2199"),
        ("--period", "0001-01", "is outside the years 2000 to 2199"),
        ("--period", "9999-12", "is outside the years 2000 to 2199"),
    ],
)
def test_a_time_outside_of_sense_is_wrong_usage(home: Home, option: str, text: str, says: str) -> None:
    result = CliRunner().invoke(app, ["run", "--home", str(home.path), option, text], env={"COLUMNS": "300"})
    assert result.exit_code == 2
    assert says in result.stderr
