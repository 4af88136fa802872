"""The sweep agrees with walking through the calendar day by day."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.rules.declare import Rule
from pipelines.rules.files import FILES
from pipelines.rules.overlap import overlaps

CLIENT_MAP = next(declared for declared in FILES if declared.name == "client_map")
FIRST = date(2026, 1, 1)
DAYS = 12


@st.composite
def rules(draw) -> list[Rule]:
    lines = draw(st.permutations(range(2, 2 + draw(st.integers(0, 9)))))
    found = []
    for line in lines:
        start = draw(st.integers(0, DAYS - 1))
        length = draw(st.one_of(st.none(), st.integers(1, DAYS)))
        values = {
            "source_system": "pax8",
            "account_id": draw(st.sampled_from(["a", "b"])),
            "client_id": draw(st.sampled_from(["connectwise:1", "connectwise:2", "connectwise:3"])),
            "valid_from": FIRST + timedelta(days=start),
            "valid_to": None if length is None else FIRST + timedelta(days=start + length),
        }
        found.append(Rule("client_map.csv", line, values))
    return found


def shared_days(one: Rule, other: Rule) -> Iterator[date]:
    for number in range(2 * DAYS + 1):
        day = FIRST + timedelta(days=number)
        if all(
            rule.values["valid_from"] <= day and (rule.values["valid_to"] is None or day < rule.values["valid_to"])
            for rule in (one, other)
        ):
            yield day


def by_calendar(found: list[Rule]) -> list[str]:
    """For each rule in the order of the sweep: whether it shares a day with an earlier one, and how."""
    ordered = sorted(found, key=lambda rule: (rule.values["account_id"], rule.values["valid_from"], rule.line))
    kinds = []
    for position, rule in enumerate(ordered):
        earlier = [
            other
            for other in ordered[:position]
            if other.values["account_id"] == rule.values["account_id"] and any(shared_days(rule, other))
        ]
        if any(other.values["client_id"] != rule.values["client_id"] for other in earlier):
            kinds.append("contradicts")
        elif earlier:
            kinds.append("repeats")
    return kinds


@given(rules())
def test_the_sweep_finds_what_a_walk_through_the_calendar_finds(found):
    kinds = ["contradicts" if "contradicts" in error.reason else "repeats" for error in overlaps(found, CLIENT_MAP)]
    assert kinds == by_calendar(found)


@given(rules())
def test_each_error_names_two_lines_that_do_share_a_day_and_a_key(found):
    by_line = {rule.line: rule for rule in found}
    for error in overlaps(found, CLIENT_MAP):
        named = next(int(word) for word in error.reason.replace(":", " ").replace(";", " ").split() if word.isdigit())
        one, other = by_line[error.line], by_line[named]
        assert named < error.line
        assert one.values["account_id"] == other.values["account_id"]
        assert any(shared_days(one, other))


@given(rules(), st.randoms())
def test_the_order_of_lines_on_disk_does_not_decide_what_is_found(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert list(overlaps(shuffled, CLIENT_MAP)) == list(overlaps(found, CLIENT_MAP))


@pytest.mark.parametrize(
    ("system", "one", "other", "is_one"),
    [
        ("portal", "Harborlight Dental", "harborlight  DENTAL", True),
        ("portal", "Backup", "backup", True),
        ("portal", "Backup", "Backup+", False),
        ("portal", "a1B", "A1b", False),  # codes may differ in nothing but case
        ("pax8", "Ab", "aB", False),
    ],
)
def test_a_name_in_a_file_of_the_inbox_is_one_whatever_its_case_and_blanks(system, one, other, is_one):
    found = [
        Rule("client_map.csv", line, {"source_system": system, "account_id": name, "client_id": "connectwise:1",
                                      "valid_from": FIRST, "valid_to": None})
        for line, name in enumerate((one, other), start=2)
    ]  # fmt: skip
    assert [error.line for error in overlaps(found, CLIENT_MAP)] == ([3] if is_one else [])
