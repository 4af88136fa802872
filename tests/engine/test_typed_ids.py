"""An id that a person typed at a vendor suggests; it decides only together with a second proof, or once confirmed.

Belongs here: accounts as raw rows through all models. Does not belong here: which names are alike
(`dbt_project/models/mapping`).
"""

from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, Desk
from tests.engine.project import Engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """The client holds 10 in an account that a rule gives it; another account of 5 carries its id."""
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.accounts.append("c2")
    desk.subscription(10)
    desk.subscription(5, company_id="c2")
    return desk


def test_an_external_id_alone_gives_no_account_to_a_client(desk: Desk) -> None:
    """External id 250 is our client Fabrikam, whom a rule gives another account, and the name shares nothing."""
    desk.companies["c2"] = {"name": "Northwind Traders", "external_id": str(CLIENT)}
    row = desk.compute()
    assert (row["class"], row["owned_quantity"], row["variance"]) == ("matched", 10, 0)
    other = desk.engine.row("SELECT * FROM analytics.reconciliation WHERE class = 'unmapped_client'")
    assert other["line_key"].startswith("pax8:c2|")
    assert "Account Northwind Traders (pax8:c2) has no confirmed client" in other["explanation"]


@pytest.mark.parametrize("account", ["c1", "c2"])
def test_nor_does_it_where_no_rule_gives_the_client_any_account(desk: Desk, account: str) -> None:
    desk.rules["client_map"].clear()
    desk.companies[account] = {"name": "Northwind Traders", "external_id": str(CLIENT)}
    desk.companies["c1" if account == "c2" else "c2"] = {"name": "Contoso"}
    assert desk.compute()["class"] == "unmapped_client"


@pytest.mark.parametrize(
    ("facts", "owned"),
    [
        ({"name": "FABRIKAM, Ltd."}, 15),
        ({"name": "Fabrikam Holdings"}, 15),
        ({"name": "Fabrikam 2"}, 10),
        ({"name": "Northwind Traders", "website": "https://fabrikam.example"}, 10),
    ],
)
def test_an_external_id_decides_with_a_name_that_agrees(desk: Desk, facts: dict[str, Any], owned: int) -> None:
    """The PSA has no website of the client, so that a website at the distributor proves nothing."""
    desk.companies["c2"] = {"external_id": str(CLIENT), **facts}
    assert desk.compute()["owned_quantity"] == owned


def test_a_rule_confirms_what_the_id_suggests(desk: Desk) -> None:
    desk.companies["c2"] = {"name": "Northwind Traders", "external_id": str(CLIENT)}
    desk.rule("client_map", source_system="pax8", account_id="c2", client_id=f"connectwise:{CLIENT}")
    assert desk.compute()["owned_quantity"] == 15
