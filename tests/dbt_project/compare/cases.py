"""The cases of the comparison, each laid out for a client of its own; the tests say what must come of them.

Belongs here: rows. Does not belong here: expectations (`test_*.py`) or table columns (`desk.py`).
"""

from datetime import UTC, date, datetime

from tests.dbt_project.compare.bundle_cases import lay_out_bundles
from tests.dbt_project.compare.contract_cases import lay_out_contracts
from tests.dbt_project.compare.desk import PSA, Desk
from tests.dbt_project.compare.fault_cases import lay_out_faults
from tests.dbt_project.compare.flag_cases import lay_out_flags
from tests.dbt_project.compare.minimum_cases import lay_out_minimums
from tests.dbt_project.compare.timing_cases import lay_out_timing

LONG_AGO = datetime(2026, 4, 1, tzinfo=UTC)
YESTERDAY = datetime(2026, 6, 19, tzinfo=UTC)


def lay_out(desk: Desk) -> dict[str, str]:
    """Lay out every case; gives line keys and record ids by the name of the case."""
    # 1 devices used; 2 seats owned; 3 seats used, owned read too; 4 charged; 5 fixed; 6 no rule; 7 stale source
    desk.product(
        1, "used", used="ninjaone", price=8, cost=5, inactive_days=30, vendor_ids=[("ninjaone", "WORKSTATION")]
    )
    desk.product(
        2, "owned", owned="pax8", used="microsoft_graph", charged="pax8", price=22, cost="17.60",
        vendor_ids=[("pax8", "premium"), ("microsoft_graph", "sku-premium")],
    )  # fmt: skip
    desk.product(3, "used", owned="pax8", used="microsoft_graph", price=22, vendor_ids=[("microsoft_graph", "sku-e3")])
    desk.product(4, "charged", charged="pax8", vendor_ids=[("pax8", "backup")])
    desk.product(5, "fixed", price=100)
    desk.product(6, price=9, vendor_ids=[("pax8", "no-rule")])
    desk.product(7, "owned", owned="veeam", price=3, vendor_ids=[("veeam", "server")])
    desk.health("veeam", "stale", role="vendor", message="last complete read is 90 hours old, the limit is 26")
    return {
        **_devices(desk), **_included(desk), **_bill_modes(desk), **_bases(desk), **_excluded(desk), **_unmapped(desk),
        **_not_assessed(desk), **_prices(desk), **_orphans(desk), **lay_out_contracts(desk),
        **lay_out_flags(desk), **lay_out_timing(desk), **lay_out_bundles(desk), **lay_out_minimums(desk),
        **lay_out_faults(desk),
    }  # fmt: skip


def _key(client: str, product: int, part: str = "") -> str:
    return f"{client}|{PSA}:{product}|*{part}"


def _devices(desk: Desk) -> dict[str, str]:
    client = desk.client(100, accounts=[("ninjaone", "100")])
    desk.line(client, f"{PSA}:1", 47)
    for _ in range(46):
        desk.vendor("ninjaone", "used", "100", "WORKSTATION", last_seen_at=YESTERDAY)
    stale = [desk.vendor("ninjaone", "used", "100", "WORKSTATION", last_seen_at=LONG_AGO) for _ in range(3)]
    retired = desk.vendor(
        "ninjaone", "used", "100", "WORKSTATION", not_countable_reason="retired", not_countable_disposition="excluded"
    )
    pending = desk.vendor("ninjaone", "used", "100", "WORKSTATION", not_countable_reason="approval status PENDING")
    # Exactly at the limit is still seen: 30 days before the cut-off, not a second more.
    limit = desk.client(101, accounts=[("ninjaone", "101")])
    desk.vendor("ninjaone", "used", "101", "WORKSTATION", last_seen_at=datetime(2026, 5, 21, 8, tzinfo=UTC))
    silent = desk.client(102, accounts=[("ninjaone", "102")])
    desk.vendor("ninjaone", "used", "102", "WORKSTATION", last_seen_at=None)
    return {
        "devices": _key(client, 1), "stale device": stale[0], "retired device": retired, "pending device": pending,
        "device at the limit": _key(limit, 1), "device never seen": _key(silent, 1),
    }  # fmt: skip


def _included(desk: Desk) -> dict[str, str]:
    keys = {}
    for number, name, census in ((110, "included units, more used", 31), (111, "included units, fewer used", 22)):
        client = desk.client(number, accounts=[("microsoft_graph", f"t{number}")])
        desk.line(client, f"{PSA}:3", 30, included_quantity=25)
        desk.vendor("microsoft_graph", "used", f"t{number}", "sku-e3", census)
        keys[name] = _key(client, 3)
    return keys


