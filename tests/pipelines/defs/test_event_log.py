import json
import shutil

import dagster as dg

from pipelines.defs import event_log
from pipelines.defs.event_log import KeptEventLog
from pipelines.defs.instance import MARK, open_instance, prepare_instance
from pipelines.home import Home


@dg.job
def daily() -> None:
    pass


def test_what_one_process_logs_another_reads_while_the_first_still_runs(home: Home) -> None:
    with open_instance(home) as writer, open_instance(home) as reader:
        assert isinstance(writer.event_log_storage, KeptEventLog)
        run = writer.create_run_for_job(daily)
        for number in range(3):
            writer.report_engine_event(f"number {number}", run)
            told = [entry.dagster_event.message for entry in reader.all_logs(run.run_id)]
            assert told == [f"number {earlier}" for earlier in range(number + 1)]


def test_runs_beyond_the_files_that_stay_open_are_read_and_written_all_the_same(home: Home, monkeypatch) -> None:
    monkeypatch.setattr(event_log, "_MOST_OPEN", 2)
    with open_instance(home) as instance:
        runs = [instance.create_run_for_job(daily) for _ in range(4)]
        for number in range(2):
            for run in runs:
                instance.report_engine_event(f"number {number}", run)
        assert [len(instance.all_logs(run.run_id)) for run in runs] == [2] * 4
        assert len(instance.event_log_storage._engines) == 2


def test_nothing_stays_open_when_the_instance_is_closed(home: Home) -> None:
    with open_instance(home) as instance:
        instance.report_engine_event("one", instance.create_run_for_job(daily))
        storage = instance.event_log_storage
    assert not storage._engines
    # SQLite removes its journal when the last connection closes.
    assert not list(home.dagster.rglob("*.db-wal"))


def test_a_home_that_was_moved_logs_where_it_is_now(home: Home, tmp_path) -> None:
    prepare_instance(home)
    moved = Home(tmp_path / "moved")
    shutil.copytree(home.path, moved.path)
    prepare_instance(moved)
    told = json.loads((moved.dagster / "dagster.yaml").read_text().removeprefix(MARK))
    assert told["event_log_storage"]["config"]["base_dir"] == str(moved.dagster / "history" / "runs")


def test_a_table_that_a_migration_adds_is_found(home: Home) -> None:
    with open_instance(home) as instance:
        storage = instance.event_log_storage
        assert storage.has_table("event_logs")
        assert not storage.has_table("added_later")
        with storage.index_connection() as connection:
            connection.exec_driver_sql("CREATE TABLE added_later (id INTEGER)")
        assert storage.has_table("added_later")
