"""One row that nobody understands makes its own line unknown, and no other.

Belongs here: words for states, times and quantities of one device, addition or agreement, through all models. Does not
belong here: what stops a whole source (`tests/expectations`), negative and missing quantities (`test_wrong_input`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from expectations.connectwise import AGREEMENT_STATUSES
from expectations.ninjaone import APPROVALS
from tests.engine.example_desk import AGREEMENT, CLIENT, KEY, SEAT, Desk
from tests.engine.faults import controls
from tests.engine.project import Engine, at_midnight

WORKSTATION = 772


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    yield Desk(engine)
    engine.run_models()  # none fails of it, asked for or not


def _two_classes(desk: Desk, servers: int, workstations: int, **odd: Any) -> None:
    """Servers and workstations of one client, each a product of its own; the last server is odd."""
    desk.counting("used", used_source="ninjaone", inactive_days=30)
    desk.rule("counting", product_id=f"connectwise:{WORKSTATION}", basis="used", used_source="ninjaone")
    desk.product(WORKSTATION, "p2")
    desk.devices(servers, retired=0)
    desk.rule("product_map", source_system="ninjaone", vendor_product_id="WINDOWS_WORKSTATION",
              product_id=f"connectwise:{WORKSTATION}")  # fmt: skip
    desk.vendor["devices"][-1] |= odd
    desk.vendor["devices"] += [
        {"id": number, "organization_id": 12, "node_class": "WINDOWS_WORKSTATION", "approval_status": "APPROVED",
         "last_contact": desk.read_at.timestamp()}
        for number in range(500, 500 + workstations)
    ]  # fmt: skip
    desk.line(servers, "22.00")
    desk.line(workstations, "10.00", product__id=WORKSTATION)


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"approval_status": "QUARANTINED"}, "ninjaone - 20: approval status QUARANTINED is not known"),
        ({"last_contact": 1782806400000.0}, "ninjaone - 20: last contact 1782806400000.0 is no time in seconds"),
        ({"last_contact": -5.0}, "ninjaone - 20: last contact -5.0 is no time in seconds"),
    ],
)
def test_one_odd_device_makes_its_line_unknown_and_no_other(desk: Desk, odd: dict[str, Any], sentence: str) -> None:
    """Of 1,000 devices one server says what nobody knows: 980 workstations are compared, 20 servers are not."""
    _two_classes(desk, 20, 980, **odd)
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("not_assessed", None)
    assert sentence in row["explanation"]
    other = desk.row(WORKSTATION)
    assert (other["class"], other["used_quantity"]) == ("matched", 980)
    row = desk.engine.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = '20'")
    assert row["disposition"] == "information_only"
    assert controls(desk.engine) == set()


def test_an_unknown_status_stands_for_a_line_where_nothing_else_does(desk: Desk) -> None:
    """Never counted and never dropped: the only device of the client has no billing line either."""
    desk.counting("used", used_source="ninjaone")
    desk.devices(1, retired=0)
    desk.vendor["devices"][0]["approval_status"] = "QUARANTINED"
    assert desk.compute()["class"] == "not_assessed"


def test_an_unknown_status_of_a_device_that_is_silent_anyway_leaves_its_line_known(desk: Desk) -> None:
    _two_classes(
        desk, 3, 1, approval_status="QUARANTINED", last_contact=(desk.read_at - timedelta(days=60)).timestamp()
    )
    row = desk.compute()
    assert (row["class"], row["used_quantity"], row["variance"]) == ("overbilled", 2, -1)


def test_every_known_status_of_a_device_counts_or_does_not(desk: Desk) -> None:
    desk.counting("used", used_source="ninjaone")
    desk.line(1, "22.00")
    desk.devices(len(APPROVALS), retired=0)
    for device, status in zip(desk.vendor["devices"], sorted(APPROVALS), strict=True):
        device["approval_status"] = status
    row = desk.compute()
    assert (row["class"], row["used_quantity"]) == ("matched", 1)


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"bill_customer": "Sometimes"}, "line 1: bill mode Sometimes is not known"),
        ({"bill_customer": None}, "line 1: it says nothing of being billed"),
        ({"quantity": Decimal(1_000_001)}, "line 1: it states 1000001 units"),
    ],
)
def test_one_odd_addition_makes_its_line_unknown_and_no_other(desk: Desk, odd: dict[str, Any], sentence: str) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.rule("counting", product_id=f"connectwise:{WORKSTATION}", basis="owned", owned_source="pax8")
    desk.product(WORKSTATION, "p2")
    desk.line(1_000_000, "10.00", product__id=WORKSTATION)
    desk.lines[-1] |= odd
    desk.line(10, "22.00")
    desk.subscription(12)
    desk.subscription(5, product_id="p2")
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("underbilled", 2)
    odd_row = desk.row(WORKSTATION)
    assert (odd_row["class"], odd_row["variance"]) == ("not_assessed", None)
    assert sentence in odd_row["explanation"]
    assert controls(desk.engine) == set()


def test_an_agreement_of_unknown_status_makes_its_lines_unknown(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.agreements[0] |= {"agreement_status": "Dormant"}
    desk.line(10, "22.00")
    desk.subscription(12)
    row = desk.compute()
    assert row["class"] == "not_assessed"
    assert "line 1: its agreement connectwise:41 has the status Dormant, which is not known" in row["explanation"]


@pytest.mark.parametrize(
    ("agreement", "billed"),
    [
        ({"agreement_status": "Active"}, 10),
        ({"agreement_status": None}, 10),
        ({"agreement_status": "Inactive"}, 0),
        ({"agreement_status": "Expired"}, 0),
        ({"agreement_status": "Cancelled"}, 0),
        # The dates go before the status: these bill in June whatever they are called in July.
        ({"agreement_status": "Cancelled", "date_cancelled": at_midnight(2026, 7, 15)}, 10),
        ({"agreement_status": "Cancelled", "date_cancelled": at_midnight(2026, 6, 15)}, 0),
        ({"agreement_status": "Expired", "no_ending_date_flag": False, "end_date": at_midnight(2026, 6, 15)}, 0),
        ({"agreement_status": "Expired", "no_ending_date_flag": False, "end_date": at_midnight(2026, 7, 5)}, 10),
        # It says that it has expired, and that its end is yet to come: it is not active.
        ({"agreement_status": "Expired", "no_ending_date_flag": False, "end_date": at_midnight(2026, 12, 31)}, 0),
    ],
)
def test_an_agreement_that_is_not_active_bills_nothing(desk: Desk, agreement: dict[str, Any], billed: int) -> None:
    desk.set_month(datetime.combine(date(2026, 7, 10), datetime.min.time(), desk.read_at.tzinfo))
    desk.engine.run(date(2026, 6, 1), desk.read_at + timedelta(hours=2),
                    sources={"connectwise": "psa", "pax8": "vendor"}, limit_hours=24 * 30)  # fmt: skip
    desk.counting("owned", owned_source="pax8")
    desk.agreements[0] |= agreement
    desk.line(10, "22.00")
    desk.subscription(10)
    row = desk.compute()
    assert row["billed_quantity"] == billed
    if not billed:
        assert row["class"] == "unbilled"


def test_every_known_agreement_status_is_told_apart() -> None:
    assert {"Active", "Cancelled", "Expired", "Inactive"} == AGREEMENT_STATUSES


@pytest.mark.parametrize("excluded", [True, False])
def test_a_device_not_seen_for_long_is_neither_excluded_nor_waiting(desk: Desk, excluded: bool) -> None:
    """Contract case 37: five devices, one of them not seen for 60 days: 4 are taken out, or wait for a client."""
    desk.counting("used", used_source="ninjaone", inactive_days=30)
    desk.devices(5, retired=0)
    desk.vendor["devices"][0]["last_contact"] = (desk.read_at - timedelta(days=60)).timestamp()
    if excluded:
        desk.rule("exclusions", client_id=f"connectwise:{CLIENT}", source_system="*", vendor_product_id="*",
                  source_record_id="*", reason="internal use", owner="ops")  # fmt: skip
        key = f"{KEY}|excluded"
    else:
        desk.rules["client_map"] = [rule for rule in desk.rules["client_map"] if rule["source_system"] != "ninjaone"]
        key = f"ninjaone:12|connectwise:{SEAT}|*"
    desk.lay_out()
    row = desk.engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", key)
    assert row["used_quantity"] == 4
    assert desk.engine.rows("SELECT line_key FROM analytics.reconciliation WHERE line_key <> ?", key) == []
    waiting = desk.engine.rows("SELECT waiting_quantity FROM analytics.mapping_queue WHERE source_system = 'ninjaone'")
    assert [row["waiting_quantity"] for row in waiting] == ([] if excluded else [4])
    silent = desk.engine.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = '1'")
    assert (silent["disposition"], silent["reason"][:15]) == ("excluded", "not seen since ")


@pytest.mark.parametrize("excluded", [True, False])
def test_devices_that_are_all_silent_make_no_line_of_their_own(desk: Desk, excluded: bool) -> None:
    desk.counting("used", used_source="ninjaone", inactive_days=30)
    desk.devices(2, retired=0)
    for device in desk.vendor["devices"]:
        device["last_contact"] = (desk.read_at - timedelta(days=60)).timestamp()
    if excluded:
        desk.rule("exclusions", client_id=f"connectwise:{CLIENT}", source_system="*", vendor_product_id="*",
                  source_record_id="*", reason="internal use", owner="ops")  # fmt: skip
    else:
        desk.rules["client_map"] = [rule for rule in desk.rules["client_map"] if rule["source_system"] != "ninjaone"]
    desk.lay_out()
    assert desk.engine.rows("SELECT line_key FROM analytics.reconciliation") == []


def test_an_unknown_status_makes_the_lines_of_every_agreement_unknown(desk: Desk) -> None:
    """Two agreements bill the product, each with terms of its own: the device may be one of either."""
    desk.counting("used", used_source="ninjaone")
    desk.agreement(AGREEMENT + 1)
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id=f"connectwise:{AGREEMENT + 1}",
              product_id=f"connectwise:{SEAT}", minimum_quantity=Decimal(1), minimum_scope="line")  # fmt: skip
    desk.line(2, "22.00")
    desk.line(1, "22.00", agreement_id=AGREEMENT + 1)
    desk.devices(4, retired=0)
    desk.vendor["devices"][3]["approval_status"] = "QUARANTINED"
    desk.lay_out()
    lines = desk.engine.rows("SELECT class, explanation FROM analytics.reconciliation")
    assert [line["class"] for line in lines] == ["not_assessed", "not_assessed"]
    assert all("4: approval status QUARANTINED is not known" in line["explanation"] for line in lines)
