"""The ConnectWise condition language, row by row."""

from typing import Any

import pytest

from sandbox.conditions import ConditionError, parse_conditions, parse_fields, parse_order

ROW: dict[str, Any] = {
    "id": 7,
    "name": "Northwind Dental",
    "deletedFlag": False,
    "endDate": None,
    "company": {"id": 250, "name": "Northwind"},
    "_info": {"lastUpdated": "2026-06-10T08:00:00Z"},
}


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ("id=7", True),
        ("id!=7", False),
        ("id>6 and id<=7", True),
        ("id in (1,2,7)", True),
        ('name="northwind dental"', True),
        ('name contains "dental"', True),
        ('name like "north%"', True),
        ("company/id=250", True),
        ("company/nothing=250", False),
        ("deletedFlag=false", True),
        ("endDate=null", True),
        ("lastUpdated>[2026-06-10T08:00:00Z]", False),
        ("lastUpdated>=[2026-06-10T08:00:00Z]", True),
        ("lastUpdated>[2026-06-10]", True),
        ("lastUpdated<[2026-06-10T09:59:00+02:00]", False),
        ("id=1 or (id=7 and deletedFlag=false)", True),
        ("(id=1 or id=7) and deletedFlag=true", False),
        ('name="and or ("', False),
        ('id>"a"', False),
    ],
)
def test_a_condition_holds_or_not(conditions: str, holds: bool) -> None:
    assert parse_conditions(conditions)(ROW) is holds


@pytest.mark.parametrize("conditions", ["", "id", "id=", "id=1 id=2", "id in 1", "deletedFlag>true", 'name="x', "("])
def test_text_that_is_no_condition_is_refused(conditions: str) -> None:
    with pytest.raises(ConditionError):
        parse_conditions(conditions)


def test_order_names_a_direction_per_field() -> None:
    assert [is_descending for _, is_descending in parse_order("name, id desc")] == [False, True]
    with pytest.raises(ConditionError):
        parse_order("name sideways")


def test_fields_keep_what_is_named() -> None:
    assert parse_fields("id,company/name,nothing")(ROW) == {"id": 7, "company": {"name": "Northwind"}}
