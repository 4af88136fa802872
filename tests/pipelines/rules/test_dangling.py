"""Rules that point at nothing are named, and only where the PSA was read."""

import duckdb
import pytest

from pipelines.rules import dangling, load_rules
from pipelines.warehouse.connection import create_control_tables
from tests.pipelines.rules.home import write

CLIENTS = {"connectwise:250": False, "connectwise:251": True}


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        create_control_tables(connection)
        connection.execute("CREATE SCHEMA canonical")
        connection.execute(
            "CREATE TABLE canonical.clients (client_id VARCHAR, source_system VARCHAR, is_deleted BOOLEAN)"
        )
        connection.execute("CREATE TABLE canonical.products (product_id VARCHAR, source_system VARCHAR)")
        connection.execute("CREATE TABLE canonical.agreements (agreement_id VARCHAR, source_system VARCHAR)")
        connection.execute(
            "CREATE TABLE canonical.billing_lines "
            "(client_id VARCHAR, product_id VARCHAR, agreement_id VARCHAR, is_live BOOLEAN, bill_mode VARCHAR)"
        )
        connection.execute(
            "INSERT INTO control.run VALUES ('r', '2026-03-01', '2026-04-01', '2026-03-31', '2026-03-31', "
            "'2026-03-31', 'USD', NULL, '0', 'h', NULL)"
        )
        yield connection


def fill(connection, folder, *, clients=CLIENTS, products=("connectwise:771",), inboxes=(), **rules):
    for client_id, is_deleted in clients.items():
        system = client_id.partition(":")[0]
        connection.execute("INSERT INTO canonical.clients VALUES (?, ?, ?)", [client_id, system, is_deleted])
    for product_id in products:
        system = product_id.partition(":")[0]
        connection.execute("INSERT INTO canonical.products VALUES (?, ?)", [product_id, system])
    for name, table in load_rules(write(folder / "rules", **rules), inboxes=inboxes).tables.items():
        connection.register("given", table)
        connection.execute(f"INSERT INTO rules.{name} SELECT * FROM given")
        connection.unregister("given")


def client_rule(account: str, client: int, valid_to: str = "") -> str:
    return f"pax8,{account},connectwise:{client},2026-01-01,{valid_to},A,2026-01-01,why,"


def test_ids_that_the_psa_has_are_no_warning(warehouse, tmp_path):
    fill(
        warehouse,
        tmp_path,
        client_map=client_rule("c1", 250),
        counting="connectwise:771,fixed,,,,,2026-01-01,,A,why,,,,,,,,,",
        exclusions="*,pax8,p1,*,free,A,2026-12-31,2026-01-01,",
    )
    assert dangling(warehouse) == []


def test_missing_and_deleted_ids_are_named_with_file_line_and_column(warehouse, tmp_path):
    fill(
        warehouse,
        tmp_path,
        client_map="\n".join([client_rule("c1", 250), client_rule("c2", 251), client_rule("c3", 999)]),
        product_map="ninjaone,MAC,connectwise:9,2026-01-01,,A,2026-01-01,why,",
        counting="connectwise:8,fixed,,,,,2026-01-01,,A,why,,,,,,,,,",
        exclusions="connectwise:7,*,*,*,internal use,A,2026-12-31,2026-01-01,",
    )
    assert [str(warning) for warning in dangling(warehouse)] == [
        "client_map.csv:3: client_id: connectwise:251: this client is deleted in the PSA",
        "client_map.csv:4: client_id: connectwise:999: the PSA has no such client",
        "counting.csv:2: product_id: connectwise:8: the PSA has no such product",
        "exclusions.csv:2: client_id: connectwise:7: the PSA has no such client",
        "product_map.csv:2: product_id: connectwise:9: the PSA has no such product",
    ]


def test_a_rule_that_ended_by_the_cut_off_is_no_warning(warehouse, tmp_path):
    rows = [client_rule("c1", 998, valid_to="2026-03-31"), client_rule("c2", 999, valid_to="2026-04-01")]
    fill(warehouse, tmp_path, client_map="\n".join(rows))
    assert [warning.line for warning in dangling(warehouse)] == [3]


