"""A source that misbehaves recovers, or is named and isolated: never a wrong number, and the others are assessed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.misbehave import KINDS, Misbehaviour
from sandbox.world.model import TruthRow
from tests.acceptance.truth import assert_is_the_truth
from tests.acceptance.worlds import Ran, run_world
from tests.connectors.test_misbehaviour import LASTING

CLOCK = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
LAST_DAY_OF_A_YEAR = datetime(2025, 12, 31, 20, 0, tzinfo=UTC)
# One tenant of every world has withdrawn its consent, which makes this source partial.
PARTIAL = "microsoft_graph"
ASSESSED_FIGURES = """
    select line_key, class, billed_quantity as billed, expected_quantity as expected, variance, revenue_impact
    from analytics.reconciliation where class != 'not_assessed'
"""
pytestmark = pytest.mark.integration


def wrong_numbers(ran: Ran) -> list[tuple[dict, TruthRow | None]]:
    """Assessed rows that say other than the truth; a row that waits for its source says nothing."""
    truth = {row.line_key: row for row in ran.world.truth}
    found = []
    for row in ran.rows(ASSESSED_FIGURES):
        true = truth.get(row["line_key"])
        said = (row["class"], row["billed"], row["expected"], row["variance"], row["revenue_impact"])
        if true is None or said != (true.class_, true.billed, true.expected, true.variance, true.revenue_impact):
            found.append((row, true))
    return found


PASSING = (
    "connectwise:http_429:agreements:times=1:retry_after=0",
    "connectwise:html_200:companies:times=1",
    "microsoft_graph:http_500:users:times=1",
    "microsoft_graph:expired_token:subscribedSkus:times=1",
    "pax8:truncated_json:subscriptions:times=1",
    "pax8:empty_page:companies:times=1",
    "pax8:repeated_page:invoices:times=1",
    "microsoft_graph:hollow_page:users:times=1",
    "ninjaone:slow:devices:times=1:seconds=0.5",
    "ninjaone:short_pages:devices:rows=7",
    "ninjaone:expired_token:organizations:times=1",
)
# The faults whose answers look most like good ones, and those that take a whole source away. What else may last stands
# in `tests/connectors/test_misbehaviour`: reading makes the same of each, a read that failed and says where.
BAD_DAYS = [
    pytest.param(
        ("pax8:repeated_page:subscriptions", "ninjaone:empty_page:devices"),
        {"pax8": ("/subscriptions", "repeat"), "ninjaone": ("/v2/devices", "empty")},
        id="a-page-sent-again-and-a-list-that-is-empty",
    ),
    pytest.param(
        ("microsoft_graph:hollow_page:contracts", "pax8:type_change:subscriptions"),
        {"microsoft_graph": ("/contracts", "empty though more follow"), "pax8": ("/subscriptions", "quantity")},
        id="a-list-that-never-begins-and-a-changed-type",
    ),
    pytest.param(
        ("connectwise:truncated_json:additions", "ninjaone:http_403:organizations"),
        {"connectwise": ("/additions", "JSON"), "ninjaone": ("/organizations", "HTTP 403")},
        id="psa-answers-cut-off-and-a-missing-permission",
    ),
]


def test_every_kind_of_fault_is_tried_for_ever_and_in_passing() -> None:
    for_ever = {Misbehaviour.parse(fault).kind for day in BAD_DAYS for fault in day.values[0]}
    # A server that gives less than was asked for is read to the end all the same, however long it does so.
    assert for_ever | {kind for kind, _ in LASTING} == KINDS - {"short_pages"}
    # A changed type and a missing permission are no faults that pass: nobody asks again for what was answered.
    assert {Misbehaviour.parse(fault).kind for fault in PASSING} == KINDS - {"type_change", "http_403"}


@pytest.mark.parametrize(("faults", "failed"), BAD_DAYS)
def test_a_source_that_stays_bad_is_named_and_only_its_rows_are_not_assessed(
    tmp_path: Path, faults: tuple[str, ...], failed: dict[str, tuple[str, str]]
) -> None:
    # Ordinary errors only: a line that waits, waits for a source.
    ran = run_world(tmp_path, 21, 40, CLOCK, *faults, features=[])
    assert wrong_numbers(ran) == []

    health = {row["source_system"]: row for row in ran.rows("select * from analytics.source_health")}
    assert {system for system, row in health.items() if row["status"] == "failed"} == set(failed)
    assert {system for system, row in health.items() if row["status"] != "healthy"} == {*failed, PARTIAL}
    for system, (endpoint, reason) in failed.items():
        for word in (system, endpoint, reason):
            assert word in health[system]["message"]

    assert ran.exit_code == 3
    told = [line for line in ran.errors.splitlines() if " is failed: " in line]
    assert {line.split(" ")[0] for line in told} == set(failed)
    for system, (endpoint, reason) in failed.items():
        [line] = [line for line in told if line.startswith(system)]
        assert endpoint in line
        assert reason in line

    assessed = ran.rows("select * from analytics.reconciliation where is_assessed")
    if "connectwise" in failed:
        assert assessed == []
        return
    assert len(assessed) > 40
    assert {row["basis_source"] for row in assessed}.isdisjoint(failed)
    assert {row["basis_source"] for row in assessed} >= {"pax8", "ninjaone", "microsoft_graph"} - set(failed)
    waiting = ran.rows("select distinct explanation from analytics.reconciliation where class = 'not_assessed'")
    assert all(any(system in row["explanation"] for system in (*failed, PARTIAL)) for row in waiting)


def test_faults_that_pass_leave_no_trace_in_the_result(tmp_path: Path) -> None:
    """And all that is planted is found in the last hours of a year."""
    ran = run_world(tmp_path, 22, 60, LAST_DAY_OF_A_YEAR, *PASSING)
    assert_is_the_truth(ran, LAST_DAY_OF_A_YEAR)
    assert ran.rows("select status from analytics.source_health where status = 'failed'") == []
    assert " is failed: " not in ran.errors
