"""Folders of the inbox on their way to the warehouse: each is read, checked and kept by itself."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from pipelines.home import Home
from pipelines.steps.begin import begin_run
from pipelines.steps.extract import extract_sources
from pipelines.steps.load import Loaded, load_source
from pipelines.warehouse.connection import create_control_tables
from pipelines.warehouse.control import read_by_folder

START = datetime(2026, 6, 30, 8, tzinfo=UTC)


class Inbox:
    """Runs over one home, a day apart."""

    def __init__(self, home: Home, patch: pytest.MonkeyPatch) -> None:
        self.home, self.patch, self.runs = home, patch, 0
        home.settings_file.write_text("[sources.exports]\n")

    def drop(self, name: str, content: str) -> None:
        path = self.home.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def billing(self, rows: int) -> None:
        lines = [f"Client {number},P,{number + 1},{'on' if number < 3 else 'off'}\n" for number in range(rows)]
        self.drop("psa/lines.csv", "".join(["Client,Product,Quantity,Note\n", *lines]))

    def run(self) -> Loaded:
        self.runs += 1
        now = START + timedelta(days=self.runs)

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return now if tz else now.replace(tzinfo=None)

        for module in ("connectors.exports.source", "pipelines.steps.begin", "pipelines.steps.load"):
            self.patch.setattr(f"{module}.datetime", Clock)
        begin_run(self.home, f"run{self.runs}")
        extract_sources(self.home)
        return load_source(self.home, "exports")


@pytest.fixture
def inbox(home: Home, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    inbox = Inbox(home, monkeypatch)
    inbox.billing(10)
    inbox.drop("mail/seats.csv", "Tenant,SKU,Seats\nAcme,P,4\n")
    return inbox


def test_one_folder_that_cannot_be_read_leaves_the_other_to_be_loaded_and_keeps_its_own_last_rows(inbox: Inbox) -> None:
    assert (inbox.run().status, inbox.run().status) == ("ok", "ok")
    inbox.drop("mail/seats.csv", "Tenant,SKU,Seats\nAcme,P,four\n")
    inbox.billing(9)
    loaded = inbox.run()
    assert loaded.status == "partial"
    assert [read.account_id for read in loaded.reads if read.status == "failed"] == ["mail", "mail"]
    assert loaded.problems[0].startswith('mail/seats.csv, line 2, column "Seats": not a number')
    with duckdb.connect(str(inbox.home.warehouse)) as connection:
        newest = connection.execute(
            "SELECT account_id, table_name, arg_max(row_count, captured_at) FROM control.reads "
            "WHERE status = 'ok' GROUP BY ALL HAVING arg_max(row_count, captured_at) > 0 ORDER BY 1"
        ).fetchall()
    assert newest == [("mail", "vendor_quantities", 1), ("psa", "billing_lines", 9)]


def test_fewer_rows_by_a_changed_profile_are_no_lost_rows(inbox: Inbox) -> None:
    inbox.run()
    inbox.drop("psa/profile.toml", '[[skip]]\ncolumn = "Note"\nvalues = ["off"]\n')
    loaded = inbox.run()
    [floor] = [
        result for result in loaded.results
        if (result.expectation, result.account_id, result.table_name) == ("row_count_floor", "psa", "billing_lines")
    ]  # fmt: skip
    assert (loaded.status, floor.passed) == ("ok", True)
    assert floor.message == (
        "inbox/psa (exports.billing_lines): the profile was changed since the last trusted read, which may well be why "
        "there are fewer rows (3 rows, 10 in the last trusted read, at least 8 expected)."
    )
    assert inbox.run().status == "ok"


@pytest.mark.parametrize("profile", ["", "# the same\nas_of = 2026-07-02T08:00:00Z\n"])
def test_fewer_rows_of_one_folder_are_seen_beside_a_large_one(inbox: Inbox, profile: str) -> None:
    inbox.drop("large/seats.csv", "Tenant,SKU,Seats\n" + "".join(f"Client {n},P,4\n" for n in range(500)))
    inbox.run()
    inbox.billing(2)
    inbox.drop("psa/profile.toml", profile)
    loaded = inbox.run()
    assert loaded.status == "partial"
    [problem] = loaded.problems
    assert problem.startswith(
        "inbox/psa (exports.billing_lines): far fewer rows than in the last trusted read (2 rows, 10 in the last "
        "trusted read, at least 8 expected)."
    )


def test_a_folder_that_vanished_is_seen(inbox: Inbox) -> None:
    inbox.run()
    (inbox.home.inbox / "mail" / "seats.csv").unlink()
    (inbox.home.inbox / "mail").rmdir()
    loaded = inbox.run()
    assert loaded.status == "partial"
    assert "inbox/mail (exports.vendor_quantities): far fewer rows" in loaded.problems[0]


def test_a_warehouse_that_read_the_inbox_as_a_whole_gets_reads_by_folder() -> None:
    with duckdb.connect() as connection:
        create_control_tables(connection)
        connection.execute("CREATE SCHEMA raw_exports")
        for table in ("billing_lines", "vendor_quantities"):
            connection.execute(f"CREATE TABLE raw_exports.{table} (source_name VARCHAR, _dlt_load_id VARCHAR)")
        connection.execute("INSERT INTO raw_exports.billing_lines VALUES ('psa', 'l1'), ('psa', 'l1'), ('old', 'l1')")
        connection.execute(
            "INSERT INTO control.reads (run_id, source_system, table_name, mode, status, captured_at, load_id) VALUES "
            "('r', 'exports', 'billing_lines', 'full', 'ok', '2026-06-01', 'l1'), "
            "('r', 'exports', 'vendor_quantities', 'full', 'ok', '2026-06-01', 'l1'), "
            "('s', 'exports', 'billing_lines', 'full', 'failed', NULL, NULL), "
            "('r', 'pax8', 'companies', 'full', 'ok', '2026-06-01', 'l1')"
        )
        for _ in range(2):
            read_by_folder(connection, ["billing_lines", "vendor_quantities"])
            found = connection.execute(
                "SELECT source_system, account_id, row_count, status FROM control.reads ORDER BY ALL"
            ).fetchall()
            assert found == [
                ("exports", "old", 1, "ok"),
                ("exports", "psa", 2, "ok"),
                ("exports", None, None, "failed"),
                ("pax8", None, None, "ok"),
            ]
