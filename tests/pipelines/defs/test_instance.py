import json
import os

import dagster as dg

from pipelines.defs.instance import MARK, close_abandoned_runs, open_instance, prepare_instance
from pipelines.home import Home


def test_dagster_keeps_to_the_home_whatever_the_environment_says(home: Home, monkeypatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/nowhere")
    with open_instance(home) as instance:
        assert instance.root_directory == str(home.dagster)
        assert not instance.telemetry_enabled


def test_a_file_that_a_person_took_over_is_left_alone(home: Home) -> None:
    prepare_instance(home)
    path = home.dagster / "dagster.yaml"
    assert path.read_text().startswith(MARK)
    path.write_text("telemetry: {enabled: false}\n")
    prepare_instance(home)
    assert path.read_text() == "telemetry: {enabled: false}\n"


def test_a_file_of_an_earlier_version_is_renewed(home: Home) -> None:
    prepare_instance(home)
    path = home.dagster / "dagster.yaml"
    path.write_text(MARK + json.dumps({"telemetry": {"enabled": True}}))
    prepare_instance(home)
    assert '"enabled": false' in path.read_text()


def test_a_run_whose_process_died_is_closed_and_its_slot_freed(home: Home) -> None:
    @dg.job
    def daily() -> None:
        pass

    with open_instance(home) as instance:
        run = instance.create_run_for_job(daily, status=dg.DagsterRunStatus.STARTED)
        alive = instance.create_run_for_job(daily, status=dg.DagsterRunStatus.STARTED)
        storage = instance.event_log_storage
        storage.set_concurrency_slots("warehouse", 1)
        assert storage.claim_concurrency_slot("warehouse", run.run_id, "load").is_claimed
        assert close_abandoned_runs(instance, but=alive.run_id) == [run.run_id]
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(alive.run_id).status is dg.DagsterRunStatus.STARTED
        assert storage.claim_concurrency_slot("warehouse", alive.run_id, "load").is_claimed
    assert os.path.isdir(home.dagster)
