"""Cases of what contracts say: tolerances, terms. Each has a client of its own.

Belongs here: rows and rules. Does not belong here: expectations (`test_contracts.py`).
"""

from datetime import date

from tests.dbt_project.compare.desk import PSA, Desk


def lay_out_contracts(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys by the name of the case."""
    return _tolerances(desk)


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
