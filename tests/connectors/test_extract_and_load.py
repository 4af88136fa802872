import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pytest_httpserver import HTTPServer

from connectors.extract import Job, extract, extract_all
from connectors.load import ensure_raw_tables, load
from connectors.probe import probe
from connectors.reads import Plan
from connectors.registry import SYSTEMS
from connectors.runner import main
from connectors.source_reads import content_hashes
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.connectors.sources import SYSTEMS_OVER_HTTP, config

pytestmark = pytest.mark.integration


def counts(database: Path, system: str) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {
            name: connection.sql(f'SELECT count(*) FROM raw_{system}."{name}"').fetchall()[0][0]
            for (name,) in connection.sql(
                "SELECT table_name FROM duckdb_tables()"
                f" WHERE schema_name = 'raw_{system}' AND table_name NOT LIKE '_dlt%'"
            ).fetchall()
        }


def previous(loaded: list[Any]) -> Plan:
    return Plan(
        previous={
            (read.table_name, read.account_id): (read.content_hash, load_id)
            for read, load_id in loaded
            if read.status == "ok"
        }
    )


def jobs(world: World, server: SandboxServer, plans: dict[str, Plan] | None = None) -> list[Job]:
    plans = plans or {}
    return [Job(s, config(s, world, server.url), plans.get(s, Plan())) for s in SYSTEMS_OVER_HTTP]


def test_four_sources_at_once_end_in_the_warehouse_and_unchanged_content_is_not_appended_again(
    world: World, server: SandboxServer, tmp_path: Path
) -> None:
    database = tmp_path / "warehouse.duckdb"
    extracted = extract_all(jobs(world, server), tmp_path / "work")
    assert not database.exists(), "extraction touches no database"
    assert list(extracted) == list(SYSTEMS_OVER_HTTP)
    plans = {}
    for system, outcome in extracted.items():
        assert outcome.error is None
        loaded = load(outcome, database)
        plans[system] = previous(loaded)
        rows: dict[str, int] = {}
        for read, load_id in loaded:
            assert (load_id is not None) == (read.status == "ok")
            rows[read.table_name] = rows.get(read.table_name, 0) + read.row_count
        assert counts(database, system) == rows
        assert load(outcome, database) == loaded, "loading again adds nothing"
        assert counts(database, system) == rows

    again = extract_all(jobs(world, server, plans), tmp_path / "work")
    for system, outcome in again.items():
        assert outcome.package is None
        assert not any(read.rows_appended for read in outcome.reads)
        known = {value[1] for value in plans[system].previous.values()}
        assert {load_id for read, load_id in load(outcome, database) if read.row_count} <= known


def test_only_the_changed_accounts_of_a_table_are_appended(world: World, server: SandboxServer, tmp_path: Path) -> None:
    job = jobs(world, server)[1]
    database = tmp_path / "warehouse.duckdb"
    plan = previous(load(extract(job.system, job.config, Plan(), tmp_path / "work"), database))
    tenant = next(account for table, account in plan.previous if table == "subscribed_skus" and account)
    changed = Plan(previous={**plan.previous, ("subscribed_skus", tenant): ("full:1:a:b", "1")})
    outcome = extract(job.system, job.config, changed, tmp_path / "work")
    appended = [(read.table_name, read.account_id) for read in outcome.reads if read.rows_appended]
    assert appended == [("subscribed_skus", tenant)]
    load(outcome, database)
    with duckdb.connect(str(database), read_only=True) as connection:
        assert outcome.package is not None
        rows = connection.execute(
            "SELECT DISTINCT tenant_id FROM raw_microsoft_graph.subscribed_skus WHERE _dlt_load_id = ?",
            [outcome.package.load_id],
        ).fetchall()
    assert rows == [(tenant,)]


