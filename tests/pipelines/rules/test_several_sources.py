"""Counting rules that add up the seats of several systems."""

import pytest

from pipelines.rules.errors import RulesRefused
from pipelines.rules.load import load_rules
from tests.pipelines.rules.home import changed, write


def refused(folder, **files):
    with pytest.raises(RulesRefused) as caught:
        load_rules(write(folder, **files), inboxes=["ingram"])
    return [str(error) for error in caught.value.errors]


def test_owned_sources_are_a_list(tmp_path):
    rules = load_rules(
        write(tmp_path, counting=changed("counting.csv", "owned_source", "pax8 + ingram")), inboxes=["ingram"]
    )
    assert rules.tables["counting"]["owned_source"].to_pylist() == ["pax8+ingram"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("pax8+pax8", "'pax8+pax8' names a system twice"),
        ("pax8+nobody", "'nobody' is not a known system"),
    ],
)
def test_each_system_of_the_list_is_known_and_named_once(tmp_path, cells, reason):
    (error,) = refused(tmp_path, counting=changed("counting.csv", "owned_source", cells))
    assert error.startswith(f"counting.csv:2: owned_source: {reason}")


def test_several_systems_are_added_up_on_the_last_day_alone(tmp_path):
    rule = changed("counting.csv", "owned_source", "pax8+ingram").split(",")
    rule[10] = "average"
    (error,) = refused(tmp_path, counting=",".join(rule))
    assert error == "counting.csv:2: owned_source: names several systems, which are added up on the last day alone"


def test_what_is_bundled_is_counted_at_one_system(tmp_path):
    (error,) = refused(
        tmp_path,
        counting=changed("counting.csv", "owned_source", "pax8+ingram"),
        bundles="*,connectwise:900,connectwise:771,1,yes,2026-01-01,,M. Silva,one seat for each user",
    )
    assert error == (
        "counting.csv:2: owned_source: names several systems, and what bundles.csv:2 bundles is counted at one"
    )
