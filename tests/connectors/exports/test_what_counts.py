"""Which rows of an export count, what one row is, and whose it is: layouts of real programs, in five languages."""

from datetime import date
from typing import Any

import pytest


def read(inbox, kind: str, text: str, profile: str = "") -> list[dict[str, Any]]:
    inbox.drop("x/file.csv", text)
    inbox.drop("x/profile.toml", f'kind = "{kind}"\n{profile}')
    return inbox.rows("billing_lines" if kind == "billing" else "vendor_quantities")


def counted(rows: list[dict[str, Any]], owner: str = "client_name") -> list[tuple[str, int]]:
    """Owner and quantity of the rows that nothing but a date keeps from counting."""
    return [(row[owner], int(row["quantity"])) for row in rows if not row["not_counted"] and not row["fault"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "AccountName,ContractName,ContractType,ServiceName,Qty,UnitPrice,StartDate,EndDate,ContractStatus\n"
            "HL,MSA,Recurring,BP,10,22.00,2026-01-01,,Active\nHL,Old,Recurring,BP,5,22.00,2025-01-01,,Inactive\n",
            [("HL", 10)],
            id="contract status",
        ),
        pytest.param(
            "company/name,agreement/name,agreement/agreementStatus,product/identifier,quantity,billCustomer\n"
            "HL,MSA,Active,BP,30,Billable\nHL,MSA,Cancelled,BP,5,Billable\n",
            [("HL", 30)],
            id="paths as headers",
        ),
        pytest.param(
            "Cliente,Contrato,Producto,Cantidad,Precio unitario,Estado\nHL,C,BP,10,22.50,Activo\n"
            "HL,C,BP,5,22.50,Cancelado\n",
            [("HL", 10)],
            id="Spanish",
        ),
        pytest.param(
            "Klant;Contractnaam;Omschrijving;Aantal;Prijs per stuk;Status\nHL;C;BP;10;22,00;Actief\n"
            "HL;C;BP;5;22,00;Opgezegd\nTotaal;;;15;;\n",
            [("HL", 10)],
            id="Dutch",
        ),
        pytest.param(
            "Client,Product,Qty,Unit Price,Recurring\nHL,BP,10,22,Yes\nHL,Setup,1,500,No\n",
            [("HL", 10)],
            id="what does not recur",
        ),
        pytest.param(
            "Client,Product,Qty,Unit Price,Billing Frequency\nHL,BP,10,22,Monthly\nHL,BP,1,500,One-time\n",
            [("HL", 10)],
            id="a cycle that does not recur",
        ),
        pytest.param(
            "Date,Transaction Type,No.,Customer full name,Product/Service,Memo/Description,Qty,Sales price,Amount\n"
            "10/31/2026,Invoice,1,HL,M365-BP,BP,10,22.00,220.00\n10/31/2026,Estimate,2,HL,M365-BP,BP,4,22.00,88.00\n"
            "10/31/2026,Credit Memo,3,HL,M365-BP,BP,2,22.00,44.00\n",
            [("HL", 10), ("HL", -2)],
            id="kinds of documents",
        ),
        pytest.param(
            "Customer Name,Invoice No,Invoice Date,Stock Code,Description,Quantity,Unit Price,Net Amount,Nominal Code\n"
            "HL,INV1,31/10/2026,M365-BP,BP,10,22.00,220.00,4000\nHL,CR1,31/10/2026,M365-BP,BP,2,22.00,-44.00,4000\n",
            [("HL", 10), ("HL", -2)],
            id="a credit by its amount",
        ),
        pytest.param(
            "Service,Qty,Unit Price\nHL,,\nBP,10,22\nEX,3,4\nQF,,\nBP,8,22\n",
            [("HL", 10), ("HL", 3), ("QF", 8)],
            id="clients in headings of the product's column",
        ),
        pytest.param(
            "Client,Product,Qty,Unit Price\nHL,BP,10,22\n,EX,3,4\nTotal HL,,13,\nQF,BP,8,22\nTotal QF,,8,\n",
            [("HL", 10), ("HL", 3), ("QF", 8)],
            id="totals between groups",
        ),
        pytest.param(
            "Client,City,State,Product,Quantity,Unit Price\nHL,Austin,TX,BP,10,22\nQF,Reno,NV,BP,8,22\n",
            [("HL", 10), ("QF", 8)],
            id="a state of a country",
        ),
    ],
)
def test_billing_lines_that_count(inbox, text, expected):
    assert counted(read(inbox, "billing", text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "End Customer,Product Name,Subscription ID,Status,License Quantity,Start Date,End Date,Unit Price\n"
            "HL,BP,1,Active,12,2026-01-01,2026-12-31,17.6\nHL,BP,2,Suspended,5,2026-01-01,2026-12-31,17.6\n",
            [("HL", 12)],
            id="a distributor's subscriptions",
        ),
        pytest.param(
            "Site Name,Account Name,SKU,Total Licenses,State\nHL,MSP,Complete,20,active\nQF,MSP,Complete,10,expired\n",
            [("HL", 20)],
            id="sites below the MSP's own account",
        ),
        pytest.param(
            "Device Hostname,Site Name,Device Type,Status\nPC1,HL,Desktop,Online\nSRV,HL,Server,Offline\n",
            [("HL", 1), ("HL", 1)],
            id="devices without a quantity",
        ),
        pytest.param("Customer,Product,Active,Suspended\nHL,BP,12,1\n", [("HL", 12)], id="numbers called Active"),
        pytest.param("Customer,Product,Quantity,Active\nHL,BP,12,Yes\nQF,BP,8,No\n", [("HL", 12)], id="a flag"),
        pytest.param("Mandant;Produkt;Gekaufte Lizenzen\nHL;BP;1.020\n", [("HL", 1020)], id="thousands of licences"),
        pytest.param(
            "Tenant,Service,Item,Usage\nHL,Backup,Workstations,12\nHL,Backup,Servers,2\n",
            [("HL", 12), ("HL", 2)],
            id="items of a service",
        ),
    ],
)
def test_vendor_rows_that_count(inbox, text, expected):
    assert counted(read(inbox, "vendor", text), "account_name") == expected