def _bill_modes(desk: Desk) -> dict[str, str]:
    keys = {}
    for number, mode in ((120, "no_charge"), (121, "do_not_bill")):
        client = desk.client(number, accounts=[("pax8", f"c{number}")])
        keys[f"{mode} line"] = _key(client, 2)
        keys[f"{mode} record"] = desk.line(client, f"{PSA}:2", 4, bill_mode=mode)
        desk.vendor("pax8", "owned", f"c{number}", "premium", 4)
    beside = desk.client(125, accounts=[("pax8", "c125")])
    desk.line(beside, f"{PSA}:2", 5)
    for quantity in (1, 2):
        desk.line(beside, f"{PSA}:2", quantity, bill_mode="no_charge")
    desk.vendor("pax8", "owned", "c125", "premium", 7)
    keys["billed beside no charge"] = _key(beside, 2)
    two = desk.client(122, accounts=[("pax8", "c122")])
    desk.line(two, f"{PSA}:2", 5, unit_price="20", agreement_id="a1")
    desk.line(two, f"{PSA}:2", 7, unit_price="24", agreement_id="a2", valid_from=date(2026, 3, 1))
    desk.vendor("pax8", "owned", "c122", "premium", 14)
    keys["two lines"] = _key(two, 2)
    gone = desk.client(123, accounts=[("pax8", "c123")])
    keys["cancelled record"] = desk.line(gone, f"{PSA}:2", 9, not_live_reason="line cancelled on 2026-06-20")
    desk.vendor("pax8", "owned", "c123", "premium", 6)
    keys["cancelled line"] = _key(gone, 2)
    future = desk.client(124)
    keys["future record"] = desk.line(future, f"{PSA}:2", 9, not_live_reason="line starts on 2026-07-01")
    keys["future line"] = _key(future, 2)
    return keys


def _bases(desk: Desk) -> dict[str, str]:
    client = desk.client(130, accounts=[("pax8", "c130"), ("microsoft_graph", "t130")])
    desk.line(client, f"{PSA}:2", 46)
    desk.vendor("pax8", "owned", "c130", "premium", 50)
    desk.vendor("pax8", "charged", "c130", "premium", 50)
    desk.vendor("microsoft_graph", "used", "t130", "sku-premium", 46)
    other = desk.vendor("microsoft_graph", "owned", "t130", "sku-premium", 50)
    used = desk.client(131, accounts=[("microsoft_graph", "t131")])
    desk.line(used, f"{PSA}:3", 46)
    desk.vendor("microsoft_graph", "used", "t131", "sku-e3", 46)
    charged = desk.client(132, accounts=[("pax8", "c132")])
    desk.line(charged, f"{PSA}:4", 10)
    desk.vendor("pax8", "charged", "c132", "backup", 12)
    desk.vendor("pax8", "charged", "c132", "backup", 3, not_countable_reason="item type prorate states no seats")
    fixed = desk.client(133)
    desk.line(fixed, f"{PSA}:5", 1)
    unseen = desk.client(134, accounts=[("microsoft_graph", "t134")])
    loose = desk.vendor("microsoft_graph", "owned", "t134", "sku-premium", 2)
    return {
        "owned basis": _key(client, 2), "undesignated record": other, "used basis": _key(used, 3),
        "charged basis": _key(charged, 4), "fixed basis": _key(fixed, 5),
        "only undesignated rows": _key(unseen, 2), "undesignated record without line": loose,
    }  # fmt: skip


def _excluded(desk: Desk) -> dict[str, str]:
    part = desk.client(140, accounts=[("ninjaone", "140")])
    desk.line(part, f"{PSA}:1", 2)
    for _ in range(2):
        desk.vendor("ninjaone", "used", "140", "WORKSTATION")
    record = desk.vendor("ninjaone", "used", "140", "WORKSTATION")
    rule = desk.exclude(source_system="ninjaone", source_record_id=record, reason="loan device")
    msp = desk.client(141, accounts=[("pax8", "c141"), ("microsoft_graph", "t141")])
    desk.exclude(client_id=msp, reason="internal use")
    desk.vendor("pax8", "owned", "c141", "premium", 12)
    desk.vendor("pax8", "owned", "c141", "nobody-knows", 3)
    desk.vendor("microsoft_graph", "owned", "t141", "sku-premium", 12)
    desk.line(msp, f"{PSA}:2", 1)
    expired = desk.client(142, accounts=[("pax8", "c142")])
    desk.exclude(client_id=expired, valid_from=date(2025, 1, 1), valid_to=date(2026, 6, 20))
    desk.vendor("pax8", "owned", "c142", "premium", 2)
    desk.line(expired, f"{PSA}:2", 2)
    return {
        "excluded part": _key(part, 1, "|excluded"), "rest of the excluded part": _key(part, 1),
        "excluded record": record, "exclusion rule": rule,
        "internal use": _key(msp, 2, "|excluded"), "internal use, billed": _key(msp, 2),
        "internal use, unknown product": f"{msp}|pax8:nobody-knows|*|excluded",
        "exclusion that ended": _key(expired, 2), "exclusion that ended, excluded": _key(expired, 2, "|excluded"),
    }  # fmt: skip