def test_tables_made_before_dlt_are_the_ones_that_dlt_would_make(
    world: World, server: SandboxServer, tmp_path: Path
) -> None:
    by_dlt, by_us = tmp_path / "dlt.duckdb", tmp_path / "ours.duckdb"
    for outcome in extract_all(jobs(world, server), tmp_path / "work").values():
        load(outcome, by_dlt)
    shapes = []
    for database in (by_dlt, by_us):
        with duckdb.connect(str(database)) as connection:
            for system in SYSTEMS_OVER_HTTP:
                if database is by_us:
                    ensure_raw_tables(connection, system)
                    ensure_raw_tables(connection, system)
            shapes.append(
                connection.sql(
                    "SELECT schema_name, table_name, column_name, data_type, is_nullable FROM duckdb_columns()"
                    " WHERE table_name NOT LIKE '_dlt%' ORDER BY schema_name, table_name, column_index"
                ).fetchall()
            )
    assert shapes[0] == shapes[1]


def test_dlt_loads_into_tables_that_were_made_before(world: World, server: SandboxServer, tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        for system in SYSTEMS:
            ensure_raw_tables(connection, system)
    job = jobs(world, server)[3]
    outcome = extract(job.system, job.config, job.plan, tmp_path / "work")
    load(outcome, database)
    assert counts(database, "ninjaone") == {r.table_name: r.row_count for r in outcome.reads}


def test_a_column_declared_later_is_added_to_a_table_that_exists(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA raw_ninjaone")
        connection.execute(
            "CREATE TABLE raw_ninjaone.organizations (id BIGINT NOT NULL, _dlt_load_id VARCHAR NOT NULL)"
        )
        ensure_raw_tables(connection, "ninjaone")
        names = {row[0] for row in connection.sql("DESCRIBE raw_ninjaone.organizations").fetchall()}
    assert {"id", "name", "description", "_source_row", "_captured_at", "_dlt_load_id"} == names


def test_a_dead_source_does_not_disturb_the_others(world: World, server: SandboxServer, tmp_path: Path) -> None:
    server.set([Misbehaviour(system="pax8", kind="http_500")])
    extracted = extract_all(jobs(world, server), tmp_path)
    assert {read.status for read in extracted["pax8"].reads} == {"failed"}
    assert len(extracted["pax8"].reads) == 5
    assert extracted["pax8"].package is None
    assert {read.status for read in extracted["connectwise"].reads} == {"ok"}
    assert load(extracted["pax8"], tmp_path / "w.duckdb")[0][1] is None


def test_nobody_waits_for_a_source_that_is_over_its_time(httpserver: HTTPServer, world: World, tmp_path: Path) -> None:
    released = threading.Event()
    httpserver.expect_request("/v1/token").respond_with_handler(lambda _: released.wait(20) or "")
    settings = config("pax8", world, httpserver.url_for("").rstrip("/"), timeout_seconds=20, time_budget_seconds=0.5)
    settings = settings.model_copy(update={"login_url": httpserver.url_for("/v1/token")})
    started = time.monotonic()
    try:
        outcome = extract_all([Job("pax8", settings, Plan())], tmp_path)["pax8"]
        assert time.monotonic() - started < 6
    finally:
        released.set()
    assert {read.status for read in outcome.reads} == {"failed"}
    assert outcome.error == "pax8 /token: time budget of 0.5 s used up while waiting for an answer"


def test_an_unforeseen_fault_becomes_failed_reads(tmp_path: Path) -> None:
    outcome = extract("pax8", object(), Plan(), tmp_path)
    assert len(outcome.reads) == 5
    assert outcome.error is not None
    assert outcome.error.startswith("pax8: could not be read: ")


def test_what_a_killed_run_left_behind_disturbs_nobody(world: World, server: SandboxServer, tmp_path: Path) -> None:
    job = jobs(world, server)[3]
    work, database = tmp_path / "work", tmp_path / "warehouse.duckdb"
    first = extract(job.system, job.config, job.plan, work)
    assert first.package is not None
    for path in list(first.package.pipelines_dir.rglob("*"))[::2]:
        if path.is_file():
            path.write_bytes(b"cut off")
    second = extract(job.system, job.config, job.plan, work)
    load(second, database)
    assert counts(database, "ninjaone") == {r.table_name: r.row_count for r in second.reads}


def test_two_homes_can_be_read_side_by_side_in_one_process(world: World, server: SandboxServer, tmp_path: Path) -> None:
    outcomes: dict[str, Any] = {}

    def run(home: str) -> None:
        job = jobs(world, server)[3]
        outcomes[home] = extract(job.system, job.config, job.plan, tmp_path / home)

    threads = [threading.Thread(target=run, args=(home,)) for home in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for home, outcome in outcomes.items():
        load(outcome, tmp_path / f"{home}.duckdb")
        assert counts(tmp_path / f"{home}.duckdb", "ninjaone") == {r.table_name: r.row_count for r in outcome.reads}


def test_the_working_directory_and_dlts_environment_do_not_matter(
    world: World, server: SandboxServer, tmp_path: Path
) -> None:
    settings = tmp_path / ".dlt"
    settings.mkdir()
    (settings / "config.toml").write_text('[runtime]\nlog_level = "CRITICAL"\n')
    code = (
        "import sys, json; from pathlib import Path; from connectors.extract import extract;"
        "from connectors.load import load; from connectors.reads import Plan; from connectors.registry import SYSTEMS;"
        "config = SYSTEMS['ninjaone'].config_model(**json.loads(sys.argv[1]));"
        "outcome = extract('ninjaone', config, Plan(), Path('work').resolve());"
        "print(outcome.error, all(load_id for _, load_id in load(outcome, Path('w.duckdb').resolve())))"
    )
    given = config("ninjaone", world, server.url).model_dump(mode="json")
    given["client_secret"] = config("ninjaone", world, server.url).client_secret.get_secret_value()
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(given)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "None True", done.stderr


def test_the_hash_does_not_depend_on_the_order_of_rows(world: World, server: SandboxServer) -> None:
    from tests.connectors.sources import reading

    source = reading("pax8", world, server.url)
    table = SYSTEMS["pax8"].tables[2]
    rows = source.rows(table).rows
    turned = rows.take(list(reversed(range(rows.num_rows))))
    assert content_hashes(rows, table, "full") == content_hashes(turned, table, "full")
    assert content_hashes(rows, table, "full") != content_hashes(rows.slice(1), table, "full")
    assert content_hashes(rows, table, "full") != content_hashes(rows, table, "incremental")


@pytest.mark.parametrize("system", SYSTEMS_OVER_HTTP)
def test_a_probe_says_whether_a_source_answers(system: str, world: World, server: SandboxServer) -> None:
    assert probe(system, config(system, world, server.url)).reachable
    server.set([Misbehaviour(system=system, kind="http_500")])
    dead = probe(system, config(system, world, server.url))
    assert not dead.reachable
    assert "HTTP 500" in dead.detail
    assert dead.remedy


def test_a_source_runs_alone(
    world: World, server: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    given = config("ninjaone", world, server.url)
    for name in ("api_url", "login_url", "client_id"):
        monkeypatch.setenv(f"TIEOUT_NINJAONE__{name}".upper(), getattr(given, name))
    assert main("ninjaone", []) == 2
    assert "client_secret: Field required" in capsys.readouterr().out
    monkeypatch.setenv("TIEOUT_NINJAONE__CLIENT_SECRET", given.client_secret.get_secret_value())
    assert main("ninjaone", ["--database", str(tmp_path / "w.duckdb")]) == 0
    assert f"devices: ok, {len(world.ninjaone.devices)} rows" in capsys.readouterr().out
    assert counts(tmp_path / "w.duckdb", "ninjaone")["devices"] == len(world.ninjaone.devices)


def test_settings_never_show_their_secrets(world: World) -> None:
    for system in SYSTEMS_OVER_HTTP:
        given = config(system, world, "http://127.0.0.1:1")
        for name in type(given).model_fields:
            value = getattr(given, name)
            if hasattr(value, "get_secret_value"):
                assert value.get_secret_value() not in repr(given)


def test_reading_the_registry_imports_neither_dlt_nor_a_vendor() -> None:
    code = (
        "import sys, connectors.registry, connectors.reads;"
        "print([name for name in ('dlt', 'duckdb', 'pyarrow', 'connectors.pax8.source') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ), timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr
