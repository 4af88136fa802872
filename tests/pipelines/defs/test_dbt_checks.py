"""Checks that dbt's data tests become: each has a short name and a sentence."""

import json
import re

import pytest

from pipelines.defs.dbt_checks import LONGEST_NAME, check_sentence, with_readable_checks
from pipelines.steps.transform import PROJECT
from tests.pipelines.defs.conftest import Built


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


def test_no_check_shows_what_dbt_appends_to_a_long_name(built: Built) -> None:
    for key in built.definitions.resolve_asset_graph().asset_check_keys:
        assert not re.search(r"_[0-9a-f]{16,}$|^(unique|not_null|accepted_values|relationships)_", key.name), key


def test_every_assertion_of_the_project_is_a_check_with_its_own_words(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    sentences = {key.name: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    files = sorted((PROJECT / "tests").glob("assert_*.sql"))
    assert len(files) > 12
    for file in files:
        sentence = sentences[file.stem.removeprefix("assert_")]
        assert sentence is not None
        assert sentence.startswith("Fails w"), sentence
