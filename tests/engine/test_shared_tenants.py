"""Several clients in one tenant, with the numbers of the domain guide: users are split by rule and never spread."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.laws import LAWS
from tests.engine.project import Engine
from tests.engine.raw_rows import write
from tests.engine.worlds import (
    Account,
    Agreement,
    Client,
    Exclusion,
    Line,
    Product,
    Row,
    Split,
    User,
    World,
    account_id,
    assignment_id,
    client_id,
    main_line,
    product_id,
    user_name,
    vendor_product_id,
)

TENANT, SEAT, OWNED, UNMAPPED = 7, 701, 702, 703
OFFICES = {"Leeds": (1, 25), "York": (2, 20), "Hull": (3, 12)}
ACCOUNT_KEY = f"microsoft_graph:{account_id('microsoft_graph', TENANT)}"
USED = Product(SEAT, "used", used="microsoft_graph", owned="microsoft_graph")


def unallocated(product: str) -> str:
    return f"{ACCOUNT_KEY}|{product}|*|unallocated"


def shared_tenant() -> World:
    """60 seats of one product: 25 + 20 + 12 users in three offices, 3 in none. Offices are written as people do."""
    users = [
        User(f"{office.lower()}-{nth}", TENANT, (SEAT,), office=office if nth % 2 else f" {office.upper()} ")
        for office, (_, count) in OFFICES.items()
        for nth in range(count)
    ]
    users += [User("ana", TENANT, (SEAT,)), User("ben", TENANT, (SEAT,), office=""), User("cem", TENANT, (SEAT,))]
    return World(
        clients=tuple(Client(number) for number in (1, 2, 3)),
        agreements=tuple(Agreement(number * 10 + 1, number) for number in (1, 2, 3)),
        accounts=(Account("microsoft_graph", TENANT),),
        products=(USED,),
        lines=tuple(Line(number, number * 10 + 1, SEAT, Decimal(count)) for number, count in OFFICES.values()),
        users=tuple(users),
        splits=tuple(Split(TENANT, office, number) for office, (number, _) in OFFICES.items()),
        rows=(Row("sku", 1, TENANT, SEAT, Decimal(60)),),
    )


def judge(engine: Engine, world: World) -> Engine:
    engine.clear()
    write(world, engine)
    engine.compute()
    broken: dict[str, Any] = {law: rows for law, query in LAWS.items() if (rows := engine.rows(query))}
    assert {**broken, **engine.broken_tests()} == {}
    return engine


def line(engine: Engine, key: str) -> dict[str, Any]:
    return engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", key)


def disposed(engine: Engine, record: str) -> tuple[str, str | None]:
    row = engine.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = ?", record)
    return row["disposition"], row["reason"]


@pytest.fixture(scope="module")
def example(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The public tables of the shared tenant: another test may use the engine in between."""
    judge(engine, shared_tenant())
    tables = ("reconciliation", "row_dispositions", "client_mappings", "period_summary", "discrepancies")
    return {table: engine.table(f"analytics.{table}") for table in tables}


def test_a_shared_tenant_is_split_by_office_and_the_rest_is_unallocated(
    example: dict[str, list[dict[str, Any]]],
) -> None:
    """Domain guide, example I: 60 seats, 25 + 20 + 12 = 57, three users without office, 57 + 3 = 60."""
    lines = {row["line_key"]: row for row in example["reconciliation"]}
    used = {number: lines[main_line(number, SEAT)]["used_quantity"] for number, _ in OFFICES.values()}
    assert used == {1: 25, 2: 20, 3: 12}
    rest = lines[unallocated(product_id(SEAT))]
    assert (rest["class"], rest["kind"], rest["used_quantity"], rest["client_id"]) == ("unallocated", "setup", 3, None)
    assert (sum(used.values()), sum(used.values()) + rest["used_quantity"]) == (57, 60)
    assert len(lines) == 4
    # Never spread: each client is compared with its own users and matches.
    assert {lines[main_line(number, SEAT)]["class"] for number in used} == {"matched"}
    assert (rest["expected_quantity"], rest["variance"], rest["revenue_impact"], rest["billed_quantity"]) == (
        None,
        None,
        None,
        0,
    )


