"""An engine that has seen other worlds says what dbt's SQL says of the one that is laid out now.

Belongs here: plans and rows that are kept from world to world. Does not belong here: what is right of a world.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pytest

from tests.engine.example_desk import Desk
from tests.engine.project import PLAN_BY_ROWS, Engine


def _one_seat_too_few(engine: Engine) -> None:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(11)
    assert desk.compute()["class"] == "underbilled"


def _two_subscriptions_and_a_credit(engine: Engine) -> None:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    desk.line(12, "22.00")
    desk.line(12, "-2.00")
    desk.subscription(7)
    desk.subscription(5)
    assert desk.compute()["class"] == "matched"


@contextmanager
def as_in_a_run(engine: Engine) -> Iterator[duckdb.DuckDBPyConnection]:
    """The engine's connection, planning as it does by default."""
    with engine.connect() as connection:
        connection.execute("RESET disabled_optimizers")
        try:
            yield connection
        finally:
            connection.execute(f"SET disabled_optimizers = '{','.join(PLAN_BY_ROWS)}'")


@pytest.mark.parametrize(
    "worlds", [(_one_seat_too_few, _two_subscriptions_and_a_credit), (_two_subscriptions_and_a_credit,)]
)
def test_every_model_holds_what_its_query_gives(engine: Engine, worlds: tuple[Callable[[Engine], None], ...]) -> None:
    for lay_out in worlds:
        lay_out(engine)
    filled = 0
    with as_in_a_run(engine) as connection:
        for model in engine.models:
            kept = connection.execute(f"FROM {model.relation}").fetchall()
            assert sorted(map(repr, kept)) == sorted(map(repr, connection.execute(model.query).fetchall())), model.name
            filled += bool(kept)
    assert filled > 50


def test_a_model_runs_again_where_it_or_its_rows_have_changed(engine: Engine) -> None:
    _one_seat_too_few(engine)
    engine.run_models()
    with engine.changed("line_arithmetic", "select", "select /* changed */"):
        engine.compute()
        engine.run_models()
        assert engine.ran == {"line_arithmetic"}, "its rows are the same: what reads it stands"
    engine.compute()
    engine.run_models()
    assert engine.ran == {"line_arithmetic"}
    engine.compute()
    engine.run_models()
    assert engine.ran == set()


def test_what_nobody_asks_for_does_not_run(engine: Engine) -> None:
    _two_subscriptions_and_a_credit(engine)
    engine.run_models()
    _one_seat_too_few(engine)
    assert "reconciliation" in engine.ran
    assert "tie_out" not in engine.ran
    engine.table("analytics.tie_out")
    assert "tie_out" in engine.ran


def test_what_was_not_asked_for_before_rows_change_is_refused(engine: Engine) -> None:
    _two_subscriptions_and_a_credit(engine)
    engine.run_models()
    _one_seat_too_few(engine)
    engine.empty("rules.counting")
    with pytest.raises(AssertionError, match="compute first"):
        engine.table("analytics.tie_out")
