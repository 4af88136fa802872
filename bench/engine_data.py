# ruff: noqa: S608 - every name and number in this SQL is our own; there is no text from outside
"""The data of the engine benchmark: additions and subscriptions of many clients, made by SQL alone.

Belongs here: writing the raw tables' rows to Parquet, and a scratch warehouse holding the same rows with reads and
rules. Does not belong here: measuring. 20 products a client, so that 1,000,000 lines are 50,000 clients. Both sides
agree on about nine lines of ten; the rest differ in quantity, stand on one side only, are not live or bill nothing.
"""

from pathlib import Path

from connectors.load import ensure_raw_tables
from connectors.registry import SYSTEMS
from pipelines.warehouse.connection import connect, create_control_tables

LINES_PER_CLIENT = 20
PRODUCTS = 200
_RUN = "bench"
_LOAD = "load-1"
_READ_AT = "TIMESTAMPTZ '2026-06-20 06:00:00+00'"
_CONTROL = (
    """INSERT INTO control.run VALUES ('bench', '2026-06-01', '2026-07-01', '2026-06-20 08:00:00+00',
    '2026-06-20 08:00:00+00', '2026-06-20', 'USD', NULL, 'bench', 'bench')""",
    "INSERT INTO control.sources VALUES ('connectwise', 'psa', true, 26), ('pax8', 'vendor', true, 26)",
    f"""INSERT INTO rules.counting BY NAME
    SELECT 'connectwise:' || (range + 1) AS product_id, 'owned' AS basis, 'pax8' AS owned_source,
        DATE '2020-01-01' AS valid_from, 'counting.csv:' || (range + 2) AS rule_id, 'counting.csv' AS file,
        range + 2 AS line
    FROM range({PRODUCTS})""",
)

# Ordinary columns of each table; the others are NULL. `n` counts from 0. md5 spreads ids as vendors' GUIDs are spread.
_ROWS = {
    ("connectwise", "companies"): (
        "clients",
        """n + 1 AS id, 'client' || n AS identifier, 'Client ' || md5(n::VARCHAR) AS name, 'Active' AS status__name,
        '[{"id":1,"name":"Customer"}]' AS types, false AS deleted_flag, 'USD' AS currency__currency_code,
        '[]' AS custom_fields""",
    ),
    ("connectwise", "agreements"): (
        "clients",
        """n + 1 AS id, 'Managed services' AS name, n + 1 AS company__id,
        TIMESTAMPTZ '2025-01-01 00:00:00+00' AS start_date,
        true AS no_ending_date_flag, n % 200 = 7 AS cancelled_flag,
        CASE WHEN n % 200 = 7 THEN TIMESTAMPTZ '2026-05-01 00:00:00+00' END AS date_cancelled,
        'USD' AS currency__currency_code""",
    ),
    ("connectwise", "catalog"): (
        "products",
        """n + 1 AS id, 'PRODUCT-' || n AS identifier, 'Managed product ' || n AS description, false AS inactive_flag,
        (10 + n)::DECIMAL(18, 6) AS price, (7 + n)::DECIMAL(18, 6) AS cost, 'SKU-' || n AS vendor_sku""",
    ),
    ("connectwise", "additions"): (
        "lines",
        """n + 1 AS id, client + 1 AS agreement_id, product + 1 AS product__id,
        'PRODUCT-' || product AS product__identifier,
        (1 + n % 97)::DECIMAL(18, 4) AS quantity, (n % 3)::DECIMAL(18, 4) AS less_included,
        (1 + n % 97 - n % 3)::DECIMAL(18, 4) AS billed_quantity, (4 + n % 1000 * 0.07)::DECIMAL(18, 6) AS unit_price,
        (3 + n % 1000 * 0.05)::DECIMAL(18, 6) AS unit_cost,
        CASE WHEN n % 101 = 5 THEN 'DoNotBill' ELSE 'Billable' END AS bill_customer,
        TIMESTAMPTZ '2025-02-01 00:00:00+00' + to_days((n % 600)::INTEGER) AS effective_date,
        'Managed service ' || product AS description, 'Each' AS uom""",
    ),
    ("pax8", "companies"): (
        "clients",
        """md5('account' || n) AS id, 'Client ' || md5(n::VARCHAR) AS name, (n + 1)::VARCHAR AS external_id,
        'Active' AS status""",
    ),
    ("pax8", "products"): (
        "products",
        """md5('product' || n) AS id, 'Distributor product ' || n AS name, 'SKU-' || n AS vendor_sku,
        'Vendor' AS vendor_name""",
    ),
    # Every hundredth subscription is of a product that this client is not billed for.
    ("pax8", "subscriptions"): (
        "lines",
        """md5('subscription' || n) AS id, md5('account' || client) AS company_id,
        md5('product' || CASE WHEN n % 100 = 11 THEN (product + 20) % 200 ELSE product END) AS product_id,
        (1 + n % 97 + CASE WHEN n % 23 = 3 THEN 5 WHEN n % 29 = 4 THEN -1 ELSE 0 END)::DECIMAL(18, 4) AS quantity,
        CASE WHEN n % 150 = 9 THEN 'Cancelled' ELSE 'Active' END AS status,
        TIMESTAMPTZ '2025-02-01 00:00:00+00' AS start_date, (3 + n % 1000 * 0.05)::DECIMAL(18, 6) AS partner_cost,
        'USD' AS currency_code, 'Monthly' AS billing_term""",
    ),
}


def fill(database: Path, folder: Path, rows: int) -> None:
    """Fill a new warehouse with `rows` billing lines and as many subscriptions, and write its raw rows to Parquet.

    Args:
        database: The DuckDB file to create.
        folder: Gets one file per raw table that has rows, `<system>_<table>.parquet`.
        rows: Billing lines, a multiple of 20 (products per client).
    """
    with connect(database) as connection:
        create_control_tables(connection)
        for system in SYSTEMS:
            ensure_raw_tables(connection, system)
        connection.execute(f"CREATE TEMP VIEW clients AS SELECT range AS n FROM range({rows // LINES_PER_CLIENT})")
        connection.execute(f"CREATE TEMP VIEW products AS SELECT range AS n FROM range({PRODUCTS})")
        connection.execute(
            f"""CREATE TEMP VIEW lines AS SELECT range AS n, range // {LINES_PER_CLIENT} AS client,
            range // {LINES_PER_CLIENT} % 10 * {LINES_PER_CLIENT} + range % {LINES_PER_CLIENT} AS product
            FROM range({rows})"""
        )
        for (system, name), (source, columns) in _ROWS.items():
            # Whole rows travel with their text as received, as they do in a home.
            connection.execute(
                f"""INSERT INTO raw_{system}.{name} BY NAME
                SELECT *, to_json(given) AS _source_row, {_READ_AT} AS _captured_at, '{_LOAD}' AS _dlt_load_id
                FROM (SELECT {columns} FROM {source}) AS given"""
            )
            connection.execute(
                f"""INSERT INTO control.reads BY NAME
                SELECT '{_RUN}' AS run_id, '{system}' AS source_system, '{name}' AS table_name, 'full' AS mode,
                    'ok' AS status, {_READ_AT} AS captured_at, '{_LOAD}' AS load_id, count(*) AS row_count
                FROM raw_{system}.{name}"""
            )
            target = folder / f"{system}_{name}.parquet"
            connection.execute(f"COPY raw_{system}.{name} TO '{target}' (FORMAT parquet)")
        for statement in _CONTROL:
            connection.execute(statement)
        connection.execute("CHECKPOINT")
