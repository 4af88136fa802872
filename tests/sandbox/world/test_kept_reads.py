"""Counts of kept reads: several days of one MSP, and what the last of them owes to the days before."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sandbox.world import World, generate
from sandbox.world.model import TruthRow

FEATURE = ["kept_reads"]


def _of_november(day: int, *read_on: int) -> World:
    days = [date(2026, 11, number) for number in read_on]
    return generate(7, 10, datetime(2026, 11, day, 12, tzinfo=UTC), FEATURE, read_on=days)


def _by_plant(world: World) -> dict[tuple[str, int], TruthRow]:
    """(product, billed beside the middle) -> row."""
    rows = {}
    for row in world.truth:
        if row.note.startswith("counted when read"):
            _, key, beside = row.note.split(", ")
            rows[key, int(beside)] = row
    return rows


def _classes(rows: dict[tuple[str, int], TruthRow], key: str) -> list[str]:
    return [rows[key, beside].class_ for beside in (-2, 0, 4, 6)]


def _counted(rows: dict[tuple[str, int], TruthRow], key: str) -> set[Decimal]:
    """What is expected beside the middle, of all four lines of a product."""
    expected = {beside: rows[key, beside] for beside in (-2, 0, 4, 6)}
    return {row.expected - row.billed + beside for beside, row in expected.items() if row.expected is not None}


def test_days_that_were_all_read_are_all_counted():
    rows = _by_plant(_of_november(3, 1, 2))

    # -1, +1 and -2 about the middle.
    assert _counted(rows, "vault_peak") == _counted(rows, "mac_server") == {1}
    assert _classes(rows, "vault_peak") == ["underbilled", "underbilled", "overbilled", "overbilled"]
    assert _counted(rows, "vault_fixed") == {-1}
    assert all(abs(counted + Decimal("0.6667")) <= Decimal("0.0001") for counted in _counted(rows, "vault_average"))
    assert _classes(rows, "vault_average") == ["underbilled", "overbilled", "overbilled", "overbilled"]


def test_a_day_that_was_not_read_leaves_open_what_it_could_change():
    rows = _by_plant(_of_november(17, 8, 16))

    # +4, +4 and -1 about the middle; fourteen days were not read.
    for key in ("vault_peak", "mac_server"):
        assert _counted(rows, key) == {4}
        assert _classes(rows, key) == ["underbilled", "underbilled", "matched", "not_assessed"]
    assert _counted(rows, "vault_fixed") == {4}
    assert _classes(rows, "vault_fixed") == ["underbilled", "underbilled", "matched", "overbilled"]
    assert set(_classes(rows, "vault_average")) == {"not_assessed"}


def test_without_earlier_reads_there_is_today():
    rows = _by_plant(_of_november(17))

    assert _classes(rows, "vault_peak") == ["underbilled", "not_assessed", "not_assessed", "not_assessed"]
    assert _counted(rows, "vault_fixed") == {-1}
    assert set(_classes(rows, "vault_average")) == {"not_assessed"}


def test_the_days_are_one_msp_whose_lines_stay_and_whose_numbers_move():
    eighth, later = _of_november(8), _of_november(16, 8)
    before, after = _by_plant(eighth), _by_plant(later)

    lines = [
        [
            row
            for rows in world.connectwise.additions.values()
            for row in rows
            if row["product"]["id"] in range(691, 695)
        ]
        for world in (eighth, later)
    ]
    assert lines[0] == lines[1] != []
    assert {row["id"] for row in eighth.pax8.subscriptions} == {row["id"] for row in later.pax8.subscriptions}
    rules = [[row for row in world.rules.counting if row["counted_when"]] for world in (eighth, later)]
    assert rules[0] == rules[1]
    assert before.keys() == after.keys()
    third = _by_plant(_of_november(3))
    for plant, row in after.items():
        assert row.billed == before[plant].billed
        moved = row.owned - third[plant].owned if row.owned is not None else row.used - third[plant].used
        assert moved == 6


def test_the_payloads_say_what_was_found_on_the_day():
    world = _of_november(17, 8, 16)
    products = {rule["vendor_product_id"]: rule["product_id"] for rule in world.rules.product_map}
    told: dict[str, int] = {}
    for row in world.pax8.subscriptions:
        product = products.get(row["productId"], "")
        told[product] = told.get(product, 0) + row["quantity"]
    told["connectwise:694"] = sum(row["nodeClass"] == "MAC_SERVER" for row in world.ninjaone.devices)
    for product in ("connectwise:691", "connectwise:692", "connectwise:693", "connectwise:694"):
        rows = [row for row in world.truth if row.product_id == product]
        assert told[product] == sum((row.used if row.owned is None else row.owned) for row in rows)


def test_a_fixed_day_is_one_that_every_month_has():
    world = generate(7, 10, datetime(2026, 12, 31, 12, tzinfo=UTC), FEATURE)

    assert {row["count_day"] for row in world.rules.counting if row["counted_when"] == "fixed_day"} == {"28"}
    assert set(_classes(_by_plant(world), "vault_fixed")) == {"not_assessed"}


@pytest.mark.parametrize("day", [17, 18])
def test_a_world_was_read_before_its_own_day(day):
    with pytest.raises(ValueError, match="on earlier days of its month"):
        _of_november(17, day)
