"""Which clients are suggested for open vendor accounts: by ids, domains and names, and by what accounts hold.

Belongs here: what the engine is told of accounts and clients. Does not belong here: products (`suggest`), what users'
domains and holdings weigh (`user_domains`, `holdings`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.mapping.engine import Side, Teaching, matched, suggestion
from pipelines.mapping.holdings import Holdings, label
from pipelines.mapping.user_domains import domains_of_clients, pointing

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Usage:
    """What is known of how accounts are used and clients billed; empty where nothing is."""

    user_domains: Sequence[Row]
    of_accounts: Sequence[Row]
    of_clients: Sequence[Row]


def suggested_clients(
    accounts: Sequence[Row],
    clients: Sequence[Row],
    confirmed: Sequence[Row],
    usage: Usage,
    teaching: Teaching,
) -> list[dict[str, Any]]:
    """Suggestions for open accounts, best first within each; `confirmed` accounts teach, with their `client_id`."""
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
    ours, theirs = Side(named, left), Side(targets, right)
    if not usage.of_accounts or not usage.of_clients:
        return _without_lone_typed_ids(matched("client", ours, theirs, known, teaching), accounts, clients)
    holdings = Holdings(usage.of_accounts, usage.of_clients, confirmed)
    told = matched("client", ours, theirs, known, teaching, holdings.ask)
    told = _with_holdings(told, ours.first(len(accounts)), theirs, teaching, holdings)
    return _without_lone_typed_ids(told, accounts, clients)


def _without_lone_typed_ids(
    told: list[dict[str, Any]], accounts: Sequence[Row], clients: Sequence[Row]
) -> list[dict[str, Any]]:
    """The same suggestions, never certain where all that agrees is an id that somebody once typed at the vendor."""
    typed = {(row["source_system"], row["account_id"]): row for row in accounts if row["external_id"]}
    by_client = {row["client_id"]: row for row in clients}
    for row in told:
        account = typed.get((row["source_system"], row["left_id"]))
        if account is None or row["method"] != "id" or row["tier"] != "certain":
            continue
        client = by_client[row["right_id"]]
        if not any(account[name] and account[name] == client[name] for name in ("tenant_id", "domain")):
            row["tier"] = "likely"
    return told


def _with_holdings(
    told: list[dict[str, Any]], left: Side, right: Side, teaching: Teaching, holdings: Holdings
) -> list[dict[str, Any]]:
    """What was told, and what holdings find where names found nothing above possible; best first in each account."""
    from pipelines.mapping.beyond_names import beyond_names

    names = [label(row, "left_id") for row in left.rows]
    rows = dict(zip(names, left.rows, strict=True)), {row["right_id"]: row for row in right.rows}
    further = beyond_names(
        left.list("left", names),
        right.list("right", list(rows[1])),
        [(label(row, "left_id"), row) for row in told],
        {(label(row, "left_id"), row["right_id"]) for row in teaching.rejections if row["kind"] == "client"},
        holdings,
    )
    found = [
        suggestion("client", rows[0][name], rows[1][one.client_id], "holdings", one.score, "possible", one.words)
        for name, one in further
    ]
    place = {name: number for number, name in enumerate(names)}
    return sorted(told + found, key=lambda row: (place[label(row, "left_id")], -float(row["score"])))
