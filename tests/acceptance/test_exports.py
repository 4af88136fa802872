"""Real layouts of exports, with invented names and numbers, from the file to the published line: `tieout audit`.

Each pair of files is a PSA's export and a vendor's; October 2026, cut-off on the 31st. Belongs here: whole audits. The
single rules of reading are tested in `tests/connectors/exports`.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.exports.config import ExportsConfig
from connectors.exports.schema import TABLES
from connectors.exports.source import ExportReads
from connectors.reads import Plan
from pipelines.audit.home import AuditRefusedError, prepare_home
from pipelines.audit.run import run_audit
from pipelines.home import Home
from tests.engine.project import Engine, compile_project

pytestmark = pytest.mark.integration

FILES = Path(__file__).with_name("export_cases")
SEAT, OTHER = "Microsoft 365 Business Premium", "Exchange Online (Plan 1)"
HARBORLIGHT, QUILLFEATHER = "Harborlight Dental", "Quillfeather Law LLP"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)

TANNERY = "Tannery Row Cafe"

# name, PSA file, vendor file, lines: client, product, class, billed, counted, revenue impact
CASES: dict[str, tuple[str, str, list[tuple[Any, ...]]]] = {
    "additions with cancelled, unbilled and expired ones": (
        "01_cw_additions.csv",
        "01_vendor.csv",
        [
            (HARBORLIGHT, SEAT, "matched", 12, 12, 0),
            (QUILLFEATHER, SEAT, "underbilled", 0, 8, 176),
            (TANNERY, SEAT, "unbilled", 0, 3, 66),
        ],
    ),
    "short dates, a cancelled line and one to come": (
        "35_dates_ddmonyy.csv",
        "02_vendor.csv",
        [(HARBORLIGHT, SEAT, "matched", 12, 12, 0), (QUILLFEATHER, SEAT, "unbilled", 0, 8, 176)],
    ),
    "groups and numbers in German": (
        "11_german_group.csv",
        "11_vendor.txt",
        [
            (f"{HARBORLIGHT} GmbH", OTHER, "matched", 3, 3, 0),
            (f"{HARBORLIGHT} GmbH", SEAT, "underbilled", 1012, 1020, 176),
            ("Quillfeather KG", SEAT, "not_assessed", 8, 8, None),
        ],
    ),
    "names that are certainly one": (
        "36_names_psa.csv",
        "36_names_vendor.csv",
        [
            ("Harborlight Dental, LLC", SEAT, "underbilled", 10, 12, 44),
            ("Orrin and Vale Architects", "Azure AD Premium P1", "matched", 6, 6, 0),
            ("Quillfeather Law", SEAT, "matched", 8, 8, 0),
            ("Tannery Row Café", "Office 365 E3", "underbilled", 5, 7, 60),
        ],
    ),
    "client on the first row of its group": (
        "04_qb_firstrow_group.csv",
        "02_vendor.csv",
        [
            (HARBORLIGHT, OTHER, "unmapped_product", 3, None, None),
            (HARBORLIGHT, SEAT, "underbilled", 10, 12, 44),
            (QUILLFEATHER, SEAT, "matched", 8, 8, 0),
        ],
    ),
    "invoices of an accounting program": (
        "02_xero_invoices.csv",
        "02_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 10, 12, 44), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "clients in headings, totals, a credit memo": (
        "03_qbo_grouped.xlsx",
        "02_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 8, 12, 88), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "invoice lines with reversals": (
        "05_psa.csv",
        "05_partnercenter_nce.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 10, 13, 66), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "invoice lines with prorates": (
        "06_psa.csv",
        "06_pax8_invoice.csv",
        [(HARBORLIGHT, SEAT, "matched", 12, 12, 0), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "one row a device": (
        "08_psa.csv",
        "08_ninja_devices.csv",
        [
            (HARBORLIGHT, "WINDOWS_SERVER", "matched", 1, 1, 0),
            (HARBORLIGHT, "WINDOWS_WORKSTATION", "matched", 2, 2, 0),
            (QUILLFEATHER, "WINDOWS_WORKSTATION", "overbilled", 2, 1, -12),
        ],
    ),
    "a unit row a month": (
        "10b_autotask_units_startend.csv",
        "10_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 10, 12, 44)],
    ),
    "a price of a year": (
        "12_annual.csv",
        "12_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 10, 12, 44), (QUILLFEATHER, SEAT, "underbilled", 8, 9, 22)],
    ),
    "hidden rows and a hidden sheet": (
        "14_hidden_rows.xlsx",
        "02_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 10, 12, 44), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "a sheet a client": (
        "06_psa.csv",
        "15_sheet_per_client.xlsx",
        [
            (HARBORLIGHT, OTHER, "unmapped_product", 0, 3, None),
            (HARBORLIGHT, SEAT, "matched", 12, 12, 0),
            (QUILLFEATHER, SEAT, "matched", 8, 8, 0),
        ],
    ),
    "an account of the ledger beside the client": (
        "22_qb_desktop_account.csv",
        "22_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 10, 12, 44), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "a flag called Active": (
        "06_psa.csv",
        "23_active_flag.csv",
        [(HARBORLIGHT, SEAT, "matched", 12, 12, 0), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
    "several plans of one product": (
        "24_psa.csv",
        "24_plan_column.csv",
        [
            (HARBORLIGHT, "SaaS Protection", "unmapped_product", 20, None, None),
            (HARBORLIGHT, "SaaS Protection - 1 Year Retention", "unmapped_product", 0, 5, None),
            (HARBORLIGHT, "SaaS Protection - Infinite Cloud Retention", "unmapped_product", 0, 20, None),
            (QUILLFEATHER, "SaaS Protection", "unmapped_product", 8, None, None),
            (QUILLFEATHER, "SaaS Protection - 1 Year Retention", "unmapped_product", 0, 8, None),
        ],
    ),
    "1900 for no end": ("27_halo.csv", "27_vendor.csv", [(HARBORLIGHT, SEAT, "matched", 10, 10, 0)]),
    "a row a month": (
        "34_two_sheets_months.csv",
        "10_vendor.csv",
        [(HARBORLIGHT, SEAT, "underbilled", 11, 12, 22)],
    ),
    "words for gone": (
        "06_psa.csv",
        "37_status_words.csv",
        [(HARBORLIGHT, SEAT, "matched", 12, 12, 0), (QUILLFEATHER, SEAT, "matched", 8, 8, 0)],
    ),
}

LINES = """
select client_name, product_name, class, billed_quantity,
    coalesce(owned_quantity, used_quantity, charged_quantity), revenue_impact
