"""Which pairs are suggested: the one place that decides, asked by the dbt model `name_matches`.

Belongs here: what the matching engine is told of each side, and when its word counts. Does not belong here: likeness
(`pipelines.matching`), what happens to a suggestion (nothing, until a person confirms it).
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

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
# Scores of the SQL candidates, where they stand in for the engine's.
_LIKELY = 0.96

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
    names_decide: bool = False,
) -> pa.Table:
    """The suggested pairs of a run, best first within each account and vendor product.

    The matching engine decides. The candidates that SQL found stand in for it in an audit, where names decide and the
    report shows the score that did, and where the engine fails: a name that it trips over must not stop a run, since no
    figure hangs on a suggestion.

    Args:
        accounts: Open vendor accounts (`mapping.open_accounts`).
        clients: Clients that they may be (`mapping.client_keys`).
        vendor_products: Open vendor products (`mapping.open_vendor_products`).
        products: Products that they may be (`mapping.product_keys`).
        rejections: Pairs that people refused (`rejections.csv`).
        fallback: The candidates of `mapping.client_candidates` and `mapping.product_candidates`, by `SUGGESTIONS`.
        names_decide: Whether this run is an audit.
    """
    if names_decide:
        return _table(_standing_in(fallback))
    try:
        found = _clients(accounts, clients, rejections) + _products(vendor_products, products, rejections)
    except Exception:
        log.exception("matching failed; suggestions are those of SQL")
        found = _standing_in(fallback)
    return _table(found)


def _clients(accounts: Sequence[Row], clients: Sequence[Row], rejections: Sequence[Row]) -> list[dict[str, Any]]:
    # An external id that two accounts of a system carry proves nothing.
    carried: dict[tuple[str, str], int] = {}
    for row in accounts:
        if row["external_id"]:
            key = row["source_system"], row["external_id"]
            carried[key] = carried.get(key, 0) + 1

    def external(row: Row) -> str:
        # Only Pax8 keeps the PSA's own id there; ids of other systems are numbers that happen to agree.
        key = row["source_system"], row["external_id"]
        return row["external_id"] if key[0] == "pax8" and carried.get(key) == 1 else ""

    left = {
        "tenant_id": [row["tenant_id"] for row in accounts],
        "domain": [row["domain"] for row in accounts],
        "psa_id": [external(row) for row in accounts],
    }
    right = {
        "tenant_id": [row["tenant_id"] for row in clients],
        "domain": [row["domain"] for row in clients],
        "psa_id": [row["source_client_id"] for row in clients],
    }
    named = [{**row, "left_id": row["account_id"], "left_name": row["account_name"]} for row in accounts]
    targets = [{**row, "right_id": row["client_id"], "right_name": row["client_name"]} for row in clients]
    return _matched("client", named, left, targets, right, rejections)


def _products(
    vendor_products: Sequence[Row], products: Sequence[Row], rejections: Sequence[Row]
) -> list[dict[str, Any]]:
    left = {
        # At Microsoft the id is the SKU's GUID, which the public table knows.
        "sku_id": [
            row["vendor_product_id"] if row["source_system"] == "microsoft_graph" else "" for row in vendor_products
        ],
        "part_number": [row["part_number"] for row in vendor_products],
        "vendor_sku": [row["vendor_sku"] for row in vendor_products],
    }
    right = {
        "part_number": [row["manufacturer_part_number"] or row["product_code"] for row in products],
        "vendor_sku": [row["vendor_sku"] or row["product_code"] for row in products],
    }
    named = [
        {**row, "left_id": row["vendor_product_id"], "left_name": row["vendor_product_name"]} for row in vendor_products
    ]
    targets = [{**row, "right_id": row["product_id"], "right_name": row["product_name"]} for row in products]
    return _matched("product", named, left, targets, right, rejections)


def _matched(
    kind: str,
    left: Sequence[Row],
    left_columns: Mapping[str, Sequence[Any]],
    right: Sequence[Row],
    right_columns: Mapping[str, Sequence[Any]],
    rejections: Sequence[Row],
) -> list[dict[str, Any]]:
    if not left or not right:
        return []
    # Imported late: an audit and a run without anything open need none of it.
    from pipelines.matching.decisions import Decisions
    from pipelines.matching.matching import match

    rows = {(row["source_system"], row["left_id"]): number for number, row in enumerate(left)}
    targets = {row["right_id"]: number for number, row in enumerate(right)}
    rejected = frozenset(
        (str(rows[side]), str(targets[row["right_id"]]))
        for row in rejections
        if row["kind"] == kind
        and (side := (row["source_system"], row["left_id"])) in rows
        and row["right_id"] in targets
    )
    # No accepted pairs: what is confirmed is not open. Rejected ones only fall out; they teach the model nothing here,
    # so that one decision does not move the scores of all others.
    found = match(
        _name_list(left, "left_name", left_columns),
        _name_list(right, "right_name", right_columns),
        kind,
        Decisions(rejected=rejected),
        model=_model(kind),
    )
    return [
        {
            "kind": kind,
            "source_system": left[int(pair["left_id"])]["source_system"],
            "left_id": left[int(pair["left_id"])]["left_id"],
            "left_name": left[int(pair["left_id"])]["left_name"],
            "right_id": right[int(pair["right_id"])]["right_id"],
            "right_name": right[int(pair["right_id"])]["right_name"],
            "method": _method(pair["reasons"]),
            "score": pair["score"],
            "tier": pair["tier"],
            "reasons": pair["reasons"],
        }
        for pair in found.predictions.to_pylist()
    ]


def _model(kind: str) -> Any:
    from pipelines.matching.model import default_model

    return default_model(kind)


def _name_list(rows: Sequence[Row], name: str, columns: Mapping[str, Sequence[Any]]) -> Any:
    from pipelines.matching.lists import NameList

    texts = {header: ["" if value is None else str(value) for value in values] for header, values in columns.items()}
    return NameList([str(number) for number in range(len(rows))], [row[name] or "" for row in rows], texts)


def _method(reasons: str) -> str:
    """What a suggestion rests on, in the words of the mappings: id, domain or name."""
    if any(words in reasons for words in ("same tenant id ", "same PSA id ", "same SKU id ", "same vendor SKU ")):
        return "id"
    if "same part number " in reasons:
        return "code"
    return "domain" if "same domain " in reasons else "name"


def _standing_in(fallback: Sequence[Row]) -> list[dict[str, Any]]:
    """The SQL candidates with a tier: they were never calibrated, so none of them is certain."""
    return [
        {**row, "tier": "likely" if row["is_unambiguous"] and row["score"] >= _LIKELY else "possible"}
        for row in fallback
    ]


def _table(found: Sequence[Row]) -> pa.Table:
    from decimal import Decimal

    def value(row: Row, name: str) -> Any:
        return Decimal(str(round(float(row[name]), 4))) if name == "score" else row[name]

    columns = [pa.array([value(row, field.name) for row in found], field.type) for field in SUGGESTIONS]
    return pa.table(columns, schema=SUGGESTIONS)
