"""Cases of what contracts say: tolerances, terms. Each has a client of its own.

Belongs here: rows and rules. Does not belong here: expectations (`test_contracts.py`).
"""

from datetime import date
from typing import Any

from tests.dbt_project.compare.desk import PSA, Desk


def lay_out_contracts(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys by the name of the case."""
    return {**_tolerances(desk), **_terms(desk)}


def _tolerances(desk: Desk) -> dict[str, str]:
    product = desk.product(20, "used", used="ninjaone", price=8, vendor_ids=[("ninjaone", "TOLERATED")])
    desk.rules(
        "tolerances",
        [
            {"client_id": "*", "product_id": product, "tolerance": 2},
            {"client_id": f"{PSA}:204", "product_id": product, "tolerance": 0},
            {"client_id": f"{PSA}:205", "product_id": product, "tolerance": 5, "valid_to": date(2026, 6, 20)},
        ],
    )
    keys = {}
    for number, name, used, billed in (
        (200, "within tolerance, more used", 12, 10),
        (201, "within tolerance, fewer used", 8, 10),
        (202, "beyond tolerance", 13, 10),
        (203, "tolerance and equal", 10, 10),
        (204, "the client's own tolerance", 11, 10),
        (205, "tolerance that ended", 14, 10),
    ):
        client = desk.client(number, accounts=[("ninjaone", f"{number}")])
        desk.line(client, product, billed)
        desk.vendor("ninjaone", "used", f"{number}", "TOLERATED", used)
        keys[name] = f"{client}|{product}|*"
    return keys


def _terms(desk: Desk) -> dict[str, str]:
    seats = desk.product(
        21, "owned", owned="pax8", used="microsoft_graph", charged="pax8", price=22, cost="17.60",
        vendor_ids=[("pax8", "seat"), ("microsoft_graph", "sku-seat")],
    )  # fmt: skip
    devices = desk.product(22, "used", used="ninjaone", price=8, vendor_ids=[("ninjaone", "MINIMUM")])
    rules: list[dict[str, Any]] = []

    def term(client: str, product: str = "*", agreement: str = "*", **terms: Any) -> None:
        rules.append({"client_id": client, "agreement_id": agreement, "product_id": product, **terms})

    keys = {}
    for number, name in ((210, "commitment, basis owned"), (211, "commitment, basis used")):
        client = desk.client(number, accounts=[("pax8", f"c{number}"), ("microsoft_graph", f"t{number}")])
        desk.line(client, seats, 46, unit_price="22.00", unit_cost="17.60")
        desk.vendor("pax8", "owned", f"c{number}", "seat", 50)
        desk.vendor("pax8", "charged", f"c{number}", "seat", 50)
        desk.vendor("microsoft_graph", "used", f"t{number}", "sku-seat", 46)
        keys[name] = f"{client}|{seats}|*"
    term(f"{PSA}:211", seats, basis="used")

    for number, name, used, billed, included in (
        (212, "minimum", 14, 20, 0),
        (213, "minimum not billed", 14, 14, 0),
        (214, "above the minimum", 23, 20, 0),
        (215, "included units before the minimum", 22, 30, 10),
    ):
        client = desk.client(number, accounts=[("ninjaone", f"{number}")])
        desk.line(client, devices, billed, included_quantity=included)
        desk.vendor("ninjaone", "used", f"{number}", "MINIMUM", used)
        term(client, devices, minimum_quantity=20, minimum_scope="line")
        keys[name] = f"{client}|{devices}|*"

    narrow = desk.client(216, accounts=[("ninjaone", "216")])
    desk.line(narrow, devices, 12, agreement_id=f"{PSA}:9216")
    desk.vendor("ninjaone", "used", "216", "MINIMUM", 5)
    # The basis of the whole client, the minimum of this product in this agreement: neither takes the other away.
    term(narrow, basis="fixed")
    term(narrow, devices, minimum_quantity=10, minimum_scope="line", basis="used")
    term(narrow, devices, f"{PSA}:9216", minimum_quantity=12, minimum_scope="line")
    term(narrow, devices, f"{PSA}:1", minimum_quantity=99, minimum_scope="line")
    keys["narrowest term"] = f"{narrow}|{devices}|{PSA}:9216"
    desk.rules("terms", rules)
    return keys
