"""The same comparison by other means: one hand-written DuckDB statement, pandas merge, datacompy.

Belongs here: loading the same Parquet files, joining both sides and comparing them - nothing else. None of these maps
names, explains, keeps evidence, checks its sources or ties its totals out: they are what a skilled person writes in an
afternoon, and the floor that the engine is measured against.
"""

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd

REPOSITORY = Path(__file__).parents[1]
DATACOMPY_LOCK = Path(__file__).parent / "datacompy.lock"

STATEMENT = """
CREATE OR REPLACE TABLE comparison AS
WITH billed AS (
    SELECT
        agreements.company__id AS client, additions.product__id AS product,
        sum(additions.billed_quantity) AS billed, sum(additions.less_included) AS included,
        arg_max(additions.unit_price, additions.effective_date) AS price
    FROM '{folder}/connectwise_additions.parquet' AS additions
    INNER JOIN '{folder}/connectwise_agreements.parquet' AS agreements ON additions.agreement_id = agreements.id
    WHERE
        additions.bill_customer = 'Billable' AND NOT agreements.cancelled_flag
        AND additions.effective_date < TIMESTAMPTZ '2026-06-21 00:00:00+00'
    GROUP BY ALL
),
owned AS (
    SELECT
        CAST(companies.external_id AS BIGINT) AS client, catalog.id AS product, sum(subscriptions.quantity) AS owned
    FROM '{folder}/pax8_subscriptions.parquet' AS subscriptions
    INNER JOIN '{folder}/pax8_companies.parquet' AS companies ON subscriptions.company_id = companies.id
    INNER JOIN '{folder}/pax8_products.parquet' AS products ON subscriptions.product_id = products.id
    INNER JOIN '{folder}/connectwise_catalog.parquet' AS catalog ON products.vendor_sku = catalog.vendor_sku
    WHERE subscriptions.status = 'Active'
    GROUP BY ALL
),
joined AS (
    SELECT
        client, product, price, coalesce(billed, 0) AS billed,
        greatest(0, coalesce(owned, 0) - coalesce(included, 0)) AS expected
    FROM billed
    FULL JOIN owned USING (client, product)
)
SELECT
    *, expected - billed AS variance, round((expected - billed) * price, 2) AS impact,
    CASE
        WHEN billed = 0 AND expected > 0 THEN 'unbilled'
        WHEN expected > billed THEN 'underbilled'
        WHEN expected < billed THEN 'overbilled'
        ELSE 'matched'
    END AS class
FROM joined
"""


def statement(folder: Path) -> float:
    """Seconds of the hand-written statement into a new DuckDB file."""
    database = folder / "statement.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        started = time.perf_counter()
        connection.execute(STATEMENT.format(folder=folder))
        connection.execute("CHECKPOINT")
        return time.perf_counter() - started


def pandas_merge(folder: Path) -> float:
    """Seconds of the same in pandas, with floats, since it has no fast decimals."""
    started = time.perf_counter()
    billed, owned = sides(folder)
    merged = billed.merge(owned, how="outer", on=["client", "product"])
    merged = merged.fillna({"billed": 0.0, "included": 0.0, "owned": 0.0})
    merged["expected"] = (merged["owned"] - merged["included"]).clip(lower=0)
    merged["variance"] = merged["expected"] - merged["billed"]
    merged["impact"] = (merged["variance"] * merged["price"]).round(2)
    merged["class"] = "matched"
    merged.loc[merged["variance"] > 0, "class"] = "underbilled"
    merged.loc[merged["variance"] < 0, "class"] = "overbilled"
    merged.loc[(merged["billed"] == 0) & (merged["expected"] > 0), "class"] = "unbilled"
    return time.perf_counter() - started


def sides(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both sides in pandas, one row per client and product, ids as integers and quantities as floats."""

    def read(name: str, *columns: str) -> pd.DataFrame:
        return pd.read_parquet(folder / f"{name}.parquet", columns=list(columns))

    additions = read(
        "connectwise_additions",
        *("agreement_id", "product__id", "billed_quantity", "less_included", "unit_price", "bill_customer"),
        "effective_date",
    )
    agreements = read("connectwise_agreements", "id", "company__id", "cancelled_flag")
    lines = additions.merge(agreements, left_on="agreement_id", right_on="id")
    due = lines["effective_date"] < pd.Timestamp("2026-06-21", tz="UTC")
    lines = lines[(lines["bill_customer"] == "Billable") & ~lines["cancelled_flag"].astype(bool) & due]
    lines = lines.astype({"billed_quantity": "float64", "less_included": "float64", "unit_price": "float64"})
    billed = (
        lines.groupby(["company__id", "product__id"])
        .agg(billed=("billed_quantity", "sum"), included=("less_included", "sum"), price=("unit_price", "last"))
        .reset_index()
        .rename(columns={"company__id": "client", "product__id": "product"})
    )
    subscriptions = read("pax8_subscriptions", "company_id", "product_id", "quantity", "status")
    companies = read("pax8_companies", "id", "external_id").rename(columns={"id": "company_id"})
    products = read("pax8_products", "id", "vendor_sku").rename(columns={"id": "product_id"})
    catalog = read("connectwise_catalog", "id", "vendor_sku").rename(columns={"id": "product"})
    held = subscriptions[subscriptions["status"] == "Active"].merge(companies, on="company_id")
    held = held.merge(products, on="product_id").merge(catalog, on="vendor_sku")
    held["client"] = held["external_id"].astype("int64")
    held["quantity"] = held["quantity"].astype("float64")
    owned = held.groupby(["client", "product"])["quantity"].sum().reset_index().rename(columns={"quantity": "owned"})
    return billed, owned


def datacompy(folder: Path) -> tuple[float | None, str]:
    """Seconds of datacompy over both sides as Parquet, and what was measured; None with the reason where it cannot run.

    datacompy asks for an older pandas than ours, so it gets an environment of its own from its own lock.
    """
    billed, owned = sides(folder)
    # Included units go back on: datacompy compares columns as they stand.
    billed["quantity"] = billed["billed"] + billed["included"]
    billed[["client", "product", "quantity"]].to_parquet(folder / "left.parquet")
    owned.rename(columns={"owned": "quantity"}).to_parquet(folder / "right.parquet")
    python = folder / "datacompy" / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    steps = (
        [str(uv), "venv", "-q", "--python", sys.executable, str(python.parents[1])],
        [
            *(str(uv), "pip", "install", "-q", "--system-certs", "--require-hashes", "--python", str(python)),
            *("-r", str(DATACOMPY_LOCK)),
        ],
        [str(python), str(Path(__file__).with_name("datacompy_alone.py")), str(folder)],
    )
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=900)  # noqa: S603 - ours
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, str(error)
        if done.returncode != 0:
            return None, (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    seconds, _, what = done.stdout.strip().partition(" ")
    return float(seconds), what
