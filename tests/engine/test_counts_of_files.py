"""Counts by day from files of the inbox: how old they may be, and what an account that is no longer named says.

Belongs here: whether such a count is known. Does not belong here: what is made of its days (`test_rules_by_day`).
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.engine.example_desk import CLIENT, CUTOFF, JUNE, PORTAL, Desk, days
from tests.engine.project import Engine

LAST = date(2026, 6, 30)
BACKUP = 640


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def _june(day: int) -> date:
    return date(2026, 6, day)


def _two_accounts(desk: Desk, second_until: date, *, whole: bool) -> None:
    """Accounts c1 and c2 of one client in one file; c2 is named until that day."""
    desk.rule("client_map", source_system=PORTAL, account_id="c2", client_id=f"connectwise:{CLIENT}")
    desk.daily(days(JUNE, LAST, 10), whole=whole)
    desk.daily(days(JUNE, second_until, 5), account="c2", whole=whole)


def test_counts_that_end_before_the_month_are_stale(desk: Desk) -> None:
    """Contract case 8: a file's daily counts end on 31 May; nobody knows what June was."""
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.daily(days(date(2026, 5, 1), date(2026, 5, 31), 10))
    row = desk.compute()
    assert (row["class"], row["used_quantity"], row["variance"]) == ("not_assessed", None, None)
    assert "its counts end on 2026-05-31, more than 26 hours before the cut-off" in row["explanation"]
    health = desk.engine.row("SELECT status, message FROM analytics.source_health WHERE source_system = ?", PORTAL)
    assert health["status"] == "partial"
    assert "none of 1 accounts has a count that is new enough" in health["message"]


@pytest.mark.parametrize(("until", "class_"), [(28, "not_assessed"), (29, "matched"), (30, "matched")])
def test_a_count_is_as_old_as_its_last_day(desk: Desk, until: int, class_: str) -> None:
    """The cut-off is 08:00 on 30 June and the limit 26 hours: the count of 29 June ended eight hours ago."""
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, _june(until), 10))
    assert desk.compute()["class"] == class_


@pytest.mark.parametrize("when", ["last_day", "peak", "average", "prorated"])
def test_no_way_of_counting_takes_an_old_count_for_today(desk: Desk, when: str) -> None:
    desk.counted_by_day(when)
    desk.line(10, "22.00")
    desk.daily(days(JUNE, _june(20), 10))
    assert desk.compute()["class"] == "not_assessed"


def test_a_fixed_day_is_known_once_its_count_is_there(desk: Desk) -> None:
    """Counts that end after the day that is looked at are new enough for it, and for nothing else."""
    desk.counted_by_day("fixed_day", count_day=19)
    desk.line(10, "22.00")
    desk.daily(days(JUNE, _june(20), 10))
    row = desk.compute()
    assert (row["class"], row["expected_quantity"], row["used_quantity"]) == ("matched", 10, None)
    late = Desk(desk.engine)
    late.counted_by_day("fixed_day", count_day=21)
    late.line(10, "22.00")
    late.daily(days(JUNE, _june(20), 10))
    assert late.compute()["class"] == "not_assessed"


def test_a_file_that_only_holds_later_days_says_nothing_of_the_month(desk: Desk) -> None:
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.daily(days(date(2026, 7, 1), date(2026, 7, 3), 10))
    row = desk.compute()
    assert (row["class"], row["used_quantity"]) == ("not_assessed", None)
    assert "it has no count up to 2026-06-30" in row["explanation"]


@pytest.mark.parametrize(("when", "expected"), [("last_day", "10"), ("peak", "15"), ("average", "11.5")])
def test_an_account_that_leaves_a_whole_file_ends_on_that_day(desk: Desk, when: str, expected: str) -> None:
    """Contract case 9: two accounts of one client by file; one leaves the file on 10 June, and the rest stands."""
    desk.counted_by_day(when)
    desk.line(10, "22.00")
    _two_accounts(desk, _june(9), whole=True)
    row = desk.compute()
    assert (row["used_quantity"], row["expected_quantity"]) == (10, Decimal(expected))
    kept = desk.engine.rows(
        "SELECT DISTINCT reason FROM analytics.row_dispositions WHERE reason LIKE '%in no count after%' ORDER BY 1"
    )
    assert len(kept) == 9


