"""A model that is wrong is noticed by the run's own controls: rows lost, doubled or moved anywhere in the chain.

Belongs here: that mutants are judged rightly, and the ones that must never live. Does not belong here: a whole round of
them (`make mutants`).
"""

from collections.abc import Iterator

import pytest

from scripts.mutation.chain import Chain
from tests.conftest import Demo

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def chain(demo_home: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    home = demo_home.home
    found = Chain(home.dbt / "target" / "manifest.json", home.warehouse, tmp_path_factory.mktemp("mutants"))
    yield found
    found.close()


@pytest.mark.parametrize(
    ("model", "change", "control"),
    [
        ("quantities_ninjaone", "SELECT * FROM ({}) WHERE false", "tie_out completeness"),
        ("stg_microsoft_graph__license_assignments", "SELECT * FROM ({}) WHERE hash(user_id) % 2 = 0",
         "tie_out completeness"),
        ("quantities_microsoft_graph", "SELECT * FROM ({}) WHERE hash(source_record_id) % 2 = 0",
         "tie_out completeness"),
        ("stg_pax8__subscriptions", "SELECT * FROM ({}) WHERE subscription_id != "
         "(SELECT min(subscription_id) FROM ({}))", "tie_out completeness"),
        ("stg_pax8__companies", "SELECT * FROM ({}) WHERE hash(account_id) % 5 != 0", "tie_out completeness"),
        ("stg_connectwise__additions", "SELECT * REPLACE (billed_quantity * 2 AS billed_quantity) FROM ({})",
         "tie_out completeness"),
        ("current_reads", "SELECT * FROM ({}) WHERE source_system != 'pax8'", "tie_out completeness"),
        ("row_dispositions", "SELECT * FROM ({}) WHERE hash(source_record_id) % 10 != 0", "tie_out exactly_once"),
        ("evidence", "SELECT * FROM ({}) WHERE hash(source_record_id) % 10 != 0", "tie_out exactly_once"),
        ("discrepancies", "SELECT * FROM ({}) WHERE rank > 1", "tie_out cross_footing"),
        ("discrepancies", "SELECT * REPLACE (revenue_impact * 2 AS revenue_impact) FROM ({})",
         "tie_out cross_footing"),
    ],
)  # fmt: skip
def test_what_is_lost_on_the_way_stops_the_run(chain: Chain, model: str, change: str, control: str) -> None:
    query = chain.models[model].query
    verdict = chain.judge({model: change.replace("{}", query)})
    assert verdict.moved
    assert control in verdict.controls


def test_a_change_that_changes_nothing_moves_nothing_and_stops_nothing(chain: Chain) -> None:
    query = chain.models["quantities_pax8"].query
    verdict = chain.judge({"quantities_pax8": f"SELECT * FROM ({query}) WHERE true"})  # dbt's own
    assert (verdict.controls, verdict.moved) == ((), ())
