import duckdb

from pipelines.defs.metadata import CELL_WIDTH, markdown, table_metadata


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
