"""Several currencies in one home: no list ranks amounts of two of them, and no total adds any."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from pipelines.reports.summary import read_summary
from pipelines.reports.workbook import write_workbook
from tests.dbt_project.compare.desk import Desk
from tests.dbt_project.marts.test_mapping_queue import waits

pytestmark = pytest.mark.integration

# Amounts of what is short by one unit; in one list the yen would come first, the dinar last.
SHORT = (("USD", 2000), ("USD", 500), ("JPY", 3000), ("JPY", 90000), ("KWD", "1.005"))


@pytest.fixture(scope="module")
def desk(new_desk: Callable[..., Desk]) -> Desk:
    desk = new_desk()
    for number, (currency, price) in enumerate(SHORT, start=500):
        client = desk.client(number, currency=currency, accounts=[("pax8", f"c{number}")])
        desk.line(client, "connectwise:2", 1, unit_price=price, currency=currency)
        desk.vendor("pax8", "owned", f"c{number}", "premium", 2)
        desk.account("pax8", f"new {number}")
        waits(desk, "client", "pax8", f"new {number}")
        desk.vendor("pax8", "owned", f"new {number}", "nobody-knows", 1, monthly_unit_cost=price, currency=currency)
    desk.compare()
    return desk


def test_discrepancies_are_ranked_within_their_currency(desk: Desk) -> None:
    """Contract case 33: JPY 3,000 and USD 2,000 have ranks of their own; the home's own currency stands first."""
    rows = desk.rows("SELECT currency, rank, revenue_impact FROM analytics.discrepancies WHERE class = 'underbilled'")
    # Between them stands an account of which 2,000 a month wait for a mapping.
    assert [(row["currency"], row["rank"], row["revenue_impact"]) for row in rows] == [
        ("USD", 1, 2000), ("USD", 3, 500), ("JPY", 1, 90000), ("JPY", 2, 3000), ("KWD", 1, Decimal("1.005")),
    ]  # fmt: skip


def test_what_waits_is_ranked_within_its_currency(desk: Desk) -> None:
    """Contract case 33, in `tieout map`."""
    rows = desk.rows("SELECT currency, rank, waiting_amount FROM analytics.mapping_queue WHERE currency IS NOT NULL")
    assert [(row["currency"], row["rank"], row["waiting_amount"]) for row in rows] == [
        ("USD", 1, 2000), ("USD", 2, 500), ("JPY", 1, 90000), ("JPY", 2, 3000), ("KWD", 1, Decimal("1.005")),
    ]  # fmt: skip


def test_totals_add_no_two_currencies(desk: Desk) -> None:
    """Contract case 33, in the summaries."""
    totals = desk.rows("SELECT currency, underbilled_amount FROM analytics.period_summary WHERE underbilled_amount > 0")
    assert {row["currency"]: row["underbilled_amount"] for row in totals} == {
        "USD": 2500, "JPY": 93000, "KWD": Decimal("1.005"),
    }  # fmt: skip


def test_a_summary_shows_each_currency_by_itself(desk: Desk) -> None:
    """Contract case 33, in what a run prints."""
    desk.close()
    summary = read_summary(desk.path, largest=6)
    shown = [(row.currency, row.rank) for row in summary.largest if row.revenue_impact]
    assert shown == [("JPY", 1), ("JPY", 2), ("USD", 1), ("USD", 3), ("KWD", 1)] or shown == [
        ("USD", 1), ("USD", 3), ("JPY", 1), ("JPY", 2), ("KWD", 1),
    ]  # fmt: skip
    assert summary.money == {
        "JPY": (93000, 0), "KWD": (Decimal("1.005"), 0), "USD": (2500, 0),
    }  # fmt: skip
    assert all(isinstance(row["differences"], dict) for row in summary.tie_out)


def test_a_workbook_sorts_and_shows_each_currency_by_itself(desk: Desk, tmp_path: Path) -> None:
    """Contract cases 31 and 33, in the workbook."""
    desk.close()
    book = openpyxl.load_workbook(write_workbook(desk.path, tmp_path / "out.xlsx"))
    header, *rows = book["Discrepancies"].iter_rows()
    place = {cell.value: index for index, cell in enumerate(header)}
    found = [row for row in rows if row[place["Class"]].value == "underbilled"]
    money = [(row[place["Currency"]].value, row[place["Rank"]].value, row[place["Revenue impact"]]) for row in found]
    ranks = {currency: [rank for other, rank, _ in money if other == currency] for currency, _, _ in money}
    assert ranks == {"JPY": [1, 2], "USD": [1, 3], "KWD": [1]}
    assert {currency: cell.number_format.split(";")[0] for currency, _, cell in money} == {
        "USD": "+#,##0.00", "JPY": "+#,##0", "KWD": "+#,##0.000",
    }  # fmt: skip
