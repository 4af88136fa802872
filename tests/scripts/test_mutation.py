"""A model that is wrong is noticed by the run's own controls: rows lost, doubled or moved anywhere in the chain.

Belongs here: that mutants are judged rightly, and the ones that must never live. Does not belong here: a whole round of
them (`make mutants`).
"""

from collections.abc import Iterator
from itertools import islice

import pytest

from scripts.mutants import report, round_of
from scripts.mutation.chain import Chain, Verdict
from scripts.mutation.draw import LAYERS, drawn, named
from scripts.mutation.operators import NAMED, Mutant
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


@pytest.mark.parametrize("number", range(len(NAMED)))
def test_what_once_lived_lives_no_more(chain: Chain, number: int) -> None:
    """All devices gone, half the licences gone, charged x 2, included not subtracted, price from cost, and so on."""
    mutant = list(named(chain))[number]
    verdict = chain.judge({mutant.model: mutant.query})
    assert verdict.error is None
    assert verdict.is_killed or not verdict.moved


def test_the_draw_is_the_same_for_the_same_seed_and_goes_over_all_layers(chain: Chain) -> None:
    first = [str(mutant) for mutant in islice(drawn(chain, 3), 20)]
    assert first == [str(mutant) for mutant in islice(drawn(chain, 3), 20)]
    assert len(set(first)) == 20
    assert {chain.models[mutant.model].layer for mutant in islice(drawn(chain, 3), 5)} == set(LAYERS)


def test_a_survivor_is_reported_by_name(chain: Chain) -> None:
    """Where no control looks (here: none is asked), a mutant that moves a number lives, and the report says so."""
    query = chain.models["classified_lines"].query
    doubled = Mutant("classified_lines", "number changed", "impact x 2",
                     f"SELECT * REPLACE (revenue_impact * 2 AS revenue_impact) FROM ({query})")  # fmt: skip
    harmless = Mutant("classified_lines", "condition dropped", "nothing", f"SELECT * FROM ({query})")
    killed = round_of(chain, iter([harmless, doubled]), 1)
    assert [(mutant.what, verdict.is_killed) for mutant, verdict in killed] == [("impact x 2", True)]
    survived = [(doubled, Verdict((), killed[0][1].moved))]
    text = report([*killed, *survived])
    assert "1 of 2 mutants stopped" in text
    assert "  classified_lines: number changed, impact x 2 (moved reconciliation" in text.partition("survivors:")[2]
    assert "tie_out recomputation" in text