def test_products_with_plans_are_apart_and_others_keep_their_names(inbox):
    text = "Org,Product,Plan,Seats\nHL,Backup,1 Year,5\nHL,Backup,Forever,3\n".replace("Org", "Organization")
    assert [row["product_name"] for row in read(inbox, "vendor", text)] == ["Backup - 1 Year", "Backup - Forever"]
    text = text.replace("Forever", "1 Year")
    assert [row["product_name"] for row in read(inbox, "vendor", text)] == ["Backup", "Backup"]


def test_licences_in_a_cell_count_one_each(inbox):
    rows = read(
        inbox,
        "vendor",
        "Anzeigename,Benutzerprinzipalname,Lizenzen,Anmeldung blockiert\n"
        "Ada,ada@hl.example,Microsoft 365 Business Premium+Visio Plan 2,Falsch\n"
        "Ben,ben@hl.example,Backup+;Visio Plan 2,Wahr\nOld,old@hl.example,Nicht lizenziert,Wahr\n",
        '[constants]\naccount_name = "HL"\n',
    )
    assert [(row["record_id"], row["product_name"], row["side"], row["quantity"]) for row in rows] == [
        ("ada@hl.example", "Microsoft 365 Business Premium", "used", 1),
        ("ada@hl.example", "Visio Plan 2", "used", 1),
        ("ben@hl.example", "Backup+", "used", 1),
        ("ben@hl.example", "Visio Plan 2", "used", 1),
    ]
    assert rows[1]["sheet_name"] == "csv, licence 2"


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("Active", None),
        ("Résilié", 'Status is "Résilié"'),
        ("Deprovisioned", 'Status is "Deprovisioned"'),
        ("Trial", 'Status is "Trial", and nobody can say whether that counts'),
        ("Zombie", 'Status is "Zombie", which is no word that is known'),
        ("Pending", 'Status is "Pending", and it names no first day'),
    ],
)
def test_a_state_counts_is_gone_or_asks(inbox, word, answer):
    row = read(inbox, "vendor", f"Company,Product,Quantity,Status\nHL,BP,5,{word}\n")[0]
    assert (row["not_counted"] or row["fault"]) == answer


