"""Every rule file's worked example on the page of rules is what the models say of it.

Belongs here: one example a rule file, laid out as the page tells it. Does not belong here: a rule's awkward cases (the
tests by topic).
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from pipelines.rules.files import FILES
from tests.docs.pages import page
from tests.engine.example_desk import CLIENT, SEAT, Desk
from tests.engine.project import Engine
from tests.engine.tenant_desk import GRAPH, TENANT, TenantDesk, sku

SEAT_ID, CLIENT_ID = f"connectwise:{SEAT}", f"connectwise:{CLIENT}"


def bills(desk: Desk, billed: int, owned: int) -> None:
    """That many seats on one line at 22.00, and that many in one subscription of the distributor."""
    desk.counting("owned", owned_source="pax8")
    desk.line(billed, "22.00")
    desk.subscription(owned)


def client_map(desk: TenantDesk) -> None:
    bills(desk, 10, 7)
    desk.account("c2")
    desk.subscription(5, company_id="c2")


def product_map(desk: TenantDesk) -> None:
    bills(desk, 10, 7)
    desk.rule("product_map", source_system="pax8", vendor_product_id="p2", product_id=SEAT_ID)
    desk.subscription(5, product_id="p2")


def splits(desk: TenantDesk) -> None:
    desk.seat_is_counted("used")
    desk.line(3, "22.00")
    desk.tenant([sku(9, 5)], 5)
    del desk.rules["client_map"]
    with_office = "UPDATE raw_microsoft_graph.license_assignments SET office_location = 'Leeds' WHERE user_id < 'u4'"
    with desk.engine.connect() as connection:
        connection.execute(with_office)
    desk.rule("splits", source_system=GRAPH, account_id=TENANT, attribute="office", value="Leeds", client_id=CLIENT_ID)


def special_users(desk: TenantDesk) -> None:
    desk.seat_is_counted("used", counts_special="no")
    desk.line(5, "22.00")
    desk.tenant([sku(9, 5)], 5)
    desk.rule("special_users", source_system=GRAPH, account_id=TENANT, user_name="u0@x", kind="shared_mailbox",
              licence_needed="no")  # fmt: skip


def exclusions(desk: TenantDesk) -> None:
    bills(desk, 10, 10)
    desk.subscription(3)
    desk.rule("exclusions", client_id="*", source_system="pax8", vendor_product_id="*", source_record_id="s2",
              reason="trial")  # fmt: skip


def tolerances(desk: TenantDesk) -> None:
    bills(desk, 10, 12)
    desk.rule("tolerances", client_id="*", product_id=SEAT_ID, tolerance=Decimal(2))


def terms(desk: TenantDesk) -> None:
    bills(desk, 18, 14)
    desk.rule("terms", client_id=CLIENT_ID, agreement_id="*", product_id=SEAT_ID, minimum_quantity=Decimal(20),
              minimum_scope="line")  # fmt: skip


def agreement_units(desk: TenantDesk) -> None:
    bills(desk, 10, 8)
    desk.agreement(42)
    desk.line(2, "22.00", agreement_id=42)
    desk.account("c2")
    desk.subscription(4, company_id="c2")
    desk.rule("agreement_units", client_id=CLIENT_ID, product_id=SEAT_ID, source_system="pax8", attribute="account",
              value="c2", agreement_id="connectwise:42")  # fmt: skip


def item_map(desk: TenantDesk) -> None:
    bills(desk, 20, 31)
    desk.catalog[772] = "p1"
    desk.line(10, "22.00", product__id=772)
    desk.rule("item_map", item_id="connectwise:772", product_id=SEAT_ID)


EXAMPLES: dict[str, Callable[[TenantDesk], None]] = {
    example.__name__: example
    for example in (
        client_map, product_map, splits, special_users, exclusions, tolerances, terms, agreement_units, item_map,
    )
}  # fmt: skip


# What other tests hold against the page, and a file that says nothing of a line.
ELSEWHERE = {
    "bundles": "test_plans_and_their_parts.py",
    "counting": "test_worked_examples.py",
    "exchange_rates": "test_awkward_currencies.py",
    "gone_accounts": "test_refused_tables.py",
    "known_refusals": "test_refused_tables.py",
    "product_groups": "test_narrowest_rules.py",
    "rejections": "it keeps a pair from being suggested",
}


def section(name: str) -> str:
    """What the page says of one rule file."""
    return page("rules.md").partition(f" ## {name}.csv ")[2].partition(" ## ")[0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_example_of_a_rule_file_is_what_the_line_says(engine: Engine, name: str) -> None:
    desk = TenantDesk(engine)
    EXAMPLES[name](desk)
    row = desk.compute()
    assert f"{row['explanation']} ```" in section(name)
    assert f"`{row['class']}`" in section(name)


def test_every_rule_file_has_a_worked_example() -> None:
    assert {file.name for file in FILES} - set(ELSEWHERE) <= set(EXAMPLES)
