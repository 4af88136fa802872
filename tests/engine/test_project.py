"""An engine that has seen other worlds says what dbt's SQL says of the one that is laid out now.

Belongs here: plans and rows that are kept from world to world. Does not belong here: what is right of a world.
"""

from collections.abc import Iterator

import duckdb
import pytest

from tests.engine.example_desk import Desk
from tests.engine.project import PLAN_BY_ROWS, Engine


@pytest.fixture
def as_in_a_run(engine: Engine) -> Iterator[duckdb.DuckDBPyConnection]:
    """The engine's connection, planning as it does by default."""
    with engine.connect() as connection:
        connection.execute("RESET disabled_optimizers")
        yield connection
        connection.execute(f"SET disabled_optimizers = '{','.join(PLAN_BY_ROWS)}'")


def _one_seat_too_few(engine: Engine) -> None:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(11)
    assert desk.compute()["class"] == "underbilled"


def _a_bundle_with_a_credit(engine: Engine) -> None:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    desk.line(12, "22.00")
    desk.line(12, "-2.00")
    desk.subscription(7)
    desk.subscription(5)
    assert desk.compute()["class"] == "matched"


@pytest.mark.parametrize("worlds", [(_one_seat_too_few, _a_bundle_with_a_credit), (_a_bundle_with_a_credit,)])
def test_every_model_holds_what_its_query_gives(
    engine: Engine, as_in_a_run: duckdb.DuckDBPyConnection, worlds: tuple
) -> None:
    for lay_out in worlds:
        lay_out(engine)
    filled = 0
    for model in engine.models:
        kept = as_in_a_run.execute(f"FROM {model.relation}").fetchall()
        assert sorted(map(repr, kept)) == sorted(map(repr, as_in_a_run.execute(model.query).fetchall())), model.name
        filled += bool(kept)
    assert filled > 50


def test_a_changed_model_runs_again_and_so_does_what_reads_it(engine: Engine) -> None:
    _one_seat_too_few(engine)
    with engine.changed("line_arithmetic", "select", "select /* changed */"):
        engine.compute()
        assert engine.ran == {"line_arithmetic"}
    engine.compute()
    assert engine.ran == {"line_arithmetic"}
    engine.compute()
    assert engine.ran == set()
