import pytest


@pytest.mark.parametrize(
    ("header", "table"),
    [
        ("Client,Product,Quantity,Unit Price", "billing_lines"),
        ("Company,Service Name,Units,Contract Name", "billing_lines"),
        ("Tenant,SKU,Assigned Licenses", "vendor_quantities"),
        ("CustomerName,ProductName,SubscriptionId,BillableQuantity", "vendor_quantities"),
        ("Company Name,Product,Seats,Partner Cost", "vendor_quantities"),
    ],
)
def test_the_headers_tell_billing_lines_from_vendor_quantities(inbox, header, table):
    inbox.drop("x/file.csv", f"{header}\nAcme,P,3,4\n")
    counts = {read.table_name: read.row_count for read in inbox.read().reads()}
    assert counts[table] == 1
    assert sum(counts.values()) == 1


def test_headers_that_fit_both_are_decided_by_the_folders_role_else_refused(inbox):
    inbox.drop("x/file.csv", "Company,Product,Quantity\nAcme,P,3\n")
    assert 'Say kind = "billing" or kind = "vendor" in profile.toml' in inbox.refusal()
    assert len(inbox.rows("billing_lines", roles={"x": "psa"})) == 1
    assert len(inbox.rows("vendor_quantities", roles={"x": "vendor"})) == 1


@pytest.mark.parametrize(
    ("header", "side", "quantity"),
    [
        ("Quantity", "owned", 1),
        ("Seats", "owned", 1),
        ("Assigned Licenses", "used", 1),
        ("Active Users", "used", 1),
        ("Billable Quantity", "charged", 1),
        ("Quantity,BillableQuantity", "charged", 2),
        ("Consumed Units,Prepaid Units", "owned", 2),
    ],
)
def test_the_quantitys_header_says_what_was_counted(inbox, header, side, quantity):
    inbox.drop("v/file.csv", f"Tenant,Product,{header}\nAcme,P,1,2\n")
    row = inbox.rows("vendor_quantities")[0]
    assert (row["side"], row["quantity"]) == (side, quantity)


def test_owned_and_used_of_one_row_are_both_read(inbox):
    inbox.drop("v/file.csv", "Tenant,Product,Total Licenses,Assigned Licenses,Unit Cost\nAcme,P,5,4,2.00\n")
    rows = inbox.rows("vendor_quantities")
    assert [(row["sheet_name"], row["side"], row["quantity"], row["unit_cost"]) for row in rows] == [
        ("csv", "owned", 5, 2),
        ("csv, used", "used", 4, None),
    ]


def test_a_quantity_that_was_not_read_is_named_and_the_profile_chooses_it(inbox):
    inbox.drop("v/file.csv", "Tenant,Product,Total Licenses,Seat Count\nAcme,P,5,4\n")
    assert "quantity read from Total Licenses as owned; not read: Seat Count" in inbox.message()
    inbox.drop("v/file.csv", "Tenant,Product,Total Licenses,Assigned Licenses\nAcme,P,5,4\n")
    inbox.drop("v/profile.toml", 'side = "used"\n')
    assert [(row["side"], row["quantity"]) for row in inbox.rows("vendor_quantities")] == [("used", 4)]


def test_a_side_column_decides_row_by_row(inbox):
    inbox.drop("v/file.csv", "Tenant,Product,Quantity,Side\nAcme,P,5,Purchased\nAcme,P,4,assigned\n")
    assert [row["side"] for row in inbox.rows("vendor_quantities")] == ["owned", "used"]
    inbox.drop("v/file.csv", "Tenant,Product,Quantity,Side\nAcme,P,5,left\n")
    assert 'column "Side": not owned, used or charged (found "left")' in inbox.read().reads()[0].message


@pytest.mark.parametrize(
    "columns",
    [
        # one line per system, in the words of its own export or API
        "companyName,contractName,serviceName,units,unitPrice",  # Autotask
        "client_name,contract_ref,item_shortdescription,qty_order,unit_price",  # HaloPSA
        "accountName,contractName,ServiceName,Qty,UnitPrice",  # Kaseya BMS
        "company/name,agreement/name,product/identifier,quantity,unitPrice",  # ConnectWise
    ],
)
def test_usual_psa_exports_need_no_profile(inbox, columns):
    inbox.drop("psa_export/file.csv", f"{columns}\nAcme,A1,P,3,2.50\n")
    row = inbox.rows()[0]
    assert (row["client_name"], row["agreement_name"] or row["agreement_id"], row["quantity"]) == ("Acme", "A1", 3)
    assert row["product_name"] == "P" or row["product_code"] == "P"


@pytest.mark.parametrize(
    ("columns", "side"),
    [
        ("companyName,productName,vendorSkuId,quantity,partnerCost", "owned"),  # Pax8 subscriptions
        ("CustomerName,ProductName,SkuId,BillableQuantity,EffectiveUnitPrice", "charged"),  # Partner Center
        ("Organization,Product,Plan Id,agents_count,x", "used"),  # Huntress
        ("siteName,Product,sku,activeLicenses,x", "used"),  # SentinelOne
    ],
)
def test_usual_vendor_exports_need_no_profile(inbox, columns, side):
    inbox.drop("v/file.csv", f"{columns}\nAcme,P,S,3,2.50\n")
    row = inbox.rows("vendor_quantities")[0]
    assert (row["account_name"], row["product_name"], row["quantity"], row["side"]) == ("Acme", "P", 3, side)
