"""The domain that an account's users write from, and the clients it may point to.

Belongs here: when such a domain says something. Does not belong here: what it weighs (`context.toml` of the matching
engine), counting users (the dbt model `account_user_domains`).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.matching.context import is_own_domain

Row = Mapping[str, Any]

# The share of an account's users from which on their domain is that of the account.
_CLEAR = 2 / 3


def domains_of_accounts(rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """The domain of the users of each account, by system and account id, where one is clear.

    Args:
        rows: Users of accounts by domain (`mapping.account_user_domains`).
    """
    users: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["domain"] and is_own_domain(row["domain"]):
            users[row["source_system"], row["account_id"]][row["domain"]] += int(row["users"])
    found = {}
    for key, counted in users.items():
        [(domain, most)] = counted.most_common(1)
        if most >= _CLEAR * counted.total():
            found[key] = domain
    return found


def domains_of_clients(clients: Sequence[Row]) -> list[str]:
    """The domain of each client, empty where it has none or another client has the same: then it points to nobody."""
    domains = [(row["domain"] or "").strip().casefold() for row in clients]
    held = Counter(domains)
    return [domain if held[domain] == 1 else "" for domain in domains]


def pointing(
    accounts: Sequence[Row], clients: Sequence[Row], rows: Sequence[Row], rejections: Sequence[Row]
) -> list[str]:
    """The domain of each account's users where it is one client's; empty where it says nothing or nothing new.

    Args:
        accounts: Vendor accounts, with their own domain.
        clients: Clients that they may be.
        rows: Users of accounts by domain (`mapping.account_user_domains`).
        rejections: Pairs that people refused: a client that the account is not says nothing about the others.
    """
    owners = dict(zip(domains_of_clients(clients), (row["client_id"] for row in clients), strict=True))
    refused = {(row["source_system"], row["left_id"], row["right_id"]) for row in rejections if row["kind"] == "client"}
    written_from = domains_of_accounts(rows)
    found = []
    for account in accounts:
        key = account["source_system"], account["account_id"]
        domain = written_from.get(key, "")
        # The account's own domain says the same already.
        says = domain in owners and domain != (account["domain"] or "").casefold()
        found.append(domain if says and (*key, owners[domain]) not in refused else "")
    return found
