"""Lines of the domain guide's sections 4 and 5 with their right answers; each test names its line.

Belongs here: cases that need raw rows. Others stand beside what they are about and name their line there.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import AGREEMENT, CLIENT, JUNE, KEY, SEAT, Desk, days
from tests.engine.project import Engine, at_midnight


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_section_4_the_peak_the_average_and_a_fixed_day_count_other_days(desk: Desk) -> None:
    """Section 4, when: high-water mark, average, the 19th; each says so in its arithmetic."""
    counts = days(JUNE, date(2026, 6, 18), 10) + days(date(2026, 6, 19), date(2026, 6, 19), 16)
    counts += days(date(2026, 6, 20), date(2026, 6, 30), 13)
    desk.daily(counts)
    found = {}
    for when, day in (("peak", None), ("average", None), ("fixed_day", 19)):
        other = Desk(desk.engine)
        other.vendor = desk.vendor
        other.counted_by_day(when, count_day=day)
        other.line(10, "22.00")
        found[when] = other.compute()
    assert {when: row["expected_quantity"] for when, row in found.items()} == {
        "peak": 16, "average": round(Decimal(18 * 10 + 16 + 11 * 13) / 30, 4), "fixed_day": 16,
    }  # fmt: skip
    assert "16 used at portal at the peak of 2026-06-19" in found["peak"]["explanation"]
    assert "on the average of 30 days" in found["average"]["explanation"]
    assert "on 2026-06-19" in found["fixed_day"]["explanation"]


def test_section_4_a_day_without_a_count_is_not_assumed(desk: Desk) -> None:
    """Unknown is not zero: the peak of a month with a hole is not known."""
    desk.counted_by_day("peak")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 9), 10) + days(date(2026, 6, 11), date(2026, 6, 30), 10))
    row = desk.compute()
    assert row["class"] == "not_assessed"
    assert "no count on 2026-06-10" in row["explanation"]


def test_section_4_contract_and_vendor_that_count_differently_are_a_rule_difference(desk: Desk) -> None:
    """Section 4, "Where contract and vendor rule differ": average against peak, and what is charged is no error."""
    desk.counted_by_day("average", vendor_counted_when="peak", owned_source="pax8", charged_source="pax8")
    desk.prorates = True
    desk.line(Decimal("11.4"), "22.00")
    desk.subscription(10)
    desk.item(13, "78.00", JUNE, date(2026, 6, 30))
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("matched", Decimal("11.4"))
    assert "rule_difference" in row["flags"]
    assert "vendor_overcharge" not in row["flags"]
    assert (
        "Rule difference: the contract counts 11.4 on the average of 30 days, the vendor 13 at the peak of 2026-06-17,"
        " which it charges."
    ) in row["explanation"]


def test_section_4_a_charge_that_its_own_rule_does_not_explain_stays_an_overcharge(desk: Desk) -> None:
    """Section 4, rule difference: 14 are charged where the vendor's own rule counts 13; billed as the vendor counts."""
    desk.counted_by_day("average", vendor_counted_when="peak", owned_source="pax8", charged_source="pax8")
    desk.line(13, "22.00")
    desk.subscription(10)
    desk.item(14, "84.00", JUNE, date(2026, 6, 30))
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("overbilled", Decimal("-1.6"))
    assert {"rule_difference", "vendor_overcharge"} <= set(row["flags"])
    assert (
        "the vendor 13 at the peak of 2026-06-17 and charges 14; the line is billed by the vendor's rule."
        in (row["explanation"])
    )


def test_section_4_the_last_day_of_the_contract_stands_beside_the_vendors_fixed_day(desk: Desk) -> None:
    """Section 4, rule difference: also where only the vendor looks at another day than the last one."""
    desk.counted_by_day("last_day", vendor_counted_when="fixed_day", vendor_count_day=19)
    desk.line(13, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 19), 10) + days(date(2026, 6, 20), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["flags"]) == ("matched", ["rule_difference"])
    assert "the contract counts 13 on the last day, the vendor 10 on 2026-06-19." in row["explanation"]


