"""Cases of minimums that several lines reach together: of an agreement, of a pool. Each has a client of its own.

Belongs here: rows and rules. Does not belong here: expectations (`test_minimums.py`).
"""

from typing import Any

from tests.dbt_project.compare.desk import PSA, Desk

WORKSTATION, SERVER, SEAT, STALE = (f"{PSA}:{number}" for number in (320, 321, 322, 7))


def lay_out_minimums(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys by the name of the case."""
    desk.product(320, "used", used="ninjaone", price=8, vendor_ids=[("ninjaone", "POOLED_WORKSTATION")])
    desk.product(321, "used", used="ninjaone", price=30, vendor_ids=[("ninjaone", "POOLED_SERVER")])
    desk.product(322, "owned", owned="pax8", price=22, vendor_ids=[("pax8", "pooled-seat")])
    keys: dict[str, str] = {}
    rules: list[dict[str, Any]] = []

    def case(
        number: int, name: str, used: tuple[int, int], billed: tuple[int, int], scope: str, minimum: int = 20
    ) -> str:
        client, agreement = desk.client(number, accounts=[("ninjaone", f"{number}")]), f"{PSA}:9{number}"
        for product, device, units, quantity in zip(
            (WORKSTATION, SERVER), ("POOLED_WORKSTATION", "POOLED_SERVER"), used, billed, strict=True
        ):
            desk.vendor("ninjaone", "used", f"{number}", device, units)
            desk.line(client, product, quantity, agreement_id=agreement)
        if scope == "agreement":
            rules.append(
                {"client_id": client, "agreement_id": agreement, "product_id": "*",
                 "minimum_quantity": minimum, "minimum_scope": scope}
            )  # fmt: skip
        else:
            rules.extend(
                {"client_id": client, "agreement_id": "*", "product_id": product,
                 "minimum_quantity": minimum, "minimum_scope": scope, "pool": "devices"}
                for product in (WORKSTATION, SERVER)
            )  # fmt: skip
        # An agreement that the rules name has lines of its own.
        whose = agreement if scope == "agreement" else "*"
        keys[f"{name}, workstations"] = f"{client}|{WORKSTATION}|{whose}"
        keys[f"{name}, servers"] = f"{client}|{SERVER}|{whose}"
        return client

    case(320, "agreement, billed as agreed", (10, 4), (16, 4), "agreement")
    case(321, "agreement, billed as used", (10, 4), (10, 4), "agreement")
    case(322, "agreement, both billed above", (8, 4), (11, 7), "agreement")
    case(323, "agreement reached", (15, 5), (15, 5), "agreement")
    case(324, "pool, billed as agreed", (10, 4), (10, 10), "pool")
    case(325, "pool, equal lines", (5, 5), (5, 5), "pool")
    stale = case(326, "agreement with a line that is not read", (10, 4), (10, 4), "agreement")
    desk.line(stale, STALE, 3, agreement_id=f"{PSA}:9326")
    keys["line that is not read"] = f"{stale}|{STALE}|{PSA}:9326"
    outside = case(327, "agreement beside another", (10, 4), (16, 4), "agreement")
    desk.account("pax8", "c327", outside)
    desk.vendor("pax8", "owned", "c327", "pooled-seat", 3)
    desk.line(outside, SEAT, 3, agreement_id=f"{PSA}:other")
    keys["line of another agreement"] = f"{outside}|{SEAT}|*"
    both, agreement = case(328, "pool within an agreement", (10, 4), (14, 11), "pool"), f"{PSA}:9328"
    rules.append(
        {"client_id": both, "agreement_id": agreement, "product_id": "*",
         "minimum_quantity": 25, "minimum_scope": "agreement"}
    )  # fmt: skip
    keys["pool within an agreement, workstations"] = f"{both}|{WORKSTATION}|{agreement}"
    keys["pool within an agreement, servers"] = f"{both}|{SERVER}|{agreement}"
    desk.rules("terms", rules)
    return keys