def _unmapped(desk: Desk) -> dict[str, str]:
    desk.account("pax8", "stray")
    stray = desk.vendor("pax8", "owned", "stray", "premium", 12)
    desk.vendor("pax8", "owned", "stray", "nobody-knows", 2)
    maybe = desk.client(150)
    desk.line(maybe, f"{PSA}:2", 12)
    client = desk.client(151, accounts=[("pax8", "c151")])
    desk.vendor("pax8", "owned", "c151", "nobody-knows", 7)
    desk.vendor("pax8", "owned", "c151", "no-rule", 5)
    desk.line(client, f"{PSA}:6", 5)
    return {
        "unmapped account": f"pax8:stray|{PSA}:2|*", "unmapped record": stray,
        "unmapped account, unmapped product": "pax8:stray|pax8:nobody-knows|*",
        "billed, an account may be theirs": _key(maybe, 2),
        "unmapped product": f"{client}|pax8:nobody-knows|*", "product without rule": f"{client}|pax8:no-rule|*",
        "billed product without rule": _key(client, 6),
    }  # fmt: skip


def _not_assessed(desk: Desk) -> dict[str, str]:
    refused = desk.client(160, accounts=[("microsoft_graph", "t160")])
    desk.insert(
        "canonical.account_status",
        [{"source_system": "microsoft_graph", "account_id": "t160", "is_assessable": False,
          "message": "subscribed_skus refused: 403"}],
    )  # fmt: skip
    desk.line(refused, f"{PSA}:3", 20)
    desk.line(refused, f"{PSA}:5", 1)
    stale = desk.client(161, accounts=[("veeam", "v161")])
    desk.line(stale, f"{PSA}:7", 4)
    desk.vendor("veeam", "owned", "v161", "server", 9)
    desk.account("veeam", "v-stray")
    desk.vendor("veeam", "owned", "v-stray", "server", 1)
    return {
        "refused tenant": _key(refused, 3), "refused tenant, fixed line": _key(refused, 5),
        "stale source": _key(stale, 7), "stale source, unmapped account": f"veeam:v-stray|{PSA}:7|*",
    }  # fmt: skip


def _prices(desk: Desk) -> dict[str, str]:
    unpriced = desk.client(170, accounts=[("pax8", "c170")])
    desk.vendor("pax8", "charged", "c170", "backup", 5)
    null = desk.client(171, accounts=[("pax8", "c171")])
    desk.line(null, f"{PSA}:2", 1, unit_price=None)
    desk.vendor("pax8", "owned", "c171", "premium", 3)
    free = desk.client(172, accounts=[("pax8", "c172")])
    desk.line(free, f"{PSA}:2", 3, unit_price=0)
    desk.vendor("pax8", "owned", "c172", "premium", 3)
    half = desk.client(173, currency="EUR", accounts=[("pax8", "c173")])
    desk.line(half, f"{PSA}:2", 2, unit_price="0.125", currency="EUR")
    desk.vendor("pax8", "owned", "c173", "premium", 1)
    unbilled = desk.client(174, currency="EUR", accounts=[("pax8", "c174")])
    desk.vendor("pax8", "owned", "c174", "premium", 3)
    weak = desk.client(175)
    desk.account("pax8", "c175", weak, method="name")
    desk.line(weak, f"{PSA}:2", 1)
    desk.vendor("pax8", "owned", "c175", "premium", 1)
    return {
        "unbilled without price": _key(unpriced, 4), "line without price": _key(null, 2), "free line": _key(free, 2),
        "half a cent": _key(half, 2), "unbilled": _key(unbilled, 2), "matched by name": _key(weak, 2),
    }  # fmt: skip


def _orphans(desk: Desk) -> dict[str, str]:
    orphan = desk.client(180, accounts=[("pax8", "c180")])
    desk.line(orphan, f"{PSA}:2", 5)
    cancelled = desk.client(181, accounts=[("pax8", "c181")])
    desk.line(cancelled, f"{PSA}:2", 5)
    desk.vendor("pax8", "owned", "c181", "premium", 5, not_countable_reason="status Cancelled")
    retired = desk.client(182, accounts=[("ninjaone", "182")])
    desk.line(retired, f"{PSA}:1", 1)
    desk.vendor(
        "ninjaone", "used", "182", "WORKSTATION", not_countable_reason="retired", not_countable_disposition="excluded"
    )
    unused = desk.client(183, accounts=[("ninjaone", "183")])
    desk.line(unused, f"{PSA}:1", 1)
    return {
        "orphan": _key(orphan, 2), "subscription that was cancelled": _key(cancelled, 2),
        "billed for a retired device": _key(retired, 1), "orphan without stray accounts": _key(unused, 1),
    }  # fmt: skip
