"""A source that misbehaves recovers, or is named and isolated: never a wrong number, and the others are assessed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.score import score
from sandbox.world.model import TruthRow
from tests.acceptance.worlds import Ran, run_world

CLOCK = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
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


@pytest.mark.parametrize(
    ("faults", "failed"),
    [
        pytest.param(
            ("pax8:repeated_page:subscriptions", "ninjaone:empty_page:devices"),
            {"pax8": ("/subscriptions", ""), "ninjaone": ("/v2/devices", "empty")},
            id="a-page-sent-again-and-a-list-that-is-empty",
        ),
        pytest.param(
            ("microsoft_graph:html_200:contracts", "pax8:type_change:subscriptions"),
            {
                "microsoft_graph": ("/contracts", "HTML"),
                "pax8": ("/subscriptions", "quantity"),
            },
            id="a-login-page-and-a-changed-type",
        ),
        pytest.param(
            ("connectwise:truncated_json:additions",),
            {"connectwise": ("/additions", "JSON")},
            id="psa-answers-cut-off",
        ),
    ],
)
def test_a_source_that_stays_bad_is_named_and_only_its_rows_are_not_assessed(
    tmp_path: Path, faults: tuple[str, ...], failed: dict[str, tuple[str, str]]
) -> None:
    ran = run_world(tmp_path, 21, 40, CLOCK, *faults)
    assert ran.outcome.published, ran.outcome.error
    assert wrong_numbers(ran) == []

    health = {row["source_system"]: row for row in ran.rows("select * from analytics.source_health")}
    for system, (endpoint, reason) in failed.items():
        assert health[system]["status"] == "failed"
        assert system in health[system]["message"]
        assert endpoint in health[system]["message"]
        assert reason in health[system]["message"]
    assert {system for system, row in health.items() if row["status"] == "failed"} == set(failed)

    assessed = ran.rows("select count(*) as lines from analytics.reconciliation where class != 'not_assessed'")
    if "connectwise" in failed:
        assert assessed == [{"lines": 0}]
    else:
        assert assessed[0]["lines"] > 40
        waiting = ran.rows("select distinct explanation from analytics.reconciliation where class = 'not_assessed'")
        assert all(any(system in row["explanation"] for system in (*failed, "microsoft_graph")) for row in waiting)


def test_faults_that_pass_leave_no_trace_in_the_result(tmp_path: Path) -> None:
    ran = run_world(
        tmp_path,
        22,
        40,
        CLOCK,
        "connectwise:http_429:agreements:times=1:retry_after=0",
        "connectwise:html_200:companies:times=1",
        "microsoft_graph:http_500:users:times=1",
        "microsoft_graph:expired_token:subscribedSkus:times=1",
        "pax8:truncated_json:subscriptions:times=1",
        "pax8:empty_page:companies:times=1",
        "ninjaone:slow:devices:times=1:seconds=0.5",
        "ninjaone:expired_token:organizations:times=1",
    )
    assert ran.outcome.published, ran.outcome.error
    assert score(ran.home.published, ran.world.truth).perfect
    retries = ran.rows("select status from analytics.source_health where status = 'failed'")
    assert retries == []