def test_a_psa_that_was_not_read_says_nothing_about_its_ids(warehouse, tmp_path):
    fill(warehouse, tmp_path, clients={}, products=(), client_map=client_rule("c1", 999))
    assert dangling(warehouse) == []


def test_nothing_dangles_before_a_run_has_computed_anything(warehouse, tmp_path):
    fill(warehouse, tmp_path, client_map=client_rule("c1", 999))
    warehouse.execute("DROP TABLE canonical.agreements")
    assert dangling(warehouse) == []


def test_the_files_are_judged_as_they_are_now_where_they_are_given(warehouse, tmp_path):
    fill(warehouse, tmp_path, client_map="\n".join([client_rule("c1", 250), client_rule("c2", 999)]))
    mended = load_rules(write(tmp_path / "mended", client_map=client_rule("c2", 251)))
    assert [warning.line for warning in dangling(warehouse)] == [3]
    assert [str(warning) for warning in dangling(warehouse, mended)] == [
        "client_map.csv:2: client_id: connectwise:251: this client is deleted in the PSA"
    ]


@pytest.mark.parametrize(
    ("lines", "is_carried"),
    [
        ([("connectwise:771", "connectwise:41", True, "billable")], True),
        ([("connectwise:771", "connectwise:41", True, "no_charge")], False),
        ([("connectwise:771", "connectwise:41", False, "billable")], False),
        ([("connectwise:771", "connectwise:42", True, "billable")], False),
        # Its part of the product carries it, whoever else bills that.
        ([("connectwise:771", f"connectwise:{number}", True, "billable") for number in (41, 42)], True),
        ([], False),
    ],
)
def test_the_minimum_of_an_agreement_that_bills_nothing_is_named(warehouse, tmp_path, lines, is_carried):
    for line in lines:
        warehouse.execute("INSERT INTO canonical.billing_lines VALUES ('connectwise:250', ?, ?, ?, ?)", list(line))
    warehouse.execute("INSERT INTO canonical.agreements VALUES ('connectwise:41', 'connectwise')")
    term = "connectwise:250,connectwise:41,*,,20,agreement,,,,,,2026-01-01,,A,why,"
    fill(warehouse, tmp_path, terms=term)
    found = [(error.file, error.line, error.column, error.reason) for error in dangling(warehouse)]
    assert found == ([] if is_carried else [
        ("terms.csv", 2, "agreement_id",
         "connectwise:41: no line of this agreement is billed that could carry its minimum")
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("system", "record", "is_named"),
    [
        ("microsoft_graph", "T1:S1", False),
        ("microsoft_graph", "A356AC8C", False),
        ("microsoft_graph", "Ana@Fabrikam.example", False),
        ("*", "a356ac8c", False),
        ("microsoft_graph", "another", True),
        ("*", "another", True),
        ("pax8", "a356ac8c", False),  # nothing was read there, which proves nothing
    ],
)
def test_an_exclusion_of_one_record_that_takes_nothing_out_is_named(warehouse, tmp_path, system, record, is_named):
    warehouse.execute(
        "CREATE TABLE canonical.vendor_quantities AS SELECT 'microsoft_graph' AS source_system,"
        " 't1:s1' AS source_record_id, 'ana@fabrikam.example' AS holder_name, ['a356ac8c'] AS other_ids"
    )
    fill(warehouse, tmp_path, exclusions=f"*,{system},*,{record},bought direct,A,2026-12-31,2026-01-01,")
    found = [str(warning) for warning in dangling(warehouse)]
    of = "" if system == "*" else f" of {system}"
    said = (
        f"exclusions.csv:2: source_record_id: {record}: no record or user of this name was read{of}, so the rule takes"
        " nothing out"
    )
    assert found == ([said] if is_named else [])


def test_an_exclusion_that_has_run_out_or_not_begun_is_not_missed(warehouse, tmp_path):
    warehouse.execute(
        "CREATE TABLE canonical.vendor_quantities AS SELECT 'pax8' AS source_system, 's1' AS source_record_id,"
        " NULL::VARCHAR AS holder_name, NULL::VARCHAR[] AS other_ids"
    )
    rules = [
        "*,pax8,*,old,trial,A,2026-12-31,2026-01-01,2026-03-01",
        "*,pax8,*,new,trial,A,2026-12-31,2026-04-01,",
    ]
    fill(warehouse, tmp_path, exclusions="\n".join(rules))
    assert dangling(warehouse) == []


@pytest.fixture
def vendors(warehouse):
    """Accounts and products of Pax8 and of the inbox folder `portal`, whose names stand for ids."""
    for table, id_column in (("vendor_accounts", "account_id"), ("vendor_products", "vendor_product_id")):
        warehouse.execute(f"CREATE TABLE canonical.{table} (source_system VARCHAR, {id_column} VARCHAR)")
    warehouse.execute("INSERT INTO canonical.vendor_accounts VALUES ('pax8', 'c1'), ('portal', 'harborlight dental')")
    warehouse.execute("INSERT INTO canonical.vendor_products VALUES ('pax8', 'p1'), ('portal', 'saas seat')")
    return warehouse


def test_what_a_vendor_does_not_have_is_named_in_every_file(vendors, tmp_path):
    fill(
        vendors,
        tmp_path,
        inboxes=("portal",),
        client_map="\n".join([client_rule("c1", 250), client_rule("c9", 250)]),
        product_map="pax8,p9,connectwise:771,2026-01-01,,A,2026-01-01,why,",
        exclusions="*,*,p8,*,free,A,2026-12-31,2026-01-01,",
        rejections="client,pax8,c8,connectwise:999,A,2026-01-14,no",
        splits="portal,Harborlight,office,leeds,connectwise:250,2026-01-01,,A,why",
    )
    assert [str(warning) for warning in dangling(vendors)] == [
        "client_map.csv:3: account_id: c9: no such account was read of pax8",
        "exclusions.csv:2: vendor_product_id: p8: no such product was read",
        "product_map.csv:2: vendor_product_id: p9: no such product was read of pax8",
        "rejections.csv:2: left_id: c8: no such account was read of pax8",
        "rejections.csv:2: right_id: connectwise:999: the PSA has no such client",
        "splits.csv:2: account_id: Harborlight: no such account was read of portal",
    ]


def test_names_of_exports_are_found_as_the_file_writes_them(vendors, tmp_path):
    fill(
        vendors,
        tmp_path,
        inboxes=("portal", "ledger"),
        clients={"ledger:harborlight dental": False},
        products=("ledger:microsoft 365 e3",),
        client_map="portal,Harborlight  Dental,ledger:HARBORLIGHT Dental,2026-01-01,,A,2026-01-01,why,",
        product_map="portal,SaaS Seat,ledger:Microsoft 365 E3,2026-01-01,,A,2026-01-01,why,",
        exclusions="*,*,SaaS Seat,*,free,A,2026-12-31,2026-01-01,",
        counting="ledger:Microsoft 365  E5,fixed,,,,,2026-01-01,,A,why,,,,,,,,,",
    )
    assert [str(warning) for warning in dangling(vendors)] == [
        "counting.csv:2: product_id: ledger:Microsoft 365  E5: the PSA has no such product"
    ]


def test_a_vendor_that_was_not_read_and_a_device_class_are_not_missed(vendors, tmp_path):
    vendors.execute("INSERT INTO canonical.vendor_products VALUES ('ninjaone', 'MAC')")
    fill(
        vendors,
        tmp_path,
        product_map="\n".join(
            f"{system},{product},connectwise:771,2026-01-01,,A,2026-01-01,why,"
            for system, product in (
                ("microsoft_graph", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
                ("ninjaone", "LINUX_SERVER"),
                ("ninjaone", "LINUXSERVER"),
            )
        ),
    )
    assert [warning.line for warning in dangling(vendors)] == [4]
