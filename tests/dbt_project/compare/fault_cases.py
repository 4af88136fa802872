"""Cases of wrong input, as canonical rows state it. Each has a client of its own.

Belongs here: rows. Does not belong here: expectations (`test_faults.py`).
"""

from tests.dbt_project.compare.desk import PSA, Desk


def lay_out_faults(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys and record ids by the name of the case."""
    keys: dict[str, str] = {}
    for number, name, fault in (
        (340, "unknown bill mode", "bill mode Sometimes is not known"),
        (341, "no quantity", "it carries no quantity"),
    ):
        client = desk.client(number, accounts=[("pax8", f"c{number}")])
        desk.line(client, f"{PSA}:2", 5)
        keys[f"{name} record"] = desk.line(client, f"{PSA}:2", 3, not_live_reason=fault, fault=fault)
        desk.vendor("pax8", "owned", f"c{number}", "premium", 8)
        keys[name] = f"{client}|{PSA}:2|*"
    negative = desk.client(342, accounts=[("pax8", "c342")])
    desk.line(negative, f"{PSA}:2", -4, fault="it bills -4", is_live=True)
    desk.vendor("pax8", "owned", "c342", "premium", 8)
    census = desk.client(343, accounts=[("pax8", "c343")])
    desk.line(census, f"{PSA}:2", 5)
    for quantity in (-1, 4, -2, -3, -4):
        keys[f"census of {quantity}"] = desk.vendor("pax8", "owned", "c343", "premium", quantity)
    missing = desk.client(344, accounts=[("pax8", "c344"), ("microsoft_graph", "t344")])
    desk.line(missing, f"{PSA}:2", 5)
    keys["missing record"] = desk.vendor(
        "pax8", "owned", "c344", "premium", 0, not_countable_reason="it carries no quantity"
    )
    beside = desk.client(345, accounts=[("pax8", "c345"), ("microsoft_graph", "t345")])
    desk.line(beside, f"{PSA}:2", 5)
    desk.vendor("pax8", "owned", "c345", "premium", 5)
    desk.vendor("microsoft_graph", "used", "t345", "sku-premium", 0, not_countable_reason="it carries no quantity")
    orphan = desk.client(346, accounts=[("pax8", "c346")])
    desk.line(orphan, f"{PSA}:2", 5)
    for product, quantity in (("nobody-knows", 3), ("nobody-knows-either", 4)):
        desk.vendor("pax8", "owned", "c346", product, quantity)
    desk.vendor("pax8", "charged", "c346", "nobody-knows", 3)
    return keys | {
        "negative line": f"{negative}|{PSA}:2|*", "negative census": f"{census}|{PSA}:2|*",
        "census without quantity": f"{missing}|{PSA}:2|*", "no quantity beside the basis": f"{beside}|{PSA}:2|*",
        "orphan beside unmapped products": f"{orphan}|{PSA}:2|*",
    }  # fmt: skip
