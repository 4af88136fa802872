"""What an account holds beside what clients are billed for: whose it may be where names do not say.

Belongs here: weighing the likeness of holdings, and the clients that it alone points to. Does not belong here: adding
up quantities (the dbt models `account_holdings` and `client_holdings`), names (`pipelines.matching`), the numbers that
the weights start from (`context.toml`).

Each product that an account holds weighs after Fellegi and Sunter, as other context does: ln(m / u), where m is how
often an account and its client agree in that way, u how many clients would by chance. So a rare product and a count
that few have weigh much, and what everybody has weighs nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from pipelines.matching.data_files import toml
from pipelines.matching.hints import Hint

Row = Mapping[str, Any]
Counts = frozenset[float]

EQUAL, NEAR, OTHER, ABSENT = LEVELS = ("equal", "near", "other", "absent")


class Found(NamedTuple):
    """A client that holdings point to, with the probability that it is the right one."""

    client_id: str
    score: float
    words: str


def label(row: Row, id_column: str = "account_id") -> str:
    """An account or vendor product as people write it: system and id."""
    return f"{row['source_system']}:{row[id_column]}"


class Holdings:
    """The holdings of both sides. One object serves one run."""

    def __init__(self, of_accounts: Sequence[Row], of_clients: Sequence[Row], confirmed: Sequence[Row]) -> None:
        """Take what accounts hold and clients are billed for.

        Args:
            of_accounts: Counts of accounts by product and side (`mapping.account_holdings`).
            of_clients: Billed quantities of clients by product (`mapping.client_holdings`).
            confirmed: Vendor accounts whose client is settled, with their `client_id`.
        """
        self._rules = toml("context.toml")["holdings"]
        counts: dict[str, dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
        for row in of_accounts:
            counts[label(row)][row["product_id"]].add(float(row["quantity"]))
        self._held = {
            account: {product: frozenset(sides) for product, sides in of.items()} for account, of in counts.items()
        }
        self._billed: dict[str, dict[str, float]] = defaultdict(dict)
        self._holders: dict[str, dict[str, float]] = defaultdict(dict)
        self._names: dict[str, str] = {}
        for row in of_clients:
            self._billed[row["client_id"]][row["product_id"]] = float(row["quantity"])
            self._holders[row["product_id"]][row["client_id"]] = float(row["quantity"])
            self._names[row["product_id"]] = row["product_name"] or row["product_id"]
        self._settled = [(label(row), row["client_id"]) for row in confirmed]
        self._chances: dict[tuple[str, Counts], dict[str, float]] = {}
        # What another account of the system accounts for is not looked for once more.
        self._covered = {
            (account.partition(":")[0], client, product)
            for account, client in self._settled
            for product in self._held.get(account, ())
        }

    def ask(self, account: str, client_id: str) -> Hint:
        """What holdings say of one account, by its `label`, and one client."""
        held = self._held.get(account)
        if not held or not self._billed:
            return Hint(0.0, "")
        levels = self._levels(account, client_id)
        odds = self._sum(self._weight(product, held[product], reached) for product, reached in levels.items())
        return Hint(odds, self._say(levels, held, client_id) if odds > 0 else "")

    def found(self, account: str, but: Collection[str], left_over: float) -> list[Found]:
        """The few clients that holdings alone point to, the likeliest first.

        Args:
            account: Label of the account.
            but: Clients that it is not, or that are told already.
            left_over: The probability that names leave for other clients.
        """
        hints = {client: self.ask(account, client) for client in self._candidates(account)}
        # Everybody else stands for no evidence, neither for nor against; and the account may be nobody's.
        known = float(self._rules["known"])
        others = len(self._billed) * (1 - known) / known + len(self._billed) - len(hints)
        together = others + sum(math.exp(hint.odds) for hint in hints.values())
        scored = [
            Found(client, left_over * math.exp(hint.odds) / together, hint.words) for client, hint in hints.items()
        ]
        told = [one for one in scored if one.client_id not in but and one.words and one.score >= self._rules["least"]]
        return sorted(told, key=lambda one: (-one.score, one.client_id))[: self._rules["told"]]

    def _candidates(self, account: str) -> set[str]:
        """Clients with a product of the account: every client of a rare one, of others those with its very count."""
        most = int(self._rules["rare"])
        found: set[str] = set()
        for product, counts in self._held.get(account, {}).items():
            holders = self._holders.get(product, {})
            if len(holders) > most:
                holders = {client: billed for client, billed in holders.items() if billed in counts}
            if len(holders) <= most:
                found.update(holders)
        return found

    def _levels(self, account: str, client_id: str) -> dict[str, str]:
        system, billed = account.partition(":")[0], self._billed.get(client_id, {})
        return {
            product: level(counts, None if (system, client_id, product) in self._covered else billed.get(product))
            for product, counts in self._held[account].items()
        }

    def _weight(self, product: str, counts: Counts, reached: str) -> float:
        key = product, counts
        if key not in self._chances:
            reached_by = Counter(level(counts, billed) for billed in self._holders.get(product, {}).values())
            reached_by[ABSENT] = len(self._billed) - reached_by.total()
            self._chances[key] = {one: (reached_by[one] + 0.5) / (len(self._billed) + 1) for one in LEVELS}
        return math.log(self._agreeing[reached] / self._chances[key][reached])

    def _sum(self, weights: Iterable[float]) -> float:
        # Products are sold together: the first says most, each further one part of what it would alone.
        ordered = sorted(weights, reverse=True)
        added = [weight for weight in ordered if weight > 0]
        further = float(self._rules["further"])
        total = sum(added[:1]) + further * sum(added[1:]) + sum(weight for weight in ordered if weight < 0)
        return min(max(total, float(self._rules["against"])), float(self._rules["most"]))

    @cached_property
    def _agreeing(self) -> dict[str, float]:
        """How often an account and its client agree in each way, as far as this home's confirmed accounts tell."""
        stated = {one: float(self._rules["m"][one]) for one in LEVELS}
        billed = [
            level(counts, self._billed[client].get(product))
            for account, client in self._settled
            if client in self._billed
            for product, counts in self._held.get(account, {}).items()
        ]
        accounts = sum(client in self._billed and account in self._held for account, client in self._settled)
        if accounts < self._rules["fewest"]:
            return stated
        seen, prior = Counter(billed), float(self._rules["prior"])
        return {one: (seen[one] + prior * stated[one]) / (len(billed) + prior) for one in LEVELS}

    def _say(self, levels: Mapping[str, str], held: Mapping[str, Counts], client_id: str) -> str:
        """What both have, the product first that says most; nothing where no count agrees or nearly does."""
        alike = [
            (-self._weight(product, held[product], reached), product)
            for product, reached in levels.items()
            if reached in (EQUAL, NEAR)
        ]
        if not alike:
            return ""
        _, product = min(alike)
        billed = self._billed[client_id][product]
        name = self._names[product]
        if levels[product] == EQUAL:
            said = f"both have {billed:g} x {name}"
        else:
            nearest = min(held[product], key=lambda count: (abs(count - billed), count))
            said = f"has {nearest:g} x {name}, of which {billed:g} are billed"
        more = len(alike) - 1
        return said + (f" and {more} more product{'s' if more > 1 else ''}" if more else "")


def level(counts: Counts, billed: float | None) -> str:
    """How the counts of an account, one for each side, stand to what a client is billed for."""
    if billed is None:
        return ABSENT
    if billed in counts:
        return EQUAL
    apart = min(abs(count - billed) for count in counts)
    return NEAR if apart <= max(1.0, toml("context.toml")["holdings"]["near"] * billed) else OTHER
