"""Checks that dbt's data tests become: each has a short name and a sentence."""

import json
import re
from collections import Counter

import pytest

from pipelines.defs.dbt_checks import LONGEST_NAME, check_sentence, with_readable_checks
from tests.pipelines.defs.conftest import Built

MOST_OF_A_GROUP = 45


def generic(kind: str, column: str | None = None, **given: object) -> dict[str, object]:
    return {
        "resource_type": "test",
        "name": f"{kind}_a_very_long_name",
        "attached_node": "model.lines",
        "column_name": column,
        "description": "",
        "test_metadata": {"name": kind, "kwargs": given},
    }


@pytest.mark.parametrize(
    ("test", "name", "sentence"),
    [
        (generic("unique", "line_key"), "line_key_unique", "No two rows have the same `line_key`."),
        (generic("not_null", "period"), "period_never_empty", "`period` is never empty."),
        (
            generic("accepted_values", "tier", values=["certain", "likely"]),
            "tier_known",
            "`tier` is one of: certain, likely.",
        ),
        (
            generic("relationships", "client_id", to="ref('clients')", field="id"),
            "client_id_in_clients",
            "Each `client_id` is there in `clients`, as its `id`.",
        ),
        (
            generic("unique_combination", columns=["client_key", "period", "currency"]),
            "one_row_per_client_key_and_period_and_currency",
            "There is one row for each `client_key`, `period` and `currency`.",
        ),
        (
            {
                "resource_type": "test",
                "name": "assert_no_join_multiplies_lines",
                "raw_code": "-- Fails with each step\n-- that holds more lines.\n{{ config() }}\n-- not this\nselect 1",
            },
            "no_join_multiplies_lines",
            "Fails with each step that holds more lines.",
        ),
    ],
)
def test_a_check_has_a_name_and_a_sentence_that_a_person_reads(
    test: dict[str, object], name: str, sentence: str
) -> None:
    assert with_readable_checks({"nodes": {"test.x": test}})["nodes"]["test.x"]["name"] == name
    assert check_sentence(test) == sentence


def test_two_checks_of_one_model_never_share_a_name() -> None:
    columns = [f"a_column_with_quite_a_long_name_{number}" for number in range(4)]
    nodes = {f"test.{number}": generic("unique_combination", columns=[*columns, str(number)]) for number in range(3)}
    names = [node["name"] for node in with_readable_checks({"nodes": nodes})["nodes"].values()]
    assert names == ["one_row_per_grain", "one_row_per_grain_2", "one_row_per_grain_3"]


def test_every_check_of_the_location_has_a_short_name_and_a_sentence(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    of_dbt = {node["name"] for node in with_readable_checks(json.loads(built.manifest.read_text()))["nodes"].values()}
    assert len(of_dbt) > 200
    for key in graph.asset_check_keys:
        spec = graph.get_check_spec(key)
        assert len(spec.name) <= LONGEST_NAME, spec.name
        assert spec.description, key
        assert spec.description.endswith((".", "warning.")), spec.description


def test_no_description_shows_the_text_of_a_model_or_of_a_template(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        assert not re.search(r"\{\{|\{%|Raw SQL|ref\(", graph.get(key).description or ""), key


def test_no_group_is_too_large_to_be_looked_at(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    sizes = Counter(graph.get(key).group_name for key in graph.get_all_asset_keys())
    assert max(sizes.values()) <= MOST_OF_A_GROUP, sizes
    assert {name for name in sizes if name and name.startswith("compare")} == {
        *("compare_rows", "compare_days", "compare_money", "compare_observations", "compare_lines"),
        *("compare_bundles", "compare_minimums", "compare_faults"),
    }
