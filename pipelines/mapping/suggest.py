"""Which pairs are suggested: the one place that decides, asked by the dbt model `name_matches`.

Belongs here: when the matching engine's word counts, and what it is told of products. Does not belong here: what it is
told of clients (`suggest_clients`), likeness (`pipelines.matching`), what happens to a suggestion (nothing, until a
person confirms it).
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.mapping.engine import Side, Teaching, matched
from pipelines.mapping.suggest_clients import Usage, suggested_clients

SUGGESTIONS = pa.schema(
    [
        ("kind", pa.string()),
        ("source_system", pa.string()),
        ("left_id", pa.string()),
        ("left_name", pa.string()),
        ("right_id", pa.string()),
        ("right_name", pa.string()),
        ("method", pa.string()),
        ("score", pa.decimal128(5, 4)),
        ("tier", pa.string()),
        ("reasons", pa.string()),
    ]
)

Row = Mapping[str, Any]
log = logging.getLogger(__name__)


def suggest(
    accounts: Sequence[Row],
    clients: Sequence[Row],
    vendor_products: Sequence[Row],
    products: Sequence[Row],
    rejections: Sequence[Row],
    fallback: Sequence[Row],
    *,
    confirmed_accounts: Sequence[Row] = (),
    confirmed_products: Sequence[Row] = (),
    aliases: Sequence[Row] = (),
    user_domains: Sequence[Row] = (),
    account_holdings: Sequence[Row] = (),
    client_holdings: Sequence[Row] = (),
) -> pa.Table:
    """The suggested pairs of a run, best first within each account and vendor product.

    The matching engine decides. The candidates that SQL found stand in for it where it fails: a name that it trips over
    must not stop a run, since no figure hangs on a suggestion. What is confirmed already, and what was refused, teaches
    the engine how this home's vendors write names; it is not suggested itself.

    Args:
        accounts: Open vendor accounts (`mapping.open_accounts`).
        clients: Clients that they may be (`mapping.client_keys`).
        vendor_products: Open vendor products (`mapping.open_vendor_products`).
        products: Products that they may be (`mapping.product_keys`).
        rejections: Pairs that people refused (`rejections.csv`).
        fallback: What `mapping.client_candidates` and `mapping.product_candidates` found, by `SUGGESTIONS`.
        confirmed_accounts: Vendor accounts whose client is settled, as `accounts`, with their `client_id`.
        confirmed_products: Vendor products whose product is settled, as `vendor_products`, with their `product_id`.
        aliases: What means the same in names, by the home's files: `kind`, `vendor_text`, `psa_text`.
        user_domains: Users of open accounts by the domain they sign in under (`mapping.account_user_domains`).
        account_holdings: What accounts, open and confirmed, hold of each product (`mapping.account_holdings`).
        client_holdings: What clients are billed for (`mapping.client_holdings`).
    """
    try:
        teaching = Teaching(rejections, aliases)
        usage = Usage(user_domains, account_holdings, client_holdings)
        found = suggested_clients(accounts, clients, confirmed_accounts, usage, teaching)
        found += _products(vendor_products, products, confirmed_products, teaching)
    except Exception:
        log.exception("matching failed; suggestions are those of SQL")
        return _table(fallback)
    return _table(found)


def _products(
    vendor_products: Sequence[Row], products: Sequence[Row], confirmed: Sequence[Row], teaching: Teaching
) -> list[dict[str, Any]]:
    both = [*vendor_products, *confirmed]
    left = {
        # At Microsoft the id is the SKU's GUID, which the public table knows.
        "sku_id": [row["vendor_product_id"] if row["source_system"] == "microsoft_graph" else "" for row in both],
        "part_number": [row["part_number"] for row in both],
        "vendor_sku": [row["vendor_sku"] for row in both],
    }
    right = {
        "part_number": [row["manufacturer_part_number"] or row["product_code"] for row in products],
        "vendor_sku": [row["vendor_sku"] or row["product_code"] for row in products],
    }
    named = [{**row, "left_id": row["vendor_product_id"], "left_name": row["vendor_product_name"]} for row in both]
    targets = [{**row, "right_id": row["product_id"], "right_name": row["product_name"]} for row in products]
    known = [row["product_id"] for row in confirmed]
    return matched("product", Side(named, left), Side(targets, right), known, teaching)


def _table(found: Sequence[Row]) -> pa.Table:
    from decimal import Decimal

    def value(row: Row, name: str) -> Any:
        return Decimal(str(round(float(row[name]), 4))) if name == "score" else row[name]

    columns = [pa.array([value(row, field.name) for row in found], field.type) for field in SUGGESTIONS]
    return pa.table(columns, schema=SUGGESTIONS)
