"""What Dagster keeps of a table that a step did not make, and that the run goes on."""

from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.defs.made import made, not_evaluated

TABLE = dg.AssetKey(["raw", "devices"])
CHECKS = ("fresh", "not_empty")


def definitions(*, is_made: bool) -> dg.Definitions:
    @dg.multi_asset(specs=[dg.AssetSpec(TABLE)], check_specs=[dg.AssetCheckSpec(name, asset=TABLE) for name in CHECKS])
    def load(context: dg.AssetExecutionContext) -> Iterator:
        yield from made(context, TABLE, is_made=is_made, why_not="HTTP 500", metadata={"status": "x"})
        results = [dg.AssetCheckResult(asset_key=TABLE, check_name="fresh", passed=is_made)]
        yield from results
        yield from not_evaluated(context, results)

    @dg.asset(deps=[TABLE])
    def compared() -> None:
        pass

    return dg.Definitions([load, compared], jobs=[dg.define_asset_job("daily", executor_def=dg.in_process_executor)])


@pytest.mark.parametrize("is_made", [True, False])
def test_steps_after_a_table_that_was_not_made_run_all_the_same(is_made: bool) -> None:
    with dg.instance_for_test() as instance:
        job = definitions(is_made=is_made).resolve_job_def("daily")
        assert job.execute_in_process(instance=instance).success
        assert instance.get_latest_materialization_event(dg.AssetKey("compared")) is not None
        last = instance.get_latest_materialization_event(TABLE)
        observed = instance.fetch_observations(TABLE, limit=1).records
        assert (last is not None, len(observed)) == (is_made, not is_made)
        if not is_made:
            assert observed[0].asset_observation.metadata["not_read"].value == "HTTP 500"


def test_a_check_without_a_result_is_skipped_and_not_passed() -> None:
    with dg.instance_for_test() as instance:
        assert definitions(is_made=False).resolve_job_def("daily").execute_in_process(instance=instance).success
        status = {
            name: instance.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(TABLE, name), limit=1)[
                0
            ].status.value
            for name in CHECKS
        }
    # Planned and never evaluated: Dagster's own word for it, once the run has ended, is skipped.
    assert status == {"fresh": "FAILED", "not_empty": "PLANNED"}


def test_a_table_that_is_not_made_today_keeps_the_day_on_which_it_was() -> None:
    with dg.instance_for_test() as instance:
        for is_made in (True, False):
            assert definitions(is_made=is_made).resolve_job_def("daily").execute_in_process(instance=instance).success
        [materialization] = instance.fetch_materializations(TABLE, limit=5).records
        [observation] = instance.fetch_observations(TABLE, limit=5).records
        assert observation.timestamp > materialization.timestamp
