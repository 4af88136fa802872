"""A product that is mapped and has no counting rule gets one proposed, by what the vendor states."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.mapping.undo import last_decisions, undo
from pipelines.rules import load_rules
from tests.pipelines.mapping.desk import NOW, Desk
from tests.pipelines.mapping.test_decide import say


def counted(desk: Desk) -> dict[str, tuple[str, str | None, str | None, str | None]]:
    """Product -> basis and the three sources, as the rules hold them."""
    rows = load_rules(desk.home.rules).tables["counting"].to_pylist()
    return {
        row["product_id"]: (row["basis"], row["owned_source"], row["used_source"], row["charged_source"])
        for row in rows
    }


@pytest.mark.parametrize(
    ("sides", "rule"),
    [
        (("owned", "charged"), ("owned", "pax8", None, "pax8")),
        (("used",), ("used", None, "pax8", None)),
        (("charged",), ("charged", None, None, "pax8")),
        (("owned", "used"), ("owned", "pax8", "pax8", None)),
    ],
)
def test_seats_owned_go_before_used_before_charged(desk: Desk, sides: tuple[str, ...], rule: tuple) -> None:
    desk.states("pax8", "p1", *sides)
    desk.publish()
    say(desk, "accept", "p1", "connectwise:771")
    assert counted(desk) == {"connectwise:771": rule}


def test_what_the_system_states_of_other_products_counts_where_nobody_holds_this_one(desk: Desk) -> None:
    desk.states("pax8", "p2", "owned")
    desk.states("ninjaone", "x", "used")
    desk.publish()
    say(desk, "accept", "p1", "connectwise:771")
    assert counted(desk) == {"connectwise:771": ("owned", "pax8", None, None)}


@pytest.mark.parametrize(
    "line",
    [
        "connectwise:771,used,,ninjaone,,,2026-01-01,,M. Silva,mine",
        "group:licences,used,,ninjaone,,,2026-01-01,,M. Silva,mine",
    ],
)
def test_a_rule_that_a_person_wrote_for_the_product_or_its_group_is_the_only_one(desk: Desk, line: str) -> None:
    desk.states("pax8", "p1", "owned")
    desk.publish()
    desk.rule("product_groups.csv", "connectwise:771,licences,2026-01-01,,M. Silva,seats")
    desk.rule("counting.csv", f"{line},,,,,,,,,")
    say(desk, "accept", "p1", "connectwise:771")
    assert [row.split(",")[1] for row in desk.lines("counting.csv")] == ["used"]


def test_a_product_that_was_mapped_before_gets_its_rule_with_the_next_decision(desk: Desk) -> None:
    desk.states("pax8", "p0", "owned")
    desk.rows["product_mappings"].append(
        {"source_system": "pax8", "vendor_product_id": "p0", "product_id": "connectwise:772"}
    )
    desk.publish()
    say(desk, "accept", "a1", "connectwise:1")
    assert counted(desk) == {"connectwise:772": ("owned", "pax8", None, None)}


def test_a_rejection_proposes_nothing(desk: Desk) -> None:
    desk.states("pax8", "p1", "owned")
    desk.publish()
    say(desk, "reject", "p1", "connectwise:772")
    assert counted(desk) == {}


def test_undo_takes_the_proposed_rule_back_with_its_mapping(desk: Desk) -> None:
    desk.states("pax8", "p1", "owned")
    desk.publish()
    before = desk.files()
    say(desk, "accept", "p1", "connectwise:771")
    undo(desk.home, last_decisions(desk.home), "A. Ruiz", now=NOW)
    assert desk.files() == before


def test_a_proposed_rule_that_a_person_changed_stays_theirs(desk: Desk) -> None:
    desk.states("pax8", "p1", "owned", "used")
    desk.publish()
    say(desk, "accept", "p1", "connectwise:771")
    path = desk.home.rules / "counting.csv"
    path.write_text(path.read_text().replace("connectwise:771,owned", "connectwise:771,used"))
    undo(desk.home, last_decisions(desk.home), "A. Ruiz", now=NOW)
    assert counted(desk) == {"connectwise:771": ("used", "pax8", "pax8", None)}
    assert desk.lines("product_map.csv") == []


def test_the_proposed_lines_are_shown(desk: Desk, tmp_path: Path) -> None:
    desk.states("pax8", "p1", "owned")
    desk.publish()
    arguments = ["map", "accept", "p1", "connectwise:771", "--home", str(desk.home.path)]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert "rules/counting.csv: 1 line proposed, by what the vendor states." in result.output
    assert "connectwise:771,owned,pax8,," in result.output
