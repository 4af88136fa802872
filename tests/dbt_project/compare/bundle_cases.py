"""Cases of sold bundles: driver, coverage, what is beyond it. Each has a client of its own.

Belongs here: rows and rules. Does not belong here: expectations (`test_bundles.py`).
"""

from typing import Any

from tests.dbt_project.compare.desk import PSA, Desk

COMPLETE, SEAT, AGENT, BACKUP, STALE = (f"{PSA}:{number}" for number in (900, 901, 902, 903, 904))


def lay_out_bundles(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys and record ids by the name of the case."""
    desk.product(
        900, "used", used="microsoft_graph", name="Complete Care", price=135,
        vendor_ids=[("pax8", "care-itself"), ("pax8", "care-itself-too")],
    )  # fmt: skip
    desk.product(
        901, "used", used="microsoft_graph", name="M365 seat", price=22, vendor_ids=[("microsoft_graph", "sku-care")]
    )
    desk.product(902, "used", used="ninjaone", name="EDR agent", price=5, vendor_ids=[("ninjaone", "EDR")])
    desk.product(903, "owned", owned="pax8", name="Backup seat", price=4, vendor_ids=[("pax8", "backup-seat")])
    desk.product(904, "owned", owned="veeam", name="Server backup", price=30, vendor_ids=[("veeam", "care-server")])
    keys: dict[str, str] = {}
    rules = [
        {"bundle_product_id": COMPLETE, "component_product_id": component, "is_driver": driver, **more}
        for component, driver, more in (
            (SEAT, "yes", {"client_id": "*", "units_per_driver": 1}),
            (AGENT, "no", {"client_id": "*", "units_per_driver": 1}),
            (BACKUP, "no", {"client_id": "*", "units_per_driver": 1}),
            (BACKUP, "no", {"client_id": f"{PSA}:302", "units_per_driver": 2}),
            (STALE, "no", {"client_id": f"{PSA}:307", "units_per_driver": 1}),
        )
    ]
    desk.rules("bundles", rules)

    def case(
        number: int, name: str, *, billed: int, users: int, agents: int, backups: int, service: int = 0, **more: Any
    ) -> str:
        client = desk.client(
            number, accounts=[("microsoft_graph", f"t{number}"), ("ninjaone", f"{number}"), ("pax8", f"c{number}")]
        )
        desk.line(client, COMPLETE, billed, unit_price="135.00", **more)
        keys[f"{name}: a user"] = desk.vendor("microsoft_graph", "used", f"t{number}", "sku-care", users)
        for _ in range(service):
            keys[f"{name}: service account"] = desk.vendor(
                "microsoft_graph", "used", f"t{number}", "sku-care",
                not_countable_reason="service account", not_countable_disposition="excluded",
            )  # fmt: skip
        for _ in range(agents):
            keys[f"{name}: an agent"] = desk.vendor("ninjaone", "used", f"{number}", "EDR")
        if backups:
            keys[f"{name}: backups"] = desk.vendor("pax8", "owned", f"c{number}", "backup-seat", backups)
        keys[name] = f"{client}|{COMPLETE}|*"
        for part, component in (("seats", SEAT), ("agents", AGENT), ("backups", BACKUP)):
            keys[f"{name}, {part}"] = f"{client}|{component}|*|bundle"
            keys[f"{name}, {part} beyond"] = f"{client}|{component}|*"
        return client

    case(300, "complete care", billed=25, users=26, service=1, agents=25, backups=24)
    case(301, "more than covered", billed=10, users=10, agents=10, backups=14)
    case(302, "two backups a user", billed=10, users=10, agents=10, backups=19)
    children = case(303, "spelt out at zero", billed=10, users=10, agents=10, backups=10)
    keys["child at zero"] = desk.line(children, AGENT, 10, unit_price=0)
    beside = case(304, "billed beside", billed=10, users=10, agents=10, backups=10)
    desk.line(beside, AGENT, 4, unit_price="5.00")
    case(305, "nothing installed", billed=10, users=10, agents=0, backups=0)
    stale = case(307, "component that is not read", billed=10, users=10, agents=10, backups=10)
    keys["component that is not read, servers"] = f"{stale}|{STALE}|*|bundle"
    wrong = case(308, "wrong driver row", billed=10, users=-1, agents=10, backups=10)
    keys["wrong driver row, seats"] = f"{wrong}|{SEAT}|*|bundle"
    # Not sold any more: its components are lines of their own.
    case(
        309, "bundle not sold", billed=10, users=3, agents=0, backups=0, not_live_reason="line cancelled on 2026-06-01"
    )

    refused = case(310, "driver that is not read", billed=10, users=10, agents=10, backups=10)
    desk.insert(
        "canonical.account_status",
        [{"source_system": "microsoft_graph", "account_id": "t310", "is_assessable": False,
          "message": "license_assignments refused: 403"}],
    )  # fmt: skip
    desk.line(refused, AGENT, 4, unit_price="5.00")
    # Some account of the agents' system has no client: this client's agents may stand there.
    desk.account("ninjaone", "stray agents")
    elsewhere = desk.client(311, accounts=[("microsoft_graph", "t311"), ("pax8", "c311")])
    desk.line(elsewhere, COMPLETE, 10, unit_price="135.00")
    desk.vendor("microsoft_graph", "used", "t311", "sku-care", 10)
    desk.exclude(source_system="pax8", vendor_product_id="care-itself", reason="not resold")
    keys["the bundle's own row, excluded"] = desk.vendor("pax8", "owned", "c311", "care-itself", 4)
    keys["the bundle's own row"] = desk.vendor("pax8", "owned", "c311", "care-itself-too", 4)
    keys["agents elsewhere"] = f"{elsewhere}|{COMPLETE}|*"
    keys["agents elsewhere, agents"] = f"{elsewhere}|{AGENT}|*|bundle"
    return keys
