"""The published copy explains itself (descriptions are comments of the file) and keeps what its contract says."""

from pathlib import Path

import duckdb
import pytest

from pipelines.publish.copy import attached_copy
from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def copy(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("copy") / "tieout.duckdb"
    with duckdb.connect(str(desk.path)) as connection, attached_copy(connection, path, "analytics"):
        pass
    return path


def test_every_public_table_and_column_of_the_copy_has_a_comment(copy: Path) -> None:
    with duckdb.connect(str(copy), read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'analytics'"
        ).fetchall()
        columns = connection.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'analytics'"
        ).fetchall()
    assert {"reconciliation", "discrepancy_history", "tie_out"} <= {table for table, _ in tables}
    assert [row for row in (*tables, *columns) if not row[-1]] == []


def test_comments_are_the_descriptions_to_the_letter(copy: Path) -> None:
    with duckdb.connect(str(copy), read_only=True) as connection:
        found = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'reconciliation' AND column_name = 'client_name'"
        ).fetchall()
    assert found == [("The client's name; for an unmapped account the vendor's name for it.",)]


def test_what_a_row_cannot_do_without_is_never_null(copy: Path) -> None:
    with duckdb.connect(str(copy), read_only=True) as connection:
        nullable = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'analytics' AND is_nullable"
        ).fetchall()
    assert {("reconciliation", "client_id"), ("tie_out", "source_system")} <= set(nullable)
    for table, column in (
        *(("reconciliation", name) for name in ("period", "line_key", "class", "kind", "explanation")),
        *(("discrepancies", name) for name in ("rank", "status", "first_seen", "age_days")),
        *(("evidence", name) for name in ("line_key", "quantity", "disposition")),
        *(("tie_out", name) for name in ("rule", "left_total", "right_total", "passed")),
    ):
        assert (table, column) not in nullable
