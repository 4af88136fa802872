"""Rules for one client, for all, for a product or a group: what holds side by side, and what is refused."""

import pytest

from pipelines.rules import RulesRefused, load_rules
from tests.pipelines.rules.home import write

SERVERS = "connectwise:640,Servers,2026-01-01,{},M. Silva,managed servers"


def counting(product: str, client: str = "", basis: str = "owned", days: str = "2026-01-01,") -> str:
    return f"{product},{basis},pax8,ninjaone,,,{days},M. Silva,why,,,,,,,,,{client}"


def floor(client: str, product: str, agreement: str = "*", **cells: str) -> str:
    names = ("basis", "minimum_quantity", "minimum_scope", "pool", "contract_price", "currency")
    stated = ",".join(cells.get(name, "") for name in names)
    return f"{client},{agreement},{product},{stated},15,,2026-01-01,,M. Silva,house rule,"


def refusals(folder) -> list[str]:
    with pytest.raises(RulesRefused) as refused:
        load_rules(folder)
    return [str(error) for error in refused.value.errors]


def test_one_product_may_have_a_rule_for_all_for_a_client_and_for_its_group(tmp_path):
    rows = "\n".join(
        [
            counting("connectwise:640"),
            counting("connectwise:640", "connectwise:250", "used"),
            counting("group:SERVERS", "*"),
            counting("group:servers", "connectwise:250"),
        ]
    )
    tables = load_rules(write(tmp_path, counting=rows, product_groups=SERVERS.format(""))).tables
    assert tables["counting"]["client_id"].to_pylist() == ["*", "connectwise:250", "*", "connectwise:250"]
    assert tables["counting"]["product_id"].to_pylist()[2:] == ["group:servers"] * 2
    assert tables["product_groups"]["product_group"].to_pylist() == ["servers"]


def test_a_file_without_the_column_speaks_of_all_clients(tmp_path):
    header = "product_id,basis,owned_source,used_source,charged_source,inactive_days,valid_from,valid_to,owner,reason"
    rules = load_rules(
        write(tmp_path, counting=f"{header}\nconnectwise:640,owned,pax8,,,,2026-01-01,,A,why\n".encode())
    )
    assert rules.tables["counting"]["client_id"].to_pylist() == ["*"]


def test_an_empty_client_and_a_star_are_the_same_rule(tmp_path):
    rows = f"{counting('connectwise:640')}\n{counting('connectwise:640', '*', 'used')}"
    assert refusals(write(tmp_path, counting=rows)) == [
        "counting.csv:3: basis: contradicts line 2 about connectwise:640: used, line 2 says owned"
    ]


def test_two_rules_of_one_client_for_one_group_are_refused(tmp_path):
    rows = f"{counting('group:servers', 'connectwise:250')}\n{counting('group:servers', 'connectwise:250', 'used')}"
    assert refusals(write(tmp_path, counting=rows, product_groups=SERVERS.format(""))) == [
        "counting.csv:3: basis: contradicts line 2 about connectwise:250 group:servers: used, line 2 says owned"
    ]


def test_a_product_in_two_groups_on_one_day_is_refused(tmp_path):
    """Of two groups of one product neither is narrower than the other."""
    rows = f"{SERVERS.format('')}\nconnectwise:640,agents,2026-03-01,,M. Silva,every agent"
    assert refusals(write(tmp_path, product_groups=rows)) == [
        "product_groups.csv:3: product_group: contradicts line 2 about connectwise:640: agents, line 2 says servers;"
        " end one before the other begins, or leave one line out and write a rule for the product itself"
    ]


def test_a_group_without_a_product_on_the_days_of_the_rule_is_refused(tmp_path):
    rows = counting("group:servers", days="2026-02-01,")
    assert refusals(write(tmp_path, counting=rows, product_groups=SERVERS.format("2026-02-01"))) == [
        "counting.csv:2: product_id: product_groups.csv puts no product into 'servers' on these days;"
        " add a line for each product"
    ]


def test_a_margin_floor_may_be_said_of_all_clients_and_of_groups(tmp_path):
    rows = "\n".join([floor("*", "*"), floor("*", "group:servers"), floor("connectwise:250", "group:servers")])
    rules = load_rules(write(tmp_path, terms=rows, product_groups=SERVERS.format("")))
    assert rules.tables["terms"].num_rows == 3


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (
            floor("*", "connectwise:640", contract_price="22.00", currency="USD"),
            "contract_price: cannot be said of all clients; write a rule for each client and product that signed it",
        ),
        (
            floor("connectwise:250", "group:servers", basis="used"),
            "basis: cannot be said of a group of products; write a rule for each client and product that signed it",
        ),
        (
            floor("*", "*", "connectwise:41"),
            "agreement_id: names one agreement, but the rule is about all clients; write *",
        ),
    ],
)
def test_what_was_signed_is_not_said_of_many(tmp_path, row, error):
    assert refusals(write(tmp_path, terms=row, product_groups=SERVERS.format(""))) == [f"terms.csv:2: {error}"]


def test_an_inbox_folder_of_the_name_makes_a_group_doubtful(tmp_path):
    folder = write(tmp_path, counting=counting("group:servers"), product_groups=SERVERS.format(""))
    with pytest.raises(RulesRefused, match="rename the folder"):
        load_rules(folder, inboxes=["group"])


def test_a_group_that_adds_up_systems_for_a_part_of_a_bundle_is_refused(tmp_path):
    rows = counting("group:servers").replace(",pax8,", ",pax8+ingram,")
    bundles = "*,connectwise:900,connectwise:640,1,yes,2026-01-01,,M. Silva,plan"
    with pytest.raises(RulesRefused, match=r"what bundles\.csv:2 bundles is counted at one"):
        load_rules(
            write(tmp_path, counting=rows, product_groups=SERVERS.format(""), bundles=bundles), inboxes=["ingram"]
        )