def test_the_profile_says_what_a_word_means(inbox):
    text = "Company,Product,Quantity,Status\nHL,BP,5,Zombie\nHL,BP,4,Trial\n"
    rows = read(inbox, "vendor", text, '[states]\nZombie = "gone"\ntrial = "counts"\n')
    assert [(row["not_counted"], row["fault"]) for row in rows] == [('Status is "Zombie"', None), (None, None)]


def test_a_day_decides_where_the_row_has_one(inbox):
    rows = read(
        inbox,
        "billing",
        "Client,Agreement,Product,Quantity,Unit Price,Status,Cancelled\n"
        "HL,A,BP,5,22,Cancelled,2026-12-31\nHL,A,BP,5,22,Cancelled,\nHL,A,BP,5,22,Cancelled 09/30/2026,\n",
    )
    assert [(row["cancelled_date"], row["not_counted"]) for row in rows] == [
        (date(2026, 12, 31), None),
        (None, 'Status is "Cancelled"'),
        (date(2026, 9, 30), None),
    ]


@pytest.mark.parametrize("day", ["1900-01-01T00:00:00", "1899-12-30", "1753-01-01", "01/01/0001", "1970-01-01"])
def test_the_first_day_of_a_calendar_is_no_end(inbox, day):
    row = read(inbox, "billing", f"Client,Product,Quantity,Unit Price,End Date\nHL,BP,5,22,{day}\n")[0]
    assert row["end_date"] is None


@pytest.mark.parametrize("text", ["15-Jan-26", "15 Jan 26", "Jan 15, 26", "15. January 26"])
def test_a_year_of_two_digits_with_a_named_month(inbox, text):
    row = read(inbox, "billing", f'Client,Product,Quantity,Unit Price,Effective\nHL,BP,5,22,"{text}"\n')[0]
    assert row["effective_date"] == date(2026, 1, 15)


@pytest.mark.parametrize(
    "text", ["2026-10", "10/2026", "Oct 2026", "October-26", "Oktober 2026", "octobre 2026", "202610", "2026-10-31"]
)
def test_a_month_is_read_in_every_style(inbox, text):
    row = read(inbox, "billing", f"Client,Product,Month,Quantity,Unit Price\nHL,BP,{text},5,22\n")[0]
    assert row["billed_month"] == date(2026, 10, 1)
    row = read(inbox, "vendor", f"Customer,Product,Month,Quantity\nHL,BP,{text},5\n")[0]
    assert row["counted_on"] == date(2026, 10, 31)


def test_a_month_without_a_year_is_refused(inbox):
    inbox.drop("x/file.csv", "Client,Product,Month,Quantity,Unit Price\nHL,BP,October,5,22\n")
    assert 'line 2, column "Month": not one month of a year (found "October")' in inbox.refusal()


@pytest.mark.parametrize(
    ("cycle", "word"),
    [
        ("Monthly", "Monthly"),
        ("Annual", "Annual"),
        ("Quarterly", "Quarterly"),
        ("Semi-Annual", "Semi-Annual"),
        ("vierteljährlich", "Quarterly"),
        ("jährlich", "Annual"),
        ("mensuel", "Monthly"),
        ("One-Year commitment for monthly billing", "Monthly"),
        ("Annual (billed monthly)", "Monthly"),
        ("P1Y", "Annual"),
    ],
)
def test_a_price_is_for_the_months_of_its_cycle(inbox, cycle, word):
    row = read(inbox, "billing", f'Client,Product,Quantity,Unit Price,Billing Cycle\nHL,BP,5,22,"{cycle}"\n')[0]
    assert row["billing_cycle"] == word


def test_a_cycle_that_nobody_knows_makes_the_row_unclear(inbox):
    row = read(inbox, "billing", "Client,Product,Quantity,Unit Price,Billing Cycle\nHL,BP,5,22,fortnightly\n")[0]
    assert row["fault"] == 'Billing Cycle is "fortnightly", which is no word that is known'


def test_an_account_of_the_ledger_is_no_client(inbox):
    rows = read(
        inbox,
        "billing",
        "Type,Date,Num,Memo,Name,Item,Account,Qty,Sales Price\n"
        "Invoice,10/31/2026,1,Business Premium,HL,M365-BP,Managed Services Income,10,22.00\n",
    )
    assert [(row["client_name"], row["product_code"], row["product_name"]) for row in rows] == [
        ("HL", "M365-BP", "Business Premium")
    ]