def test_every_user_of_a_shared_tenant_has_one_place(example: dict[str, list[dict[str, Any]]]) -> None:
    """Domain guide, example I and tie-out rule 2: 57 counted and 3 unallocated are the 60 rows received."""
    places = [row["disposition"] for row in example["row_dispositions"] if row["side"] == "used"]
    assert {place: places.count(place) for place in set(places)} == {"counted": 57, "unallocated": 3}
    nobody = [row for row in example["row_dispositions"] if row["disposition"] == "unallocated"]
    assert {(row["holder_name"], row["reason"]) for row in nobody} == {
        (user_name(name), "the user has no office") for name in ("ana", "ben", "cem")
    }


def test_the_explanation_adds_up_to_all_users(example: dict[str, list[dict[str, Any]]]) -> None:
    row = next(row for row in example["reconciliation"] if row["class"] == "unallocated")
    assert row["explanation"] == (
        f"Account {row['client_name']} ({ACCOUNT_KEY}) is shared: 3 used of no client."
        " 60 licensed users = 25 connectwise:1 + 20 connectwise:2 + 12 connectwise:3 + 3 unallocated."
        " Name the office of these users in rules/splits.csv, or the users in rules/exclusions.csv."
    )


def test_unallocated_users_are_work_for_a_person(example: dict[str, list[dict[str, Any]]]) -> None:
    assert [row["class"] for row in example["discrepancies"]] == ["unallocated"]
    assert [row["unallocated_count"] for row in example["period_summary"]] == [1]


def test_a_shared_account_is_mapped_once_to_each_of_its_clients(example: dict[str, list[dict[str, Any]]]) -> None:
    """Domain guide, section 5, "Several clients, one tenant"."""
    found = [(row["client_id"], row["method"], row["reasons"]) for row in example["client_mappings"]]
    assert found == [
        ("connectwise:1", "split", "office leeds"),
        ("connectwise:2", "split", "office york"),
        ("connectwise:3", "split", "office hull"),
    ]


def test_what_is_stated_for_the_whole_tenant_is_known_of_no_client(engine: Engine) -> None:
    """Domain guide, section 5, "Several clients, one tenant": the owned seats of a shared tenant are nobody's own."""
    world = shared_tenant()
    owned = replace(USED, number=OWNED, basis="owned")
    judge(
        engine,
        replace(
            world,
            products=(USED, owned),
            lines=(*world.lines, Line(9, 11, OWNED, Decimal(10))),
            rows=(*world.rows, Row("sku", 2, TENANT, OWNED, Decimal(40))),
        ),
    )
    basis_used, basis_owned = line(engine, main_line(1, SEAT)), line(engine, main_line(1, OWNED))
    assert (basis_used["owned_quantity"], basis_used["class"]) == (None, "matched")
    assert (basis_owned["owned_quantity"], basis_owned["class"]) == (None, "not_assessed")
    assert "stated for the whole shared account, whose users are split by rule" in basis_owned["explanation"]
    sku = f"{account_id('microsoft_graph', TENANT)}:{vendor_product_id('microsoft_graph', OWNED)}"
    reason = "stated for the whole shared account; its users are split by rule"
    assert disposed(engine, sku) == ("information_only", reason)


def test_a_product_that_the_whole_tenant_lacks_is_known_to_be_none(engine: Engine) -> None:
    """A complete list without the product says zero of each client: what is billed is an orphan."""
    world = shared_tenant()
    owned = replace(USED, number=OWNED, basis="owned")
    judge(engine, replace(world, products=(USED, owned), lines=(Line(9, 11, OWNED, Decimal(10)),)))
    row = line(engine, main_line(1, OWNED))
    assert (row["owned_quantity"], row["class"]) == (0, "orphan_billing")


def test_users_of_a_product_nobody_mapped_are_unallocated_by_the_vendors_name_for_it(engine: Engine) -> None:
    world = shared_tenant()
    users = (
        *world.users,
        User("dee", TENANT, (UNMAPPED,)),
        User("eva", TENANT, (UNMAPPED,), office="Rome"),
        User("fay", TENANT, (UNMAPPED,), office="Leeds"),
    )
    judge(engine, replace(world, products=(USED, Product(UNMAPPED, mapped=())), users=users))
    vendor_key = f"microsoft_graph:{vendor_product_id('microsoft_graph', UNMAPPED)}"
    row = line(engine, unallocated(vendor_key))
    assert (row["class"], row["used_quantity"], row["product_id"]) == ("unallocated", 2, None)
    assert "3 licensed users = 1 connectwise:1 + 2 unallocated." in row["explanation"]
    assert line(engine, f"connectwise:1|{vendor_key}|*")["class"] == "unmapped_product"
    assert disposed(engine, assignment_id(TENANT, UNMAPPED, "eva")) == (
        "unallocated",
        "no split rule for office rome",
    )


