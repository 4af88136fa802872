"""Cases of observations beside the verdict: prices, costs, commitments. Each has a client of its own.

Belongs here: rows and rules. Does not belong here: expectations (`test_flags.py`).
"""

from datetime import UTC, date, datetime
from typing import Any

from tests.dbt_project.compare.desk import PSA, Desk

TERM_END = date(2027, 1, 31)


def lay_out_flags(desk: Desk) -> dict[str, str]:
    """Lay out the cases; gives line keys by the name of the case."""
    seats = desk.product(
        30, "owned", owned="pax8", used="microsoft_graph", charged="pax8", price=22, cost="17.60",
        vendor_ids=[("pax8", "flagged"), ("microsoft_graph", "sku-flagged")],
    )  # fmt: skip
    keys: dict[str, str] = {}
    terms: list[dict[str, Any]] = []

    def case(
        name: str, number: int, *, b: int, o: int, u: int, c: int, cost: str = "17.60", until: date | None = None,
        charged: dict[str, Any] | None = None, line: dict[str, Any] | None = None, term: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        client = desk.client(number, accounts=[("pax8", f"c{number}"), ("microsoft_graph", f"t{number}")])
        desk.line(client, seats, b, **{"unit_price": "22.00", "unit_cost": "17.60", **(line or {})})
        desk.vendor(
            "pax8", "owned", f"c{number}", "flagged", o,
            monthly_unit_cost=cost, currency="USD", priced_from=date(2026, 1, 1), committed_until=until,
            commitment_months=12 if until else 0,
        )  # fmt: skip
        desk.vendor(
            "pax8", "charged", f"c{number}", "flagged", c,
            **{"monthly_unit_cost": cost, "currency": "USD", "priced_from": date(2026, 6, 1), **(charged or {})},
        )  # fmt: skip
        desk.vendor("microsoft_graph", "used", f"t{number}", "sku-flagged", u)
        if term:
            terms.append({"client_id": client, "agreement_id": "*", "product_id": seats, **term})
        keys[name] = f"{client}|{seats}|*"

    case("underbilled by six", 220, b=36, o=42, u=42, c=42)
    case("commitment unused", 221, b=46, o=50, u=46, c=50, until=TERM_END, term={"basis": "used"})
    case("unused without commitment", 222, b=46, o=50, u=46, c=50, term={"basis": "used"})
    case("commitment over", 223, b=46, o=50, u=46, c=50, until=date(2026, 6, 19), term={"basis": "used"})
    case("cost rose", 224, b=20, o=20, u=20, c=20, cost="19.80", term={"margin_floor_percent": 15})
    case("margin at the floor", 225, b=20, o=20, u=20, c=20, cost="19.80", term={"margin_floor_percent": 10})
    case("cost in another currency", 226, b=20, o=20, u=20, c=20, line={"currency": "EUR"})
    case("price drift", 227, b=20, o=20, u=20, c=20, term={"contract_price": "23.50", "contract_currency": "USD"})
    case("price as agreed", 228, b=20, o=20, u=20, c=20, term={"contract_price": 22, "contract_currency": "USD"})
    case("charged beyond owned", 229, b=20, o=20, u=20, c=22)
    case("used beyond owned", 230, b=20, o=20, u=23, c=20)
    case("renewal in 30 days", 231, b=50, o=50, u=46, c=50, until=date(2026, 7, 20))
    case("renewal in 31 days", 232, b=46, o=46, u=46, c=46, until=date(2026, 7, 21))
    case("invoice before subscription", 233, b=20, o=20, u=20, c=20, charged={"monthly_unit_cost": "18.00"})
    pounds = {"currency": "GBP"}
    case("cost at a stored rate", 235, b=20, o=20, u=20, c=20, cost="16.00", line={**pounds, "unit_cost": "12.64"})
    case("margin below the floor by the rate", 236, b=20, o=20, u=20, c=20, cost="16.00", line={"currency": "CAD"},
         term={"margin_floor_percent": 15})  # fmt: skip
    case("margin at the floor by the rate", 237, b=20, o=20, u=20, c=20, cost="20.00",
         line={**pounds, "unit_price": "20.00", "unit_cost": "15.80"}, term={"margin_floor_percent": 21})  # fmt: skip
    case("commitment unused at a stored rate", 238, b=46, o=50, u=46, c=50, until=TERM_END, cost="16.07",
         line={**pounds, "unit_cost": "12.70"}, term={"basis": "used"})  # fmt: skip
    desk.rules("exchange_rates", [
        {"rule_id": "exchange_rates.csv:2", "from_currency": "USD", "to_currency": "GBP", "rate": "0.79",
         "source": "ECB reference rate", "valid_from": date(2026, 6, 1), "valid_to": date(2026, 7, 1)},
        {"rule_id": "exchange_rates.csv:4", "from_currency": "USD", "to_currency": "CAD", "rate": "1.36",
         "source": "Bank of Canada", "valid_from": date(2026, 6, 20)},
        # Euros into dollars: the client who pays in euros and costs us dollars is not helped by it.
        {"rule_id": "exchange_rates.csv:3", "from_currency": "EUR", "to_currency": "USD", "rate": "1.08",
         "source": "ECB reference rate", "valid_from": date(2026, 6, 1)},
    ])  # fmt: skip
    for term in terms:
        term["currency"] = term.pop("contract_currency", None)
    desk.rules("terms", terms)

    elsewhere = desk.client(234, accounts=[("microsoft_graph", "t234")])
    desk.line(elsewhere, f"{PSA}:3", 5, unit_price="22.00")
    desk.vendor("microsoft_graph", "used", "t234", "sku-e3", 5)
    keys["owned elsewhere"] = f"{elsewhere}|{PSA}:3|*"
    return {**keys, **_device_census(desk)}


def _device_census(desk: Desk) -> dict[str, str]:
    client = desk.client(240, accounts=[("ninjaone", "240")])
    desk.line(client, f"{PSA}:1", 47)
    for _ in range(44):
        desk.vendor("ninjaone", "used", "240", "WORKSTATION", last_seen_at=datetime(2026, 6, 19, tzinfo=UTC))
    for _ in range(3):
        desk.vendor("ninjaone", "used", "240", "WORKSTATION", last_seen_at=datetime(2026, 4, 1, tzinfo=UTC))
    duplicates = [
        desk.vendor(
            "ninjaone", "used", "240", "WORKSTATION", not_countable_disposition="duplicate",
            not_countable_reason="same serial number as device 7, which reported later",
        )
        for _ in range(2)
    ]  # fmt: skip
    desk.vendor(
        "ninjaone", "used", "240", "WORKSTATION", not_countable_reason="retired", not_countable_disposition="excluded"
    )
    return {"device census": f"{client}|{PSA}:1|*", "duplicate device": duplicates[0]}