def test_rows_that_name_nobody_are_refused(inbox):
    inbox.drop("x/file.csv", "Client,Product,Quantity,Unit Price\nHL,BP,10,22\n--,EX,3,4\nQF,-,1,2\n")
    refusal = inbox.refusal()
    assert 'line 3, column "Client": no client' in refusal
    assert 'line 4, column "Product": no product' in refusal


def test_days_of_lines_that_nothing_explains_are_not_added_up(inbox):
    inbox.drop(
        "x/file.csv", "Client,Product,Date,Quantity,Unit Price\nHL,BP,2026-09-30,10,22\nHL,BP,2026-10-31,11,22\n"
    )
    assert "lines of several days would be added up" in inbox.refusal()


def test_two_headings_in_a_row_are_refused(inbox):
    inbox.drop("x/file.csv", "Service,Qty,Unit Price\nHL,,\nManaged,,\nBP,10,22\nQF,,\nBP,8,22\n")
    assert "line 2: two headings follow each other" in inbox.refusal()


def test_a_column_that_may_tell_rows_apart_is_named_with_its_values(inbox):
    read(inbox, "billing", "Client,Product,Quantity,Unit Price,Site\nHL,BP,5,22,North\nHL,BP,4,22,South\n")
    assert (
        'column Site is not read and differs between rows of one client and product: "North", "South"'
        in inbox.message()
    )


@pytest.mark.parametrize(
    ("start", "end"), [("From", "To"), ("Service Period Start", "Service Period End"), ("Von", "Bis")]
)
def test_the_days_of_a_period_in_two_columns_are_first_and_last_day(inbox, start, end):
    inbox.drop(
        "psa/lines.csv",
        f"Client,Product,Qty,Unit Price,{start},{end}\n"
        "Acme,P,10,22,2026-09-01,2026-09-30\nAcme,P,11,22,2026-10-01,2026-10-31\n",
    )
    rows = inbox.rows()
    assert [(str(row["effective_date"]), str(row["end_date"])) for row in rows] == [
        ("2026-09-01", "2026-09-30"), ("2026-10-01", "2026-10-31"),
    ]  # fmt: skip


def test_who_something_is_from_is_no_day(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Qty,Unit Price,From\nAcme,P,10,22,Dana\nBeta,P,11,22,Sam\n")
    assert [row["effective_date"] for row in inbox.rows()] == [None, None]


def test_a_trial_in_a_column_of_kinds_is_asked_about(inbox):
    inbox.drop("mail/seats.csv", "Company,Product,Licenses,Type\nAcme,P,12,Paid\nAcme,P,5,Trial\n")
    inbox.drop("mail/profile.toml", 'kind = "vendor"\n')
    rows = inbox.rows("vendor_quantities")
    assert [row["fault"] for row in rows] == [None, 'Type is "Trial", and nobody can say whether that counts']
    assert rows[0]["status"] is None, "a kind says nothing of whether a term was renewed"


def test_flags_that_say_what_is_not_billed_decide(inbox):
    inbox.drop(
        "psa/lines.csv",
        "Client,Product,Qty,Unit Price,Do Not Invoice,On Hold\n"
        "Acme,P,12,22,No,No\nBeta,P,8,22,Yes,No\nGamma,P,3,22,No,Yes\n",
    )
    assert [(row["not_counted"], row["fault"]) for row in inbox.rows()] == [
        (None, None),
        ('Do Not Invoice is "Yes"', None),
        (None, 'On Hold is "Yes", and nobody can say whether that counts'),
    ]


def test_a_flag_and_a_day_that_nobody_reads_are_named(inbox):
    inbox.drop(
        "psa/lines.csv",
        "Client,Product,Qty,Unit Price,Approved,Signed\nAcme,P,12,22,Yes,2026-01-01\nAcme,P,8,22,No,2026-02-01\n",
    )
    inbox.rows()
    assert (
        'column Approved is not read and differs between rows of one client and product: "No", "Yes"' in inbox.message()
    )
    assert "column Signed is not read and differs between rows" in inbox.message()
    inbox.drop("psa/lines.csv", "Client,Product,Qty,Unit Price,Approved\nAcme,P,12,22,Yes\nBeta,P,8,22,No\n")
    assert 'column Approved is not read and says yes of some rows and no of others: "No", "Yes"' in inbox.message()
