"""Rules of a group or of all clients hit the lines of their products, and one that hits none is named.

Belongs here: idle rules of groups. Does not belong here: idle rules of one product (`test_rules_by_name`).
"""

from datetime import date
from decimal import Decimal

from pipelines.rules.idle import idle
from tests.engine.example_desk import CLIENT, SEAT, Desk
from tests.engine.project import Engine

HERE, GROUP = f"connectwise:{CLIENT}", "group:licences"


def test_rules_of_groups_are_idle_only_where_no_product_of_theirs_has_a_line(engine: Engine) -> None:
    desk = Desk(engine)
    since = {"valid_from": date(2026, 1, 1)}
    for number, (product, group) in enumerate([(SEAT, "licences"), (999, "others")], start=2):
        desk.rule("product_groups", product_id=f"connectwise:{product}", product_group=group, **since,
                  rule_id=f"product_groups.csv:{number}")  # fmt: skip
    for number, (client, group) in enumerate([("*", GROUP), (HERE, GROUP), (HERE, "group:others")], start=2):
        desk.rule("counting", client_id=client, product_id=group, basis="owned", owned_source="pax8", **since,
                  rule_id=f"counting.csv:{number}")  # fmt: skip
        desk.rule("terms", client_id=client, agreement_id="*", product_id=group, margin_floor_percent=Decimal(15),
                  **since, rule_id=f"terms.csv:{number}")  # fmt: skip
    desk.line(10, "22.00")
    desk.subscription(10)
    desk.compute()
    with engine.connect() as connection:
        found = sorted(str(error) for error in idle(connection))
    assert found == [
        "counting.csv:4: client_id: no line of this client and product is there, so the rule counts nothing",
        "terms.csv:4: client_id: no line of this client and product is there, so the term holds for nothing",
    ]
