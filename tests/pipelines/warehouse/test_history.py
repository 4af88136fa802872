"""What published runs said of their lines: one row where something changed, whatever the order of the runs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.warehouse.connection import create_control_tables
from pipelines.warehouse.history import record_lines

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
Lines = Mapping[str, int]


class History:
    """Runs by the day of their moment; a run says how many units each line is billed."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA analytics")
        create_control_tables(self.connection)
        self.connection.execute(
            """
            CREATE TABLE analytics.reconciliation (
                period DATE, as_of TIMESTAMPTZ, line_key VARCHAR, class VARCHAR, kind VARCHAR,
                billed_quantity DECIMAL(18, 4), owned_quantity DECIMAL(18, 4), used_quantity DECIMAL(18, 4),
                charged_quantity DECIMAL(18, 4), expected_quantity DECIMAL(18, 4), variance DECIMAL(18, 4),
                revenue_impact DECIMAL(18, 2), currency VARCHAR, amount_variance DECIMAL(18, 2),
                flags VARCHAR[]
            )
            """
        )

    def run(self, day: int, lines: Lines, *, kind: str = "clean") -> None:
        """Compute and publish the run of a day; the same day again is the same run, repeated."""
        run_id, period, as_of = f"run-{day}", date(2026, 6, 1), START + timedelta(days=day)
        self.connection.execute("DELETE FROM control.run; DELETE FROM analytics.reconciliation")
        self.connection.execute(
            "INSERT INTO control.run BY NAME SELECT ? AS run_id, ? AS period, DATE '2026-07-01' AS period_end,"
            " ? AS as_of, ? AS cutoff, ? AS cutoff_date, 'USD' AS default_currency, 'test' AS version,"
            " 'test' AS rules_hash",
            [run_id, period, as_of, as_of, as_of.date()],
        )
        for line, billed in lines.items():
            self.connection.execute(
                "INSERT INTO analytics.reconciliation BY NAME SELECT ? AS period, ? AS as_of, ? AS line_key,"
                " 'matched' AS class, ? AS kind, ? AS billed_quantity",
                [period, as_of, line, kind, billed],
            )
        self.connection.execute("DELETE FROM control.published_runs WHERE run_id = ?", [run_id])
        self.connection.execute(
            "INSERT INTO control.published_runs VALUES (?, ?, ?, ?, 'hash', 'hash')", [run_id, period, as_of, as_of]
        )
        record_lines(self.connection, run_id)

    def said(self, day: int) -> dict[str, int]:
        """How the lines stood at the end of a day, as a later run reads it."""
        rows = self.connection.execute(
            "SELECT line_key, billed_quantity FROM control.line_history WHERE as_of <= ?"
            " QUALIFY row_number() OVER (PARTITION BY line_key ORDER BY as_of DESC, run_id DESC) = 1"
            " AND class <> 'gone'",
            [START + timedelta(days=day)],
        ).fetchall()
        return {line: int(billed) for line, billed in rows}

    def rows(self) -> list[tuple[str, str, str]]:
        """Run, line and class of every row."""
        return self.connection.execute(
            "SELECT run_id, line_key, class FROM control.line_history ORDER BY ALL"
        ).fetchall()


@pytest.fixture
def history() -> History:
    return History()


def test_a_line_that_stays_as_it_is_is_said_once(history: History) -> None:
    history.run(1, {"a": 5})
    history.run(2, {"a": 5})
    assert history.rows() == [("run-1", "a", "matched")]


def test_a_finding_is_said_by_each_run(history: History) -> None:
    history.run(1, {"a": 5}, kind="billing")
    history.run(2, {"a": 5}, kind="billing")
    assert history.rows() == [("run-1", "a", "matched"), ("run-2", "a", "matched")]


def test_a_line_that_is_there_no_more_is_gone_until_it_comes_back(history: History) -> None:
    history.run(1, {"a": 5})
    history.run(2, {})
    history.run(3, {})
    history.run(4, {"a": 5})
    assert history.rows() == [("run-1", "a", "matched"), ("run-2", "a", "gone"), ("run-4", "a", "matched")]


def test_a_run_of_an_earlier_moment_knows_nothing_of_lines_that_came_later(history: History) -> None:
    history.run(5, {"a": 5, "new": 1})
    history.run(3, {"a": 5})
    assert history.said(3) == {"a": 5}
    assert ("run-3", "new", "gone") not in history.rows()


def test_a_run_of_an_earlier_moment_changes_nothing_that_was_said_after_it(history: History) -> None:
    history.run(1, {"a": 5})
    history.run(4, {"a": 5})
    history.run(2, {"a": 7, "mistaken": 1})
    assert (history.said(2), history.said(4)) == ({"a": 7, "mistaken": 1}, {"a": 5})


def test_a_run_repeated_under_its_own_id_says_what_it_says_now(history: History) -> None:
    history.run(1, {"a": 5, "b": 1})
    history.run(2, {"a": 5, "b": 1})
    history.run(1, {"a": 6})
    assert (history.said(1), history.said(2)) == ({"a": 6}, {"a": 5, "b": 1})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), max_size=3)),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_the_order_of_runs_each_day_stands_as_its_run_said(runs: list[tuple[int, dict[str, int]]]) -> None:
    history = History()
    for day, lines in runs:
        history.run(day, lines)
    for day, lines in dict(runs).items():
        assert history.said(day) == lines
