"""Which values the models may give by their accepted lists, and which of them a run has given.

Belongs here: reading the lists and the warehouse. Does not belong here: which values a world cannot hold
(`test_truth.py`).
"""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from pipelines.home import Home

Value = tuple[str, str, str]
"""Model, column, value."""


def _lists(home: Home) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each accepted list of the project: id of its test, the test, and the model that it is about."""
    nodes = json.loads((home.dbt / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    for test_id, test in nodes.items():
        if (test.get("test_metadata") or {}).get("name") == "accepted_values":
            yield test_id, test, nodes[test["attached_node"]]


def unseen(home: Home) -> set[Value]:
    """The values of every accepted list that the home's last run has not given."""
    found: set[Value] = set()
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        for _, test, model in _lists(home):
            column = test["column_name"]
            rows = connection.execute(f"SELECT DISTINCT {column} FROM {model['schema']}.{model['alias']}").fetchall()
            missing = set(test["test_metadata"]["kwargs"]["values"]) - {value for (value,) in rows}
            found |= {(model["name"], column, value) for value in missing}
    return found


def unexecuted_tests(home: Home) -> set[str]:
    """The data tests of the project that the home's last run has not passed."""
    nodes = json.loads((home.dbt / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    results = json.loads((home.dbt / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    passed = {result["unique_id"] for result in results if result["status"] == "pass"}
    return {name for name, node in nodes.items() if node["resource_type"] == "test"} - passed
