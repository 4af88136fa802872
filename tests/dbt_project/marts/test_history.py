"""Findings over several runs: what is new, what is resolved, how old it is; and that a repeated run adds nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.warehouse.history import record_lines
from tests.dbt_project.compare.desk import CUTOFF, PSA, Desk

pytestmark = pytest.mark.integration

NEXT_DAY = datetime(2026, 6, 21, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def runs(new_desk: Callable[..., Desk]) -> dict[str, Any]:
    """Two runs a day apart, the second one repeated: one finding stays, one is resolved, one is new."""
    desk = new_desk()
    keys = {}
    for number, name in ((1, "stays"), (2, "is resolved"), (3, "is new")):
        client = desk.client(number, accounts=[("pax8", f"c{number}")])
        desk.vendor("pax8", "owned", f"c{number}", "premium", 5 if name == "is new" else 6)
        desk.line(client, f"{PSA}:2", 5)
        keys[name] = f"{client}|{PSA}:2|*"
    desk.compare()
    first = desk.rows("SELECT line_key, first_seen, age_days FROM analytics.discrepancies ORDER BY line_key")
    with desk.connect() as connection:
        connection.execute(
            "INSERT INTO control.published_runs VALUES ('run-1', DATE '2026-06-01', ?, ?, 'hash', 'hash')",
            [CUTOFF, CUTOFF],
        )
        record_lines(connection, "run-1")
        connection.execute("UPDATE canonical.vendor_quantities SET quantity = 5 WHERE account_id = 'c2'")
        connection.execute("UPDATE canonical.vendor_quantities SET quantity = 7 WHERE account_id = 'c3'")
    desk.run(run_id="run-2", as_of=NEXT_DAY)
    desk.compare()
    second = desk.rows("SELECT * EXCLUDE (as_of) FROM analytics.discrepancies ORDER BY rank")
    desk.compare()
    return {"desk": desk, "keys": keys, "first": first, "second": second}


def test_first_sight_survives_later_runs(runs: dict[str, Any]) -> None:
    keys = runs["keys"]
    seen = {row["line_key"]: (row["first_seen"], row["last_seen"], row["age_days"]) for row in runs["second"]}
    assert seen == {keys["stays"]: (CUTOFF, NEXT_DAY, 1), keys["is new"]: (NEXT_DAY, NEXT_DAY, 0)}
    assert {row["age_days"] for row in runs["first"]} == {0}


def test_history_keeps_what_each_run_saw(runs: dict[str, Any]) -> None:
    keys = runs["keys"]
    history = runs["desk"].rows("SELECT run_id, line_key, class, variance FROM analytics.discrepancy_history")
    assert sorted((row["run_id"], row["line_key"], row["class"], int(row["variance"])) for row in history) == sorted(
        [
            ("run-1", keys["stays"], "underbilled", 1),
            ("run-1", keys["is resolved"], "underbilled", 1),
            ("run-2", keys["stays"], "underbilled", 1),
            ("run-2", keys["is new"], "underbilled", 2),
        ]
    )


def test_a_run_repeated_under_its_own_id_changes_no_row(runs: dict[str, Any]) -> None:
    again = runs["desk"].rows("SELECT * EXCLUDE (as_of) FROM analytics.discrepancies ORDER BY rank")
    assert again == runs["second"]


def test_most_money_comes_first(runs: dict[str, Any]) -> None:
    keys = runs["keys"]
    assert [(row["rank"], row["line_key"]) for row in runs["second"]] == [(1, keys["is new"]), (2, keys["stays"])]


def test_findings_roll_forward(runs: dict[str, Any]) -> None:
    row = runs["desk"].row("SELECT * FROM analytics.tie_out WHERE rule = 'roll_forward'")
    assert row["note"] == "2 open at start + 1 new - 1 resolved, and findings open at end"
    assert (row["left_total"], row["right_total"], row["passed"]) == (2, 2, True)