from analytics.reconciliation order by 1, 2
"""


PERIOD = date(2026, 10, 1)


class _Clock(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return NOW if tz else NOW.replace(tzinfo=None)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The models of an audit's run, compiled once: a whole audit of each pair of files would take minutes."""
    engine = Engine(compile_project(tmp_path_factory.mktemp("project")))
    yield engine
    engine.close()


def through_the_models(engine: Engine, home: Home, psa: str, vendor: str) -> list[tuple[Any, ...]]:
    """The lines of an audit: its home, its reader and its models, without starting dbt."""
    prepare_home(home, FILES / psa, FILES / vendor, "GBP")
    reads = ExportReads(ExportsConfig(inbox=home.inbox, currency="GBP"), Plan(), now=NOW)
    engine.clear()
    engine.run(PERIOD, NOW + timedelta(hours=1), sources={"exports": "vendor"}, currency="GBP", accept_name_score=1)
    for table in TABLES:
        rows = reads.rows(table)
        assert rows is not None
        engine.read("exports", table.name, rows.drop(["_source_row", "_captured_at"]).to_pylist(), at=NOW)
    for name in ("client_map", "product_map"):
        with (home.rules / f"{name}.csv").open(encoding="utf-8") as file:
            rules = [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
        with engine.connect() as connection:
            connection.execute(f"TRUNCATE rules.{name}")
        engine.rules(name, rules)
    engine.compute()
    return [tuple(row.values()) for row in engine.rows(LINES)]


def expected_rows(lines: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*row[:3], *(None if value is None else Decimal(value) for value in row[3:])) for row in lines]


@pytest.mark.parametrize(("psa", "vendor", "expected"), CASES.values(), ids=CASES.keys())
def test_an_export_of_this_kind_gives_the_right_lines(
    engine: Engine, tmp_path: Path, psa: str, vendor: str, expected: list[tuple[Any, ...]]
) -> None:
    assert through_the_models(engine, Home(tmp_path / "home"), psa, vendor) == expected_rows(expected)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One home for all whole audits: dbt then parses its project once."""
    clocks = ("connectors.exports.source", *(f"pipelines.steps.{name}" for name in ("begin", "load", "settle")))
    with pytest.MonkeyPatch.context() as patch:
        for module in clocks:
            patch.setattr(f"{module}.datetime", _Clock)
        yield Home(tmp_path_factory.mktemp("exports") / "home")


def audited(home: Home, psa: str, vendor: str, **profiles: Path) -> list[tuple[Any, ...]]:
    out = home.path.parent / "audit.xlsx"
    done = run_audit(FILES / psa, FILES / vendor, out, home, period=PERIOD, currency="GBP", **profiles)
    with duckdb.connect(str(done.published), read_only=True) as connection:
        return connection.execute(LINES).fetchall()


def test_a_whole_audit_gives_the_same_lines(home: Home) -> None:
    psa, vendor, expected = CASES["invoice lines with reversals"]
    assert audited(home, psa, vendor) == expected_rows(expected)


def test_users_of_a_tenant_need_a_client_and_then_each_licence_counts_one(home: Home, tmp_path: Path) -> None:
    with pytest.raises(AuditRefusedError) as refused:
        audited(home, "07_psa.csv", "07_m365_users.csv")
    assert "vendor/07_m365_users.csv, line 1: no column for the account" in str(refused.value)
    assert 'write under [constants]: account_name = "<its name>"' in str(refused.value)
    profile = tmp_path / "vendor.toml"
    profile.write_text('[constants]\naccount_name = "Harborlight Dental"\n')
    found = audited(home, "07_psa.csv", "07_m365_users.csv", vendor_profile=profile)
    assert [(row[1], row[2], row[4]) for row in found] == [
        (SEAT, "matched", 4),
        ("Microsoft Power Automate Free", "unmapped_product", 1),
        ("Visio Plan 2", "matched", 1),
    ]


def test_a_part_of_a_licence_is_named_with_its_cell(engine: Engine, tmp_path: Path) -> None:
    through_the_models(engine, Home(tmp_path / "home"), "11_german_group.csv", "11_vendor.txt")
    row = engine.row("SELECT explanation FROM analytics.reconciliation WHERE class = 'not_assessed'")
    assert "Zugewiesen is 7.5, and there is no part of one" in row["explanation"]
    rows = engine.rows("SELECT used_quantity FROM analytics.reconciliation WHERE client_name LIKE 'Harborlight%'")
    assert sorted(row["used_quantity"] for row in rows) == [3, 1000]
