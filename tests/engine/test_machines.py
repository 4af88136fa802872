"""Which records of the RMM are one machine: serial numbers and hardware ids, and what they prove.

Belongs here: records of one serial number or hardware id through all models. Does not belong here: every way in which
records can be joined (the unit tests of `duplicates_ninjaone`).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, KEY, Desk
from tests.engine.project import Engine

# Of 24 that board makers leave in the field, none may make one machine of several.
PLACEHOLDERS = (
    "123456790", "To be filled by O.E.M.", "Default string", "System Serial Number", "INVALID", "Not Settable", "None",
    "0", "00000000", "1", "N/A", "XXXXXXXXXXXX", "Not Applicable", "SERIAL", "System manufacturer",
    "Chassis Serial Number", "OEM", "Type1Sku0", "PF000000", "Standard", "........", "Unknown", "1234567890123456",
    "EVAL",
)  # fmt: skip


@pytest.fixture
def desk(engine: Engine) -> Desk:
    found = Desk(engine)
    found.counting("used", used_source="ninjaone", inactive_days=30)
    return found


def _records(desk: Desk, *records: tuple[str | None, int | None, int], hardware_id: str | None = None) -> None:
    """Records of the client's organization: serial number, days since each was made, days since its last contact."""
    desk.devices(len(records), retired=0)
    for device, (_, made, seen) in zip(desk.vendor["devices"], records, strict=True):
        device["uid"] = hardware_id or f"7f0e9a12-0000-4000-8000-{device['id']:012}"
        device["created"] = None if made is None else (desk.read_at - timedelta(days=made)).timestamp()
        device["last_contact"] = (desk.read_at - timedelta(days=seen)).timestamp()
    desk.vendor["computer_systems"] = [
        {"device_id": number, "serial_number": serial} for number, (serial, *_) in enumerate(records, start=1)
    ]


def _used(desk: Desk) -> Any:
    return desk.compute()["used_quantity"]


@pytest.mark.parametrize("made", [400, None])
def test_a_serial_number_of_machines_that_live_beside_each_other_is_no_identity(desk: Desk, made: int | None) -> None:
    """Of each number three approved devices of distinct hardware ids, all seen today: 3 each."""
    total = 3 * len(PLACEHOLDERS)
    desk.line(total, "22.00")
    _records(desk, *[(serial, made, 0) for serial in PLACEHOLDERS for _ in range(3)])
    row = desk.compute()
    assert (row["used_quantity"], row["class"], row["flags"]) == (total, "matched", [])


def test_a_machine_installed_anew_is_one(desk: Desk) -> None:
    """The old record fell silent ten days ago, the new one was made nine days ago: 1, not 2."""
    _records(desk, ("5CG1234", 400, 10), ("5CG1234", 9, 0))
    assert _used(desk) == 1
    old = desk.engine.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = '1'")
    assert (old["disposition"], old["reason"]) == ("duplicate", "same serial number as device 2, which reported later")


def test_an_older_record_that_reports_after_the_younger_was_made_is_not_its_predecessor(desk: Desk) -> None:
    _records(desk, ("5CG1234", 400, 8), ("5CG1234", 9, 0))
    assert _used(desk) == 2


def test_a_number_that_live_records_share_proves_nothing_of_a_silent_one(desk: Desk) -> None:
    """Two live machines say it, so the third, silent since before they were made, is a machine of its own."""
    _records(desk, ("INVALID", 400, 20), ("INVALID", 9, 0), ("INVALID", 8, 0))
    assert _used(desk) == 3


def test_a_hardware_id_of_machines_that_live_beside_each_other_is_no_identity(desk: Desk) -> None:
    _records(desk, (None, 400, 0), (None, 300, 0), hardware_id="0aec0000-0000-4000-8000-000000000001")
    assert _used(desk) == 2


def test_a_hardware_id_of_records_that_follow_each_other_is_one_machine(desk: Desk) -> None:
    _records(desk, (None, 400, 10), (None, 9, 0), hardware_id="0aec0000-0000-4000-8000-000000000001")
    assert _used(desk) == 1


@pytest.mark.parametrize("again", [True, False])
def test_a_device_moved_between_two_organizations_counts_once(desk: Desk, again: bool) -> None:
    """It was enrolled in the second organization after it had fallen silent in the first: it counts there alone.

    The vendor may also move the record itself, which then has one organization.
    """
    desk.line(1, "22.00")
    _records(desk, *([("5CG1234", 400, 3), ("5CG1234", 2, 0)] if again else [("5CG1234", 400, 0)]))
    desk.vendor["devices"][-1]["organization_id"] = 13
    desk.rule("client_map", source_system="ninjaone", account_id="13", client_id="connectwise:999")
    desk.lay_out()
    units = desk.engine.rows("SELECT line_key, used_quantity FROM analytics.reconciliation WHERE used_quantity > 0")
    assert [row["used_quantity"] for row in units] == [1]
    if again:
        old = desk.engine.row(
            "SELECT * FROM analytics.row_dispositions WHERE source_table = 'devices' AND source_record_id = '1'"
        )
        assert (old["disposition"], old["reason"]) == (
            "duplicate",
            "same serial number as device 2 of organization 13, which reported later",
        )
        assert desk.row()["class"] == "overbilled"


def test_devices_of_two_clients_with_one_serial_number_count_at_both(desk: Desk) -> None:
    desk.line(1, "22.00")
    _records(desk, ("5CG1234", 400, 0), ("5CG1234", 300, 0))
    desk.vendor["devices"][1]["organization_id"] = 13
    desk.rule("client_map", source_system="ninjaone", account_id="13", client_id=f"connectwise:{CLIENT}")
    assert _used(desk) == 2
    assert desk.row()["line_key"] == KEY


def test_no_time_is_taken_from_the_day_of_the_run(desk: Desk) -> None:
    """A record made after the cut-off is none of the month, so it is nobody's successor."""
    _records(desk, ("5CG1234", 400, 1))
    desk.vendor["devices"].append({**desk.vendor["devices"][0], "id": 2,
                                   "created": datetime(2026, 7, 2, tzinfo=UTC).timestamp()})  # fmt: skip
    desk.vendor["computer_systems"].append({"device_id": 2, "serial_number": "5CG1234"})
    assert _used(desk) == 1
