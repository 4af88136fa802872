import duckdb
import pytest

from pipelines.defs.metadata import CELL_WIDTH, column_schemas, markdown, money_metadata, table_metadata
from tests.conftest import Demo


def test_a_preview_shows_a_few_rows_and_counts_all() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS id, 'x' AS _source_row FROM range(100)")
        found = table_metadata(connection, "main", "t")
    assert found["dagster/row_count"] == 100
    assert found["preview"].value.count("\n") == 6
    assert "_source_row" not in found["preview"].value


def test_text_from_outside_is_shown_and_not_obeyed() -> None:
    shown = markdown(["name"], [["<img src=x> | [click](javascript:alert) `code`\nnext"], ["y" * 500], [None]])
    assert "<img" not in shown
    assert "\\|" in shown
    assert "\\[click\\]" in shown
    assert len(shown.splitlines()) == 5
    assert max(len(line) for line in shown.splitlines()[3:]) < CELL_WIDTH + 10


def test_an_empty_table_says_so() -> None:
    assert markdown(["a"], []) == "no rows"


def test_tables_and_views_show_their_columns_with_types() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (id INTEGER, amount DECIMAL(18, 4)); CREATE VIEW v AS SELECT id FROM t")
        of_table = table_metadata(connection, "main", "t")["dagster/column_schema"].columns
        schemas = column_schemas(connection)
    assert [(column.name, column.type) for column in of_table] == [("id", "integer"), ("amount", "decimal(18,4)")]
    assert [(column.name, column.type) for column in schemas["main", "v"].columns] == [("id", "integer")]


def test_where_nothing_was_compared_there_is_no_money_to_show() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA analytics; CREATE TABLE analytics.period_summary (period DATE)")
        assert money_metadata(connection) == {"lines": 0}


@pytest.mark.integration
def test_a_public_table_shows_money_and_coverage(demo_home: Demo) -> None:
    with duckdb.connect(demo_home.home.published, read_only=True) as connection:
        found = money_metadata(connection)
    assert found["lines"] > 100
    assert found["coverage_of_units"].endswith(" %")
    assert any(name.startswith("underbilled_a_month_") for name in found)
    assert any(name.startswith("coverage_of_money_") for name in found)
