"""Cases of dated events in the PSA after the cut-off of 20 June 2026. Each has a client of its own.

Belongs here: rows. Does not belong here: expectations (`test_timing.py`).
"""

from datetime import date
from typing import Any

from tests.dbt_project.compare.desk import Desk

JULY = date(2026, 7, 1)
AUGUST = date(2026, 8, 1)


def lay_out_timing(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys and record ids by the name of the case."""
    product = desk.product(25, "used", used="ninjaone", price=8, vendor_ids=[("ninjaone", "DATED")])
    keys: dict[str, str] = {}

    def case(name: str, number: int, used: int, *lines: tuple[int, dict[str, Any]]) -> list[str]:
        client = desk.client(number, accounts=[("ninjaone", f"{number}")])
        desk.vendor("ninjaone", "used", f"{number}", "DATED", used)
        keys[name] = f"{client}|{product}|*"
        return [desk.line(client, product, quantity, **columns) for quantity, columns in lines]

    def later(first: date, **columns: Any) -> dict[str, Any]:
        return {"valid_from": first, "not_live_reason": f"line starts on {first}", "starts_later": True, **columns}

    keys["starting record"] = case("seats start next month", 250, 10, (7, {}), (3, later(JULY)))[1]
    keys["ending record"] = case("seats end next month", 251, 7, (7, {}), (3, {"valid_to": JULY}))[1]
    case("the start explains a part", 252, 11, (7, {}), (3, later(JULY)))
    case("start after the next period", 253, 10, (7, {}), (3, later(AUGUST)))
    case("start on the last day of the next period", 254, 10, (7, {}), (3, later(date(2026, 7, 31))))
    case("a client that starts next month", 255, 3, (3, later(JULY)))
    case("equal, with a line to come", 256, 7, (7, {}), (2, later(JULY)))
    case("start beside included units", 257, 31, (30, {"included_quantity": 25}), (1, later(JULY)))
    case("start that charges nothing", 258, 10, (7, {}), (3, later(JULY, bill_mode="no_charge")))
    case("start that ends again", 259, 10, (7, {}), (3, later(JULY, valid_to=date(2026, 7, 20))))
    case("one starts and one ends", 260, 10, (7, {}), (5, {"valid_to": JULY}), (3, later(date(2026, 7, 15))))
    return keys
