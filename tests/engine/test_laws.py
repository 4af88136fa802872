"""Random worlds keep the laws: nothing lost, nothing netted, totals foot, unknown is never a number."""

from typing import Any

from hypothesis import given

from tests.engine.laws import LAWS
from tests.engine.project import Engine
from tests.engine.raw_rows import write
from tests.engine.settings import effort
from tests.engine.strategies import worlds
from tests.engine.worlds import World, assignment_id


def broken_laws(engine: Engine) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {law: engine.rows(query) for law, query in LAWS.items()}
    return {law: rows for law, rows in {**found, **engine.broken_tests()}.items() if rows}


@effort(15)
@given(world=worlds())
def test_every_world_keeps_every_law(engine: Engine, world: World) -> None:
    engine.clear()
    write(world, engine)
    engine.compute()
    assert broken_laws(engine) == {}
    # Nothing is left out before the laws begin to count: every line and row of the world was judged.
    disposed = {row["source_record_id"] for row in engine.table("analytics.row_dispositions")}
    assert {str(line.number) for line in world.lines} <= disposed
    assert {str(row.number) for row in world.rows if row.kind == "device"} <= disposed
    assert {f"subscription-{row.number}" for row in world.rows if row.kind == "subscription"} <= disposed
    assert {f"item-{row.number}" for row in world.rows if row.kind == "item"} <= disposed
    held = {assignment_id(user.account, product, user.name) for user in world.users for product in user.products}
    assert held <= disposed


def test_no_quantity_and_no_money_is_ever_a_float(engine: Engine) -> None:
    """Exact decimals all the way: a float would round half a cent by its binary neighbour."""
    engine.clear()
    engine.run()
    engine.compute()
    floats = engine.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type IN ('DOUBLE', 'FLOAT') "
        "AND schema_name IN ('canonical', 'compare', 'analytics') AND column_name NOT LIKE '%margin'"
    )
    assert floats == []
