"""Which pairs are suggested: the one place that decides, asked by the dbt model `name_matches`.

Belongs here: what the matching engine is told of each side, and when its word counts. Does not belong here: likeness
(`pipelines.matching`), what happens to a suggestion (nothing, until a person confirms it).
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.mapping.holdings import Holdings
from pipelines.mapping.user_domains import domains_of_clients, pointing

if TYPE_CHECKING:
    from pipelines.matching.hints import Ask
    from pipelines.matching.lists import NameList

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
    confirmed_accounts: Sequence[Row] = (),
    confirmed_products: Sequence[Row] = (),
    aliases: Sequence[Row] = (),
    user_domains: Sequence[Row] = (),
    account_holdings: Sequence[Row] = (),
    client_holdings: Sequence[Row] = (),
    names_decide: bool = False,
) -> pa.Table:
    """The suggested pairs of a run, best first within each account and vendor product.

    The matching engine decides. The candidates that SQL found stand in for it in an audit, where names decide and the
    report shows the score that did, and where the engine fails: a name that it trips over must not stop a run, since no
    figure hangs on a suggestion. What is confirmed already, and what was refused, teaches the engine how this home's
    vendors write names; it is not suggested itself.

    Args:
        accounts: Open vendor accounts (`mapping.open_accounts`).
        clients: Clients that they may be (`mapping.client_keys`).
        vendor_products: Open vendor products (`mapping.open_vendor_products`).
        products: Products that they may be (`mapping.product_keys`).
        rejections: Pairs that people refused (`rejections.csv`).
        fallback: The candidates of `mapping.client_candidates` and `mapping.product_candidates`, by `SUGGESTIONS`.
        confirmed_accounts: Vendor accounts whose client is settled, as `accounts`, with their `client_id`.
        confirmed_products: Vendor products whose product is settled, as `vendor_products`, with their `product_id`.
        aliases: What means the same in names, by the home's files: `kind`, `vendor_text`, `psa_text`.
        user_domains: Users of open accounts by the domain they sign in under (`mapping.account_user_domains`).
        account_holdings: What accounts, open and confirmed, hold of each product (`mapping.account_holdings`).
        client_holdings: What clients are billed for (`mapping.client_holdings`).
        names_decide: Whether this run is an audit.
    """
    if names_decide:
        return _table(_standing_in(fallback))
    try:
        teaching = _Teaching(rejections, aliases)
        usage = _Usage(user_domains, account_holdings, client_holdings)
        found = _clients(accounts, clients, confirmed_accounts, usage, teaching)
        found += _products(vendor_products, products, confirmed_products, teaching)
    except Exception:
        log.exception("matching failed; suggestions are those of SQL")
        found = _standing_in(fallback)
    return _table(found)


def _clients(
    accounts: Sequence[Row],
    clients: Sequence[Row],
    confirmed: Sequence[Row],
    usage: "_Usage",
    teaching: "_Teaching",
) -> list[dict[str, Any]]:
    both = [*accounts, *confirmed]
    # An external id that two accounts of a system carry proves nothing.
    carried = Counter((row["source_system"], row["external_id"]) for row in both if row["external_id"])

    def external(row: Row) -> str:
        # Only Pax8 keeps the PSA's own id there; ids of other systems are numbers that happen to agree.
        key = row["source_system"], row["external_id"]
        return row["external_id"] if key[0] == "pax8" and carried.get(key) == 1 else ""

    left = {
        "tenant_id": [row["tenant_id"] for row in both],
        "user_domain": pointing(both, clients, usage.user_domains, teaching.rejections),
        "domain": [row["domain"] for row in both],
        "psa_id": [external(row) for row in both],
    }
    right = {
        "tenant_id": [row["tenant_id"] for row in clients],
        "domain": [row["domain"] for row in clients],
        "user_domain": domains_of_clients(clients),
        "psa_id": [row["source_client_id"] for row in clients],
    }
    named = [{**row, "left_id": row["account_id"], "left_name": row["account_name"]} for row in both]
    targets = [{**row, "right_id": row["client_id"], "right_name": row["client_name"]} for row in clients]
    known = [row["client_id"] for row in confirmed]
    ours, theirs = _Side(named, left), _Side(targets, right)
    if not usage.of_accounts or not usage.of_clients:
        return _matched("client", ours, theirs, known, teaching)
    holdings = Holdings(usage.of_accounts, usage.of_clients, confirmed)
    told = _matched("client", ours, theirs, known, teaching, holdings.ask)
    return _with_holdings(told, ours.first(len(accounts)), theirs, teaching, holdings)


def _with_holdings(
    told: list[dict[str, Any]], left: "_Side", right: "_Side", teaching: "_Teaching", holdings: Holdings
) -> list[dict[str, Any]]:
    """What was told, and what holdings find where names found nothing above possible; best first in each account."""
    from pipelines.mapping.beyond_names import beyond_names

    names = [f"{row['source_system']}:{row['left_id']}" for row in left.rows]
    rows = dict(zip(names, left.rows, strict=True)), {row["right_id"]: row for row in right.rows}
    further = beyond_names(
        left.list("left", names),
        right.list("right", list(rows[1])),
        [(f"{row['source_system']}:{row['left_id']}", row) for row in told],
        {
            (f"{row['source_system']}:{row['left_id']}", row["right_id"])
            for row in teaching.rejections
            if row["kind"] == "client"
        },
        holdings,
    )
    found = [
        _suggestion("client", rows[0][name], rows[1][one.client_id], "holdings", one.score, "possible", one.words)
        for name, one in further
    ]
    place = {name: number for number, name in enumerate(names)}
    return sorted(
        told + found, key=lambda row: (place[f"{row['source_system']}:{row['left_id']}"], -float(row["score"]))
    )


def _products(
    vendor_products: Sequence[Row], products: Sequence[Row], confirmed: Sequence[Row], teaching: "_Teaching"
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
    return _matched("product", _Side(named, left), _Side(targets, right), known, teaching)


@dataclass(frozen=True)
class _Teaching:
    """What people said besides confirming: pairs that they refused, and aliases."""

    rejections: Sequence[Row]
    aliases: Sequence[Row]


@dataclass(frozen=True)
class _Usage:
    """What is known of how accounts are used and clients billed; empty where nothing is."""

    user_domains: Sequence[Row]
    of_accounts: Sequence[Row]
    of_clients: Sequence[Row]


@dataclass(frozen=True)
class _Side:
    """Rows with `left_id` and `left_name` (or `right_...`), and their further columns by header."""

    rows: Sequence[Row]
    columns: Mapping[str, Sequence[Any]]

    def list(self, side: str, ids: Sequence[str]) -> "NameList":
        from pipelines.matching.lists import NameList

        texts = {
            header: ["" if value is None else str(value) for value in values] for header, values in self.columns.items()
        }
        return NameList(ids, [row[f"{side}_name"] or "" for row in self.rows], texts)

    def first(self, number: int) -> "_Side":
        """The first rows alone."""
        return _Side(self.rows[:number], {header: values[:number] for header, values in self.columns.items()})


def _matched(
    kind: str, left: _Side, right: _Side, known: Sequence[str], teaching: _Teaching, ask: "Ask | None" = None
) -> list[dict[str, Any]]:
    """The engine's pairs; `known` are the right ids of the last left rows, which are settled and teach."""
    waiting = len(left.rows) - len(known)
    if not waiting or not right.rows:
        return []
    # Imported late: an audit and a run without anything open need none of it.
    from pipelines.matching.aliases import Alias
    from pipelines.matching.decisions import Decisions
    from pipelines.matching.matching import match

    # Ids as a person writes them, since reasons name them.
    names = [f"{row['source_system']}:{row['left_id']}" for row in left.rows]
    place = {name: number for number, name in enumerate(names)}
    targets = {row["right_id"]: number for number, row in enumerate(right.rows)}
    rejected = {
        (name, row["right_id"])
        for row in teaching.rejections
        if row["kind"] == kind
        and (name := f"{row['source_system']}:{row['left_id']}") in place
        and row["right_id"] in targets
    }
    accepted = {(name, target) for name, target in zip(names[waiting:], known, strict=True) if target in targets}
    found = match(
        left.list("left", names),
        right.list("right", [row["right_id"] for row in right.rows]),
        kind,
        Decisions(frozenset(accepted), frozenset(rejected - accepted)),
        aliases=[Alias(row["vendor_text"], row["psa_text"]) for row in teaching.aliases if row["kind"] == kind],
        ask=ask,
    )
    told = [
        (left.rows[place[pair["left_id"]]], right.rows[targets[pair["right_id"]]], pair)
        for pair in found.predictions.to_pylist()
        if place[pair["left_id"]] < waiting
    ]
    return [
        _suggestion(kind, ours, theirs, _method(pair["reasons"]), pair["score"], pair["tier"], pair["reasons"])
        for ours, theirs, pair in told
    ]


def _suggestion(
    kind: str, ours: Row, theirs: Row, method: str, score: float, tier: str, reasons: str
) -> dict[str, Any]:
    return {
        "kind": kind,
        "source_system": ours["source_system"],
        "left_id": ours["left_id"],
        "left_name": ours["left_name"],
        "right_id": theirs["right_id"],
        "right_name": theirs["right_name"],
        "method": method,
        "score": score,
        "tier": tier,
        "reasons": reasons,
    }


def _method(reasons: str) -> str:
    """What a suggestion rests on, in the words of the mappings: id, domain or name."""
    if any(words in reasons for words in ("same tenant id ", "same PSA id ", "same SKU id ", "same vendor SKU ")):
        return "id"
    if "same part number " in reasons:
        return "code"
    return "domain" if any(words in reasons for words in ("same domain ", "its users write from ")) else "name"


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
