"""Each query of docs/queries answers on a published copy as it stands in the file, from the public tables alone."""

import re
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Demo

FOLDER = Path(__file__).parents[2] / "docs" / "queries"
QUERIES = sorted(FOLDER.glob("*.sql"))
NEEDS_TWO_RUNS = {"09_what_changed"}


def test_the_queries_are_numbered_without_a_gap() -> None:
    assert [path.name[:2] for path in QUERIES] == [f"{number:02}" for number in range(1, 12)]


@pytest.mark.integration
@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_query_runs_on_the_published_copy_and_finds_rows(path: Path, demo_home: Demo) -> None:
    with duckdb.connect(str(demo_home.home.published), read_only=True) as connection:
        rows = connection.execute(path.read_text(encoding="utf-8")).fetchall()
    assert bool(rows) is (path.stem not in NEEDS_TWO_RUNS)


@pytest.mark.integration
def test_what_changed_shows_a_line_that_differs_between_two_runs_and_no_other(demo_home: Demo) -> None:
    query = (FOLDER / "09_what_changed.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo_home.home.published}' as published (read_only)")
        connection.execute("create schema analytics")
        connection.execute("create table analytics.discrepancy_history as from published.analytics.discrepancy_history")
        connection.execute(
            "insert into analytics.discrepancy_history select * replace ("
            "'later' as run_id, as_of + interval 1 hour as as_of,"
            "if(line_key = (select min(line_key) from analytics.discrepancy_history), 'excluded', class) as class)"
            "from analytics.discrepancy_history"
        )
        changed = connection.execute(query).fetchall()
        [first] = connection.execute("select min(line_key) from analytics.discrepancy_history").fetchall()
    assert [(row[0], row[2]) for row in changed] == [(first[0], "excluded")]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_query_reads_public_tables_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    [statement] = duckdb.extract_statements(text)
    assert statement.type == duckdb.StatementType.SELECT
    own = set(re.findall(r"(\w+) as \(", text))
    read = set(re.findall(r"(?<!distinct )\b(?:from|join) ([a-z_.]+)", text)) - own
    assert read
    assert all(name.startswith("analytics.") for name in read), read


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_query_begins_with_what_it_answers(path: Path) -> None:
    assert re.match(r"-- [A-Z][^\n]+[.?]", path.read_text(encoding="utf-8"))


def test_every_query_is_listed_for_the_analyst() -> None:
    guide = FOLDER.with_name("analyst.md").read_text(encoding="utf-8")
    assert re.findall(r"\(queries/([^)]+)\)", guide) == [path.name for path in QUERIES]