def test_users_whom_a_rule_excludes_are_not_left_to_allocate(engine: Engine) -> None:
    """Domain guide, section 2: what is excluded comes off before the rest is allocated."""
    world = shared_tenant()
    rule = Exclusion(system="microsoft_graph", record=user_name("ana").upper(), reason="leaves in July")
    judge(engine, replace(world, exclusions=(rule,)))
    assert line(engine, unallocated(product_id(SEAT)))["used_quantity"] == 2
    taken_out = line(engine, f"{ACCOUNT_KEY}|{product_id(SEAT)}|*|excluded")
    assert (taken_out["class"], taken_out["used_quantity"]) == ("excluded", 1)
    assert disposed(engine, assignment_id(TENANT, SEAT, "ana")) == ("excluded", "leaves in July")


def test_users_whom_the_counting_rule_leaves_out_make_no_unallocated_line(engine: Engine) -> None:
    world = shared_tenant()
    nobody = {user_name(user.name) for user in world.users[-3:]}
    users = (*world.users[:-3], *(replace(user, is_guest=True) for user in world.users[-3:]))
    judge(engine, replace(world, products=(replace(USED, counts_guests=False),), users=users))
    assert not engine.rows("SELECT * FROM analytics.reconciliation WHERE class = 'unallocated'")
    places = engine.rows(
        "SELECT holder_name, disposition, reason FROM analytics.row_dispositions WHERE reason = 'guest'"
    )
    assert {(row["holder_name"], row["disposition"]) for row in places} == {(name, "excluded") for name in nobody}


def test_a_rule_for_a_client_that_the_psa_lacks_gives_its_users_to_nobody(engine: Engine) -> None:
    world = shared_tenant()
    splits = (*world.splits[:2], Split(TENANT, "Hull", 99))
    judge(engine, replace(world, splits=splits))
    row = line(engine, unallocated(product_id(SEAT)))
    assert row["used_quantity"] == 15
    assert disposed(engine, assignment_id(TENANT, SEAT, "hull-0")) == (
        "unallocated",
        "the PSA has no client connectwise:99",
    )


def test_a_client_whose_split_rule_is_missing_is_told_of_the_unallocated_users(engine: Engine) -> None:
    world = shared_tenant()
    judge(engine, replace(world, splits=world.splits[:2]))
    row = line(engine, main_line(3, SEAT))
    assert (row["class"], row["variance"]) == ("orphan_billing", -12)
    assert row["explanation"].endswith(
        " 15 used of this product are unallocated at microsoft_graph: they may be this client's."
    )


def test_evidence_names_the_mapping_that_split_the_user_off(engine: Engine) -> None:
    judge(engine, shared_tenant())
    found = engine.rows(
        "SELECT mapping_id, method, count(*) AS users FROM analytics.evidence"
        " INNER JOIN analytics.client_mappings USING (mapping_id) WHERE side = 'used' GROUP BY ALL ORDER BY ALL"
    )
    assert [(row["method"], row["users"]) for row in found] == [("split", 25), ("split", 20), ("split", 12)]


@pytest.mark.parametrize("attribute", ["department", "company"])
def test_other_attributes_of_a_user_split_a_tenant_too(engine: Engine, attribute: str) -> None:
    world = shared_tenant()
    users = tuple(replace(user, office="Paris", **{attribute: user.office}) for user in world.users)
    splits = tuple(replace(rule, attribute=attribute) for rule in world.splits)
    judge(engine, replace(world, users=users, splits=splits))
    assert line(engine, main_line(1, SEAT))["used_quantity"] == 25
    assert f"the user has no {attribute}" in disposed(engine, assignment_id(TENANT, SEAT, "ana"))


def test_a_shared_tenant_that_refuses_leaves_its_clients_unassessed(engine: Engine) -> None:
    world = shared_tenant()
    judge(engine, replace(world, accounts=(replace(world.accounts[0], is_refused=True),)))
    rows = engine.table("analytics.reconciliation")
    assert {row["client_id"]: row["class"] for row in rows} == {
        client_id(number): "not_assessed" for number, _ in OFFICES.values()
    }