def test_section_5_a_vendor_invoice_that_arrives_later_leaves_c_unknown(desk: Desk) -> None:
    """Section 5, vendor invoice arrives later: the census is compared, C is unknown and no zero."""
    desk.counting("owned", owned_source="pax8", charged_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], row["owned_quantity"], row["charged_quantity"]) == ("matched", 10, None)


def test_section_5_what_is_billed_by_the_invoice_waits_for_it(desk: Desk) -> None:
    """Section 5, vendor invoice arrives later: a line on the basis of C is not assessed until then."""
    desk.counting("charged", charged_source="pax8")
    desk.line(10, "22.00")
    desk.item(10, "60.00", date(2026, 5, 1), date(2026, 5, 31))
    row = desk.compute()
    assert (row["class"], row["charged_quantity"]) == ("not_assessed", None)
    assert "no invoice that charges 2026-06-30 has arrived yet" in row["explanation"]


def test_section_5_restated_usage_keeps_both_versions(desk: Desk) -> None:
    """Section 5, restated usage: the later file's figure counts, the earlier one stays, and the line says so."""
    desk.counted_by_day("last_day")
    desk.line(13, "22.00")
    desk.daily([(date(2026, 6, 28), 12), (date(2026, 6, 29), 12)], file="usage-1.csv")
    desk.daily([(date(2026, 6, 29), 13), (date(2026, 6, 30), 13)], file="usage-2.csv")
    row = desk.compute()
    assert (row["class"], row["used_quantity"]) == ("matched", 13)
    assert "source_restated" in row["flags"]
    assert "2026-06-29" in row["explanation"]
    kept = desk.engine.rows(
        "SELECT quantity, disposition FROM analytics.row_dispositions WHERE side = 'used' ORDER BY 1, 2"
    )
    assert len(kept) == 4


def test_what_changed_is_told_with_dates(desk: Desk) -> None:
    """Explanation: what moved since the previous run, and on which day the vendor counted it."""
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    with desk.engine.connect() as connection:
        connection.execute(
            "INSERT INTO control.line_history BY NAME SELECT 'may' AS run_id, DATE '2026-05-01' AS period, "
            "TIMESTAMPTZ '2026-05-31 08:00:00+00' AS as_of, ? AS line_key, 'matched' AS class, 'clean' AS kind, "
            "10 AS billed_quantity, 10 AS used_quantity, 10 AS expected_quantity, 0 AS variance, 0 AS revenue_impact, "
            "'USD' AS currency",
            [KEY],
        )
    row = desk.compute()
    assert "Since 2026-05-31: used 10 to 13 (+3 on 2026-06-17)." in row["explanation"]


def _then(desk: Desk, seats: int) -> None:
    """How the line stood when May ended."""
    with desk.engine.connect() as connection:
        connection.execute(
            "INSERT INTO control.line_history BY NAME SELECT 'may' AS run_id, DATE '2026-05-01' AS period, "
            "TIMESTAMPTZ '2026-05-31 08:00:00+00' AS as_of, ? AS line_key, 'matched' AS class, 'clean' AS kind, "
            "10 AS billed_quantity, ? AS owned_quantity, 10 AS expected_quantity, 0 AS variance, 0 AS revenue_impact, "
            "'USD' AS currency",
            [KEY, seats],
        )


