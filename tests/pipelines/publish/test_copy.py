import stat
from pathlib import Path

import duckdb
import pytest

from pipelines.home import Home
from pipelines.publish.copy import attached_copy, put_in_place, write_in_place
from pipelines.warehouse.connection import connect


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA analytics")
        connection.execute("CREATE TABLE analytics.lines (id INTEGER NOT NULL, amount DECIMAL(18, 2), flags VARCHAR[])")
        connection.execute("INSERT INTO analytics.lines VALUES (1, 1.50, ['a']), (2, NULL, [])")
        connection.execute("COMMENT ON TABLE analytics.lines IS 'what the client''s bill says'")
        connection.execute("COMMENT ON COLUMN analytics.lines.amount IS 'money'")
        connection.execute("CREATE TABLE main.private (x INTEGER)")
    return path


def test_the_copy_holds_rows_types_constraints_and_comments_of_the_public_schema_alone(
    source: Path, tmp_path: Path
) -> None:
    path = tmp_path / "it's a copy.duckdb"
    with duckdb.connect(source) as connection, attached_copy(connection, path, "analytics"):
        pass
    with duckdb.connect(path, read_only=True) as copy:
        assert copy.execute("SELECT schema_name, table_name, comment FROM duckdb_tables()").fetchall() == [
            ("analytics", "lines", "what the client's bill says")
        ]
        assert copy.execute(
            "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall() == [
            ("id", "INTEGER", False, None),
            ("amount", "DECIMAL(18,2)", True, "money"),
            ("flags", "VARCHAR[]", True, None),
        ]
        assert copy.execute("FROM analytics.lines").fetchall()[1] == (2, None, [])
    assert not path.with_name(path.name + ".wal").exists()


def test_older_tools_open_the_copy_of_a_warehouse_of_today(home: Home) -> None:
    path = home.work / "copy.duckdb"
    with connect(home.warehouse) as warehouse:
        warehouse.execute("CREATE SCHEMA analytics")
        with attached_copy(warehouse, path, "analytics") as name:
            forms = dict(
                warehouse.execute(
                    "SELECT database_name, tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
                ).fetchall()
            )
    assert forms.pop(name) == "v1.0.0+"
    assert set(forms.values()) == {"v1.3.0+"}


def test_the_warehouse_stays_usable_after_a_failure_inside(source: Path, tmp_path: Path) -> None:
    with duckdb.connect(source) as connection:
        with pytest.raises(ZeroDivisionError), attached_copy(connection, tmp_path / "copy.duckdb", "analytics"):
            raise ZeroDivisionError
        assert connection.execute("SELECT count(*) FROM analytics.lines").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM duckdb_databases() WHERE NOT internal").fetchone() == (1,)


def test_a_reader_of_the_old_copy_keeps_it_while_the_new_one_takes_its_place(source: Path, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    with duckdb.connect(source) as connection, attached_copy(connection, published, "analytics"):
        pass
    with duckdb.connect(published, read_only=True) as reader:
        with duckdb.connect(source) as connection:
            connection.execute("DELETE FROM analytics.lines")
            with attached_copy(connection, tmp_path / ".new-x", "analytics"):
                pass
        put_in_place(tmp_path / ".new-x", published)
        assert reader.execute("SELECT count(*) FROM analytics.lines").fetchone() == (2,)
    with duckdb.connect(published, read_only=True) as later:
        assert later.execute("SELECT count(*) FROM analytics.lines").fetchone() == (0,)


def test_small_files_are_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "run.json"
    write_in_place("one", target)
    write_in_place("two", target)
    assert target.read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_who_may_read_the_copy_stays_a_persons_decision(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir(mode=0o755)
    target = folder / "tieout.duckdb"
    for mode in (0o640, 0o604, 0o600):
        target.touch()
        target.chmod(mode)
        new = folder / ".new-copy"
        new.write_text("new")
        put_in_place(new, target)
        assert stat.S_IMODE(target.stat().st_mode) == mode
        assert target.read_text() == "new"
    summary = folder / "run.json"
    write_in_place("{}", summary)
    summary.chmod(0o640)
    write_in_place("[]", summary)
    assert (stat.S_IMODE(summary.stat().st_mode), summary.read_text()) == (0o640, "[]")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
