"""What a model can say in a column with a list of accepted values is in that list: a missing word would stop a run.

A list is tested against the SQL that gives the words, for a world may not hold what only some homes do.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.dbt_project.warehouse import PROJECT

_WORDS = re.compile(r"\b(case|end)\b|\b(?:then|else)\s+'([^']*)'|\bas\s+(\w+)", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*")


def accepted() -> Iterator[tuple[str, str, set[str]]]:
    """Model, column and accepted values of every such test."""
    for path in (PROJECT / "models").rglob("_*__models.yml"):
        for model in yaml.safe_load(path.read_text())["models"]:
            for column in model.get("columns", ()):
                for test in column.get("data_tests", ()):
                    if isinstance(test, dict) and "accepted_values" in test:
                        yield model["name"], column["name"], {*test["accepted_values"]["arguments"]["values"]}


def said(sql: str) -> dict[str, set[str]]:
    """The words that a CASE under each column name can give."""
    found: dict[str, set[str]] = {}
    open_cases: list[set[str]] = []
    closed: set[str] | None = None
    for match in _WORDS.finditer(_COMMENT.sub("", sql)):
        keyword, word, name = match.groups()
        if keyword and keyword.lower() == "case":
            open_cases.append(set())
            closed = None
        elif keyword:
            closed = open_cases.pop() if open_cases else None
        elif word is not None and open_cases:
            open_cases[-1].add(word)
        elif name and closed is not None:
            found.setdefault(name, set()).update(closed)
            closed = None
    return found


def test_every_word_that_a_model_can_say_is_accepted() -> None:
    models = {path.stem: path for path in (PROJECT / "models").rglob("*.sql")}
    looked_at = {}
    for model, column, values in accepted():
        words = said(Path(models[model]).read_text()).get(column, set())
        assert words <= values, f"{model}.{column} can say {words - values}, which its test does not accept"
        if words:
            looked_at[model, column] = words
    assert "same_person" in looked_at["vendor_rows_resolved", "resolution"]
    assert len(looked_at) >= 5


def test_a_word_that_is_not_accepted_is_seen() -> None:
    sql = (
        "select case when a then 'one' else case when b then 'inner' end end as k, case c when 1 then 'x' end as other"
    )
    assert said(sql) == {"k": {"one"}, "other": {"x"}}
