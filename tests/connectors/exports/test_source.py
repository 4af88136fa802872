import hashlib
import stat
from datetime import UTC, datetime

import pytest

from connectors.exports.schema import BILLING_LINES, VENDOR_QUANTITIES
from connectors.reads import Plan
from tests.connectors.exports.conftest import NOW

BILLING = "Client,Product,Quantity,Unit Price\nAcme,P,3,2.50\n"
VENDOR = "Tenant,SKU,Seats\nAcme,P,4\n"


def test_each_folder_is_a_read_of_its_own_with_the_folder_as_source_name(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    inbox.drop("mail/seats.csv", VENDOR)
    inbox.drop("edr/seats.csv", VENDOR)
    reads = inbox.read().reads()
    assert [(read.table_name, read.row_count, read.account_id) for read in reads] == [
        ("billing_lines", 0, "edr"),
        ("billing_lines", 0, "mail"),
        ("billing_lines", 1, "psa"),
        ("vendor_quantities", 1, "edr"),
        ("vendor_quantities", 1, "mail"),
        ("vendor_quantities", 0, "psa"),
    ]
    assert [row["source_name"] for row in inbox.rows("vendor_quantities")] == ["edr", "mail"]


def _read(reads, table, folder):
    return next(read for read in reads.reads() if (read.table_name, read.account_id) == (table, folder))


def test_an_unchanged_folder_appends_nothing_and_points_to_the_earlier_load(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    inbox.drop("old/lines.csv", BILLING)
    first = _read(inbox.read(), "billing_lines", "psa")
    assert first.rows_appended
    plan = Plan(previous={("billing_lines", "psa"): (first.content_hash, "load-1")})
    again = inbox.read(plan)
    assert again.changed_rows(BILLING_LINES)["source_name"].to_pylist() == ["old"]
    found = _read(again, "billing_lines", "psa")
    assert (found.rows_appended, found.earlier_load_id) == (False, "load-1")
    inbox.drop("psa/profile.toml", 'currency = "CHF"\n')
    changed = inbox.read(plan).changed_rows(BILLING_LINES)["source_name"].to_pylist()
    assert changed == ["old", "psa"], "the same file read otherwise is new content"


def test_a_refused_file_fails_its_folder_alone_and_keeps_nothing_of_it(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    bad = inbox.drop("mail/seats.csv", VENDOR.replace("4", "four"))
    inbox.drop("mail/more.csv", VENDOR.replace("Acme", "Beta"))
    reads = inbox.read()
    assert [(read.account_id, read.status, read.row_count) for read in reads.reads()] == [
        ("mail", "failed", 0), ("psa", "ok", 1), ("mail", "failed", 0), ("psa", "ok", 0),
    ]  # fmt: skip
    failed = _read(reads, "vendor_quantities", "mail")
    assert failed.message.startswith('mail/seats.csv, line 2, column "Seats": not a number (found "four")')
    assert reads.rows(VENDOR_QUANTITIES).num_rows == 0
    kept = [path.name for path in (inbox.path / ".kept").iterdir()]
    assert kept == [f"{hashlib.sha256(BILLING.encode()).hexdigest()}.csv"]
    assert hashlib.sha256(bad.read_bytes()).hexdigest() not in kept[0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("mail/profile.toml", "sidee = 1", "mail/profile.toml: key sidee"),
        ("mail/profile.toml", "side = ", "mail/profile.toml: not valid TOML"),
        ("mail/list.pdf", "x", "mail/list.pdf: neither CSV nor XLSX"),
        ("Mail Box/seats.csv", VENDOR, "Mail Box: is not usable as the name of a source"),
    ],
)
def test_whatever_is_wrong_in_one_folder_the_others_are_read(inbox, name, content, reason):
    inbox.drop("psa/lines.csv", BILLING)
    inbox.drop("mail/seats.csv", VENDOR)
    inbox.drop(name, content)
    reads = inbox.read()
    failed = {read.account_id: read.message for read in reads.reads() if read.status == "failed"}
    assert list(failed) == [name.partition("/")[0]]
    assert reason in failed[name.partition("/")[0]]
    assert reads.rows(BILLING_LINES).num_rows == 1


def test_a_folder_that_is_not_there_any_more_has_no_rows(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    before = {(table.name, folder): ("hash", "load-1") for table in (BILLING_LINES, VENDOR_QUANTITIES)
              for folder in ("psa", "mail", None)}  # fmt: skip
    gone = [read for read in inbox.read(Plan(previous=before)).reads() if read.account_id == "mail"]
    assert [(read.status, read.row_count, read.captured_at, read.earlier_load_id) for read in gone] == [
        ("ok", 0, NOW, None), ("ok", 0, NOW, None),
    ]  # fmt: skip


def test_the_profile_is_told_apart_by_what_it_says_and_not_by_how_it_is_written(inbox):
    inbox.drop("psa/lines.csv", BILLING)

    def found(profile: str, **config) -> str:
        inbox.drop("psa/profile.toml", profile)
        return _read(inbox.read(**config), "billing_lines", "psa").profile_hash

    plain = found("")
    assert found("# a word\nas_of = 2026-06-30T08:00:00Z\n") == plain
    assert found('[states]\n"on trial" = "gone"\n') != plain
    assert found("", roles={"psa": "vendor"}) != plain


def test_a_file_named_like_its_folder_is_named_with_its_folder(inbox):
    inbox.drop("psa/psa.csv", BILLING.replace("3", "x"))
    assert inbox.refusal().startswith("psa/psa.csv, line 2")


def test_the_faults_of_all_files_are_told_at_once(inbox):
    inbox.drop("psa/lines.csv", BILLING.replace("3", "x"))
    inbox.drop("psa/more.csv", "nothing")
    inbox.drop("mail/seats.csv", VENDOR.replace("4", "y"))
    refusal = inbox.refusal()
    assert all(name in refusal for name in ("psa/lines.csv", "psa/more.csv", "mail/seats.csv"))


def test_originals_are_kept_unchanged_by_content_hash_for_the_owner_alone(inbox):
    path = inbox.drop("psa/lines.csv", BILLING)
    inbox.rows()
    kept = inbox.path / ".kept" / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.csv"
    assert kept.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    path.unlink()
    inbox.drop("psa/lines.csv", BILLING + "Beta,P,1,1\n")
    inbox.rows()
    assert len(list(kept.parent.iterdir())) == 2


def test_the_time_of_the_read_counts_unless_the_profile_gives_another(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    assert (inbox.read().reads()[0].captured_at, inbox.rows()[0]["_captured_at"]) == (NOW, NOW)
    inbox.drop("psa/profile.toml", "as_of = 2026-06-01T08:00:00+02:00\n")
    at = datetime(2026, 6, 1, 6, tzinfo=UTC)
    assert (inbox.read().reads()[0].captured_at, inbox.rows()[0]["_captured_at"]) == (at, at)


def test_two_exports_of_the_same_rows_are_refused_unless_they_are_parts(inbox):
    inbox.drop("psa/may.csv", BILLING)
    inbox.drop("psa/june.csv", BILLING.replace("3", "5"))
    refusal = inbox.refusal()
    assert "psa/may.csv, line 2: holds a row that june.csv, line 2, also holds" in refusal
    inbox.drop("psa/profile.toml", 'overlap = "add"\n')
    assert len(inbox.rows()) == 2
    inbox.drop("psa/profile.toml", 'files = ["june*"]\n')
    assert [row["quantity"] for row in inbox.rows()] == [5]


def test_a_copy_of_a_file_is_read_once(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    inbox.drop("psa/lines (1).csv", BILLING)
    assert len(inbox.rows()) == 1
    assert "psa/lines.csv: the same content as lines (1).csv, read once" in inbox.message()


def test_lock_files_and_hidden_files_are_passed_over(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    inbox.drop("psa/~$lines.xlsx", b"x")
    inbox.drop("psa/.DS_Store", b"x")
    assert len(inbox.rows()) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("connectwise/lines.csv", "is the name of a system that is read over its API"),
        ("My PSA/lines.csv", "is not usable as the name of a source"),
        ("a|b/lines.csv", "is not usable as the name of a source"),
    ],
)
def test_a_folder_whose_name_would_confuse_ids_is_refused(inbox, name, reason):
    inbox.drop(name, BILLING)
    assert reason in inbox.refusal()


def test_a_file_outside_a_source_folder_an_empty_folder_and_an_empty_inbox_are_refused(inbox):
    assert "no source folder" in inbox.refusal()
    (inbox.path / "psa").mkdir()
    assert "psa: no file to read" in inbox.refusal()
    inbox.drop("psa/lines.csv", BILLING)
    (inbox.path / "stray.csv").write_text(BILLING)
    assert "stray.csv: lies outside a source folder" in inbox.refusal()


def test_a_profile_maps_columns_constants_and_skips_rows(inbox):
    inbox.drop(
        "edr/devices.csv",
        "Report of June\nEndkunde;Gerät;Zustand\nAcme;pc1;aktiv\nAcme;pc2;gelöscht\nBeta;pc3;AKTIV\n",
    )
    inbox.drop(
        "edr/profile.toml",
        """
        kind = "vendor"
        side = "used"
        delimiter = ";"
        header_row = 2
        [columns]
        account_name = "Endkunde"
        record_id = "Gerät"
        [constants]
        product_name = "Huntress EDR"
        quantity = 1
        [[skip]]
        column = "Zustand"
        values = ["gelöscht"]
        """,
    )
    rows = inbox.rows("vendor_quantities")
    assert [
        (row["account_name"], row["record_id"], row["product_name"], row["quantity"], row["side"]) for row in rows
    ] == [
        ("Acme", "pc1", "Huntress EDR", 1, "used"),
        ("Beta", "pc3", "Huntress EDR", 1, "used"),
    ]
    assert "left out 1 rows by the skip rules of profile.toml (first at line 4)" in inbox.message()


@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        ("kind = ", "not valid TOML"),
        ('kinds = "billing"', "key kinds"),
        ('kind = "invoice"', "key kind"),
        ('[columns]\nclient = "x"', "unknown column client"),
        (
            '[columns]\nclient_name = "Kundin"',
            'column "Kundin": profile.toml names a column that the file does not have',
        ),
        ("as_of = 2026-01-01T00:00:00", "as_of needs a zone"),
        ('encoding = "klingon"', "unknown encoding klingon"),
        ('[[skip]]\ncolumn = "Zone"\nvalues = ["x"]', "a skip rule of profile.toml names a column"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_key(inbox, profile, fault):
    inbox.drop("psa/lines.csv", BILLING)
    inbox.drop("psa/profile.toml", profile)
    assert fault in inbox.refusal()


def test_rows_have_exactly_the_declared_columns_and_types(inbox):
    inbox.drop("psa/lines.csv", BILLING)
    reads = inbox.read()
    for table in (BILLING_LINES, VENDOR_QUANTITIES):
        rows = reads.rows(table)
        assert rows.column_names == [*(column.name for column in table.columns), "_source_row", "_captured_at"]


def test_two_inboxes_are_read_side_by_side(inbox, tmp_path):
    from tests.connectors.exports.conftest import Inbox

    other = Inbox(tmp_path / "other")
    inbox.drop("psa/lines.csv", BILLING)
    other.drop("psa/lines.csv", BILLING.replace("Acme", "Beta"))
    assert [box.rows()[0]["client_name"] for box in (inbox, other)] == ["Acme", "Beta"]


def test_how_a_file_was_read_is_kept_with_the_read(inbox):
    inbox.drop(
        "psa/lines.csv", "Client,Product,Quantity,Unit Price,Status,Note\nAcme,P,3,2.5,Active,x\nAcme,P,1,2.5,Void,y\n"
    )
    notes = inbox.read().reads()[0].notes
    taken = {note["header"]: note["column"] for note in notes if note["kind"] == "taken"}
    assert taken == {
        "Client": "client_name",
        "Product": "product_name",
        "Quantity": "quantity",
        "Unit Price": "unit_price",
        "Status": "status",
    }
    (left,) = [note for note in notes if note["kind"] == "not_counted"]
    assert (left["source"], left["file"], left["rows"], left["first"]) == ("psa", "lines.csv", 1, "line 3")
    assert left["text"] == '1 rows not counted: Status is "Void" (first at line 3)'
    (varies,) = [note for note in notes if note["kind"] == "varies"]
    assert (varies["header"], varies["values"]) == ("Note", ("x", "y"))
