"""dbt's data tests as checks that a person reads: a short name, and a sentence that says what must hold.

Belongs here: the words. Does not belong here: which tests there are (`dbt_project/`), running them.

dbt makes a test's name of all its arguments, hundreds of letters long, and has no sentence for it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_NAME = 60


def with_readable_checks(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with a short name for each data test, unlike any other of its model.

    Dagster takes the name of a check from there. dbt knows a test by its id, which stays.
    """
    nodes = dict(manifest["nodes"])
    taken: set[tuple[str, str]] = set()
    for test_id, test in sorted(nodes.items()):
        if test["resource_type"] != "test":
            continue
        about = test.get("attached_node") or ""
        name = next(one for one in _names(test) if (about, one) not in taken)
        taken.add((about, name))
        nodes[test_id] = {**test, "name": name}
    return {**manifest, "nodes": nodes}


def check_sentence(test: Mapping[str, Any]) -> str:
    """What must hold, in words, for a data test of the manifest."""
    if test.get("description"):
        return str(test["description"])
    kind, given = _kind(test)
    column = f"`{test.get('column_name') or given.get('column_name')}`"
    match kind:
        case "unique":
            return f"No two rows have the same {column}."
        case "not_null":
            return f"{column} is never empty."
        case "accepted_values":
            return f"{column} is one of: {', '.join(str(value) for value in given['values'])}."
        case "relationships":
            return f"Each {column} is there in `{_table(given['to'])}`, as its `{given['field']}`."
        case "unique_combination":
            return f"There is one row for each {_listed([f'`{name}`' for name in given['columns']])}."
        case "singular":
            return _opening_comment(test["raw_code"]) or _words(test["name"])
        case _:
            return _words(test["name"])


def _names(test: Mapping[str, Any]) -> Iterator[str]:
    kind, given = _kind(test)
    column = test.get("column_name") or given.get("column_name")
    match kind:
        case "unique":
            best = f"{column}_unique"
        case "not_null":
            best = f"{column}_never_empty"
        case "accepted_values":
            best = f"{column}_known"
        case "relationships":
            best = f"{column}_in_{_table(given['to'])}"
        case "unique_combination":
            best = f"one_row_per_{'_and_'.join(given['columns'])}"
            best = best if len(best) <= LONGEST_NAME else "one_row_per_grain"
        case _:
            best = str(test["name"]).removeprefix("assert_")
    best = best[:LONGEST_NAME]
    yield best
    for number in range(2, 1000):
        yield f"{best[: LONGEST_NAME - 4]}_{number}"


def _kind(test: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    about = test.get("test_metadata") or {}
    return about.get("name") or "singular", about.get("kwargs") or {}


def _table(reference: str) -> str:
    """The table in `ref('clients')` or `source('control', 'run')`."""
    return re.findall(r"'([^']+)'", reference)[-1]


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _opening_comment(code: str) -> str:
    lines = []
    for line in code.strip().splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def _words(name: str) -> str:
    return f"{name.removeprefix('assert_').replace('_', ' ').capitalize()}."