@pytest.mark.parametrize("until", [9, 29])
def test_an_account_that_leaves_a_file_which_may_be_partial_is_not_assessed(desk: Desk, until: int) -> None:
    """Contract case 9: nobody says that the file names every account, so the one that is missing is not known."""
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    _two_accounts(desk, _june(until), whole=False)
    row = desk.compute()
    assert (row["class"], row["used_quantity"], row["variance"]) == ("not_assessed", None, None)
    assert f"its counts end on 2026-06-{until:02}, those of other accounts on 2026-06-30" in row["explanation"]
    assert "names_every_account = true in profile.toml of inbox/portal" in row["explanation"]


def test_an_account_whose_mapping_was_ended_holds_nobody_up(desk: Desk) -> None:
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.rule("client_map", source_system=PORTAL, account_id="c2", client_id=f"connectwise:{CLIENT}",
              valid_to=_june(10))  # fmt: skip
    desk.daily(days(JUNE, LAST, 10))
    desk.daily(days(JUNE, _june(9), 5), account="c2")
    row = desk.compute()
    assert (row["class"], row["used_quantity"]) == ("matched", 10)
    assert desk.engine.rows("SELECT class FROM analytics.reconciliation WHERE line_part = 'unmapped_client'") == [
        {"class": "not_assessed"}
    ]


def test_an_account_that_comes_to_a_whole_file_had_nothing_before(desk: Desk) -> None:
    """Its first days are known to be none, and so is a hole in its counts."""
    desk.counted_by_day("average")
    desk.line(13, "22.00")
    desk.rule("client_map", source_system=PORTAL, account_id="c2", client_id=f"connectwise:{CLIENT}")
    desk.daily(days(JUNE, LAST, 10), whole=True)
    desk.daily(days(_june(4), _june(12), 5) + days(_june(22), LAST, 5), account="c2", whole=True)
    assert desk.compute()["expected_quantity"] == 13


def test_a_newer_whole_file_restates_what_an_older_one_said_of_its_days(desk: Desk) -> None:
    """The older file still named c2 on 12 June; the newer one names every account of that day, and c2 is not there."""
    desk.counted_by_day("average")
    desk.line(13, "22.00")
    desk.rule("client_map", source_system=PORTAL, account_id="c2", client_id=f"connectwise:{CLIENT}")
    desk.daily(days(JUNE, _june(12), 10), file="usage-1.csv", whole=True)
    desk.daily(days(JUNE, _june(12), 5), account="c2", file="usage-1.csv", whole=True)
    desk.daily(days(_june(10), LAST, 10), file="usage-2.csv", whole=True)
    row = desk.compute()
    assert row["expected_quantity"] == Decimal("11.5")


def test_a_refused_folder_stops_its_own_lines_and_no_others(desk: Desk) -> None:
    """Two folders of the inbox; a file of the portal's is refused after its last good read."""
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, LAST, 10))
    desk.catalog[BACKUP] = "p2"
    desk.rule("client_map", source_system="backup", account_id="c1", client_id=f"connectwise:{CLIENT}")
    desk.rule("product_map", source_system="backup", vendor_product_id="b1", product_id=f"connectwise:{BACKUP}")
    desk.rule("counting", product_id=f"connectwise:{BACKUP}", basis="owned", owned_source="backup")
    desk.line(3, "5.00", product__id=BACKUP)
    desk.vendor["vendor_quantities"].append(
        {"source_name": "backup", "file_name": "b.csv", "file_hash": "b" * 64, "row_number": 2, "account_id": "c1",
         "product_code": "b1", "side": "owned", "quantity": Decimal(4)}
    )  # fmt: skip
    assert desk.compute()["class"] == "matched"
    why = "portal/usage.csv, line 1: no header row found"
    for table in ("billing_lines", "vendor_quantities"):
        desk.engine.read("exports", table, status="failed", account_id=PORTAL, at=CUTOFF, message=why)
    desk.engine.compute()
    row = desk.row()
    assert (row["class"], row["used_quantity"]) == ("not_assessed", None)
    assert why in row["explanation"]
    other = desk.row(BACKUP)
    assert (other["class"], other["variance"], other["revenue_impact"]) == ("underbilled", 1, 5)
    health = desk.engine.rows("SELECT source_system, status FROM analytics.source_health ORDER BY 1")
    said = {row["source_system"]: row["status"] for row in health}
    assert (said["portal"], said["backup"], said["exports"]) == ("failed", "healthy", "partial")
    assert [row for row in desk.engine.rows("SELECT * FROM analytics.tie_out") if not row["passed"]] == []