def test_what_changed_is_told_with_the_dates_of_the_records(desk: Desk) -> None:
    """Explanation: a line's effective date and a subscription's start, where they make the whole move."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(3, "22.00", effective_date=at_midnight(2026, 6, 20))
    desk.subscription(10)
    desk.subscription(3, start_date=at_midnight(2026, 6, 17))
    _then(desk, 10)
    assert "billed 10 to 13 (+3 from 2026-06-20), owned 10 to 13 (+3 from 2026-06-17)." in desk.compute()["explanation"]


def test_a_move_that_no_record_dates_is_told_with_the_run_that_saw_it(desk: Desk) -> None:
    """Explanation: one more seat than the new subscription brought; nobody knows since when."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(11)
    desk.subscription(3, start_date=at_midnight(2026, 6, 17))
    _then(desk, 10)
    assert "owned 10 to 14 (+4, seen on 2026-06-30)." in desk.compute()["explanation"]


def test_section_5_several_accounts_of_one_client_are_summed_and_their_parts_shown(desk: Desk) -> None:
    """Section 5, "One client, several tenants or sites"."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.account("c2")
    desk.subscription(6)
    desk.subscription(4, company_id="c2")
    row = desk.compute()
    assert (row["class"], row["owned_quantity"]) == ("matched", 10)
    parts = desk.engine.rows(
        "SELECT quantity, mapping_id FROM analytics.evidence WHERE line_key = ? AND side = 'owned' ORDER BY quantity",
        KEY,
    )
    assert [(part["quantity"], part["mapping_id"].split("|")[2]) for part in parts] == [(4, "c2"), (6, "c1")]


def test_section_5_a_nonprofit_sku_is_a_product_of_its_own(desk: Desk) -> None:
    """Section 5, "Nonprofit, education, government": never set off against the commercial SKU."""
    desk.counting("owned", owned_source="pax8")
    desk.rule("counting", product_id="connectwise:772", basis="owned", owned_source="pax8")
    desk.product(772, "p-nonprofit")
    desk.line(5, "22.00")
    desk.subscription(5, product_id="p-nonprofit")
    assert desk.compute()["class"] == "orphan_billing"
    assert desk.row(772)["class"] == "unbilled"


def test_section_5_a_renamed_product_keeps_its_line(desk: Desk) -> None:
    """Section 5, "Product renamed or replaced": a dated alias; history stays with the identifier."""
    desk.counting("owned", owned_source="pax8")
    desk.rules["product_map"][0]["valid_to"] = date(2026, 6, 10)
    desk.rule("product_map", source_system="pax8", vendor_product_id="p-new", product_id=f"connectwise:{SEAT}",
              valid_from=date(2026, 6, 10))  # fmt: skip
    desk.line(10, "22.00")
    desk.subscription(10, product_id="p-new")
    row = desk.compute()
    assert (row["class"], row["line_key"]) == ("matched", KEY)


def test_section_5_a_charge_cycle_of_its_own_closes_where_it_holds_the_cut_off(desk: Desk) -> None:
    """Section 5, "Charge cycle not the calendar month": the closing quantity counts; charges keep their days."""
    desk.counting("owned", owned_source="pax8", charged_source="pax8")
    desk.line(12, "22.00")
    desk.subscription(12)
    desk.item(10, "60.00", date(2026, 5, 17), date(2026, 6, 16))
    desk.item(12, "72.00", date(2026, 6, 17), date(2026, 7, 16))
    row = desk.compute()
    assert (row["charged_quantity"], row["class"], row["flags"]) == (12, "matched", [])
    charges = desk.engine.rows(
        "SELECT charge_period_end, x_states_closing_quantity AS closes, x_cost_in_period AS cost "
        "FROM analytics.vendor_charges ORDER BY charge_period_start"
    )
    # Of 31 days 16 are in June, of 30 days 14: money is set side by side on the days that both have.
    assert [(row["charge_period_end"], row["closes"], row["cost"]) for row in charges] == [
        (date(2026, 6, 17), False, Decimal("30.967742")), (date(2026, 7, 17), True, Decimal("33.6")),
    ]  # fmt: skip


def test_section_5_two_lines_for_one_product_are_summed_and_flagged(desk: Desk) -> None:
    """Section 5, "Two lines for one product": both live in one scope, so they add up; one may be billed twice."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(3, "20.50")
    desk.subscription(13)
    row = desk.compute()
    assert (row["class"], row["billed_quantity"]) == ("matched", 13)
    assert row["flags"] == ["possible_double_billing"]
    assert "10 at 22.00 USD (line 1) + 3 at 20.50 USD (line 2)" in row["explanation"]


