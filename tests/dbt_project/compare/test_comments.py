"""The published copy explains itself: what the models' descriptions say stands in the file as comments."""

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
