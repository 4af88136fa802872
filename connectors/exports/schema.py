"""Exports dropped in the inbox: the two raw tables every CSV and XLSX ends in, whichever system wrote the file."""

from connectors.tables import BOOLEAN, DATE, INTEGER, PRICE, QUANTITY, TEXT, Column, Table

_WHERE = (
    Column("source_name", "", TEXT),  # the inbox folder: which system the file came from
    Column("file_name", "", TEXT),
    Column("file_hash", "", TEXT),  # sha256 of the file's bytes
    Column("sheet_name", "", TEXT),  # and after a comma which part, where one row says several things ("Data, used")
    Column("row_number", "", INTEGER),  # 1-based, as a spreadsheet shows it
)
# What the reader found out about whether the row counts; the words it went by are data (aliases.toml).
_JUDGED = (
    Column("status", "", TEXT),  # the words of all columns that decide, each with its header
    Column("not_counted", "", TEXT),  # why the row does not count; null: it does
    Column("fault", "", TEXT),  # why it cannot be told whether it counts
)

BILLING_LINES = Table(
    name="billing_lines",
    endpoint="inbox/{source}/*",
    description="Billing lines exported from a PSA.",
    key=("source_name", "file_hash", "sheet_name", "row_number"),
    account_column="source_name",  # each inbox folder is read by itself
    columns=(
        *_WHERE,
        Column("line_id", "", TEXT),
        Column("client_id", "", TEXT),
        Column("client_name", "", TEXT),
        Column("client_domain", "", TEXT),
        Column("agreement_id", "", TEXT),
        Column("agreement_name", "", TEXT),
        Column("product_code", "", TEXT),
        Column("product_name", "", TEXT),
        Column("quantity", "", QUANTITY),
        Column("included_quantity", "", QUANTITY),
        Column("unit_price", "", PRICE),
        Column("unit_cost", "", PRICE),
        Column("currency", "", TEXT),
        Column("bill_mode", "", TEXT),
        Column("billing_cycle", "", TEXT),  # what the price is for, in English; none: a month
        Column("effective_date", "", DATE),
        Column("cancelled_date", "", DATE),  # the first day that is not billed
        Column("end_date", "", DATE),  # the last day that is billed
        Column("billed_month", "", DATE),  # a day of the month that the row bills, where a row bills one month
        *_JUDGED,
    ),
)

VENDOR_QUANTITIES = Table(
    name="vendor_quantities",
    endpoint="inbox/{source}/*",
    description="Quantities exported from a vendor, distributor or tool: owned, used or charged.",
    key=("source_name", "file_hash", "sheet_name", "row_number"),
    account_column="source_name",  # each inbox folder is read by itself
    is_dated=True,
    columns=(
        *_WHERE,
        Column("record_id", "", TEXT),
        Column("account_id", "", TEXT),
        Column("account_name", "", TEXT),
        Column("account_domain", "", TEXT),
        Column("product_code", "", TEXT),
        Column("product_name", "", TEXT),
        Column("side", "", TEXT),  # owned, used or charged
        Column("quantity", "", QUANTITY),
        Column("unit_cost", "", PRICE),
        Column("currency", "", TEXT),
        Column("counted_on", "", DATE),  # the day of the count, in files that hold one count per day
        Column("effective_date", "", DATE),
        Column("cancelled_date", "", DATE),
        Column("end_date", "", DATE),  # the last day of its term
        Column("charged_from", "", DATE),  # the days that a charge covers, first and last
        Column("charged_to", "", DATE),
        Column("is_part_charge", "", BOOLEAN),  # charges some days only of what another row charges whole
        Column("price_months", "", INTEGER),  # the months that the cost is for; null: one
        *_JUDGED,
        Column("names_every_account", "", BOOLEAN),  # the profile says that each day of the file names all accounts
    ),
)

TABLES = (BILLING_LINES, VENDOR_QUANTITIES)