def test_section_5_a_line_that_follows_another_is_no_double(desk: Desk) -> None:
    """Section 5, "Two lines for one product": only lines that live on the same day can bill the same units."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00", cancelled_date=at_midnight(2026, 6, 15))
    desk.line(10, "23.00", effective_date=at_midnight(2026, 6, 15))
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], row["billed_quantity"], row["flags"]) == ("matched", 10, [])


def _minimum(desk: Desk, product: int = SEAT, **columns: Any) -> None:
    term = {"agreement_id": "*", "minimum_quantity": Decimal(20), "minimum_scope": "line", **columns}
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", product_id=f"connectwise:{product}", **term)


@pytest.mark.parametrize("agreement", ["*", f"connectwise:{AGREEMENT}"])
def test_section_5_a_minimum_that_nobody_bills_is_unbilled(desk: Desk, agreement: str) -> None:
    """Section 5, "Minimum commitment" of a line: due also where nothing is billed and nothing used."""
    desk.counting("owned", owned_source="pax8")
    _minimum(desk, agreement_id=agreement)
    desk.lay_out()
    # A rule that names an agreement gives it a line of its own.
    (row,) = desk.engine.rows("SELECT * FROM analytics.reconciliation")
    assert row["line_key"] == KEY.removesuffix("*") + agreement
    assert (row["class"], row["billed_quantity"], row["expected_quantity"]) == ("unbilled", 0, 20)
    assert "raised to the minimum of 20" in row["explanation"]


def test_section_5_a_pool_of_which_no_line_is_there_is_unbilled_once(desk: Desk) -> None:
    """Section 5, "Minimum commitment" of a pool: one of its products carries it, not each of them."""
    desk.counting("owned", owned_source="pax8")
    desk.rule("counting", product_id="connectwise:772", basis="owned", owned_source="pax8")
    desk.product(772, "p2")
    for product in (SEAT, 772):
        _minimum(desk, product, minimum_scope="pool", pool="seats")
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("unbilled", 20)
    assert desk.engine.rows("SELECT * FROM analytics.reconciliation WHERE line_key <> ?", KEY) == []


def test_section_5_a_minimum_of_what_could_not_be_read_is_not_assessed(desk: Desk) -> None:
    """Section 5, "Minimum commitment": without a line it is no better known than with one."""
    desk.counting("used", used_source="microsoft_graph")
    _minimum(desk)
    assert desk.compute()["class"] == "not_assessed"


def test_section_5_a_device_that_is_retired_and_still_charged_shows_both_facts(desk: Desk) -> None:
    """Section 5, "Deleted or retired device": the RMM retired one of three, the vendor's invoice still has three."""
    desk.counting("used", used_source="ninjaone", charged_source="pax8")
    desk.line(2, "22.00")
    desk.devices(2, retired=1)
    desk.item(3, "18.00", JUNE, date(2026, 6, 30))
    row = desk.compute()
    assert (row["used_quantity"], row["charged_quantity"]) == (2, 3)
    assert "1 retired at ninjaone, while pax8 still charges 3 where 2 are counted" in row["explanation"]


def test_section_5_a_device_that_left_the_vendors_bill_is_told_of_no_more(desk: Desk) -> None:
    """Section 5, "Deleted or retired device": out of both, there is nothing to say."""
    desk.counting("used", used_source="ninjaone", charged_source="pax8")
    desk.line(2, "22.00")
    desk.devices(2, retired=1)
    desk.item(2, "12.00", JUNE, date(2026, 6, 30))
    assert "still charges" not in desk.compute()["explanation"]
