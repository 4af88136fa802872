"""What waits for a person's word: the published copy, less what people have decided since.

Belongs here: reading both, and finding what a person names. Does not belong here: ranking and amounts (the mart
`mapping_queue`), suggestions (`suggest.py`), changing anything.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from expectations.currencies import in_coins
from pipelines.home import Home
from pipelines.mapping.refusals import MappingRefusedError, NothingPublishedError
from pipelines.rules import Rules, load_rules
from pipelines.rules.rejection_checks import CONFIRMED_IN

KINDS = ("client", "product")
# Column of the queue or of the targets -> how a person calls it.
_FACTS = {
    "domain": "domain",
    "tenant_id": "tenant",
    "external_id": "external id",
    "part_number": "part number",
    "vendor_sku": "SKU",
    "vendor_name": "vendor",
    "product_code": "code",
    "manufacturer_part_number": "part number",
}
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A client or product of the PSA. `facts` are (what, value) pairs that identify it."""

    kind: str
    right_id: str
    right_name: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A target that an item may be. `is_unambiguous`: no other comes close."""

    right_id: str
    right_name: str
    method: str
    score: Decimal
    tier: str
    reasons: str
    is_unambiguous: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A vendor account or vendor product without confirmed mapping. `amount` None: prices unknown.

    `state` changes whenever its name, what identifies it, or what the run suggested for it does.
    """

    kind: str
    source_system: str
    left_id: str
    left_name: str
    rank: int
    amount: Decimal | None
    currency: str | None
    other_amounts: str | None
    value_basis: str | None
    quantity: Decimal
    unpriced_quantity: Decimal
    holds: str | None
    facts: tuple[tuple[str, str], ...]
    suggestions: tuple[Suggestion, ...]
    state: str

    @property
    def key(self) -> str:
        """How a person names it: the vendor system, then the vendor's id."""
        return f"{self.source_system}:{self.left_id}"

    @property
    def best(self) -> Suggestion | None:
        """The best suggestion."""
        return self.suggestions[0] if self.suggestions else None


@dataclass(frozen=True, slots=True)
class Settled:
    """An item decided after the copy was published: by which rule, and as what (None: split among clients)."""

    item: Item
    rule_id: str
    right_id: str | None


@dataclass(frozen=True)
class Queue:
    """What waits, ranked, and what it may be mapped to.

    `period` and `as_of` are those of the published run; None where nothing waited in it. `settled` holds items that a
    rule decides at the next run; `rejected` pairs that people refused, with the rule. `sides`: (system, vendor product)
    -> which of owned, used and charged the system states of it; `mapped_products`: (system, vendor product, product) of
    the published run.
    """

    period: date | None
    as_of: datetime | None
    items: tuple[Item, ...]
    targets: Mapping[str, tuple[Target, ...]]
    settled: tuple[Settled, ...]
    rules: Rules
    rejected: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)
    sides: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    mapped_products: frozenset[tuple[str, str, str]] = frozenset()

    def find(self, text: str, kind: str | None = None) -> Item:
        """The item that `text` names: `system:id`, the vendor's id, or the name.

        Raises:
            MappingRefusedError: Nothing waits under it, or several things do.
        """
        for named in (_keyed, _with_id, _with_name):
            found = [item for item in self.items if kind in (None, item.kind) and named(item, text)]
            if len(found) == 1:
                return found[0]
            if found:
                listed = (f"{item.kind} {item.key}  {item.left_name}" for item in found[:_NAMED])
                raise MappingRefusedError(
                    f"'{text}' names {len(found)} things that wait; name one, with --kind where the ids agree", *listed
                )
        for done in self.settled:
            if _keyed(done.item, text) or _with_id(done.item, text):
                raise MappingRefusedError(f"'{text}' is decided already by {done.rule_id}; the next run applies it")
        raise MappingRefusedError(f"nothing waits under '{text}'; the list says what does")

    def target(self, kind: str, text: str) -> Target:
        """The client or product that `text` names: its id, the id without its system, or the name.

        Raises:
            MappingRefusedError: The PSA has none, or several.
        """
        targets = self.targets.get(kind, ())
        for named in (_is_id, _is_bare_id, _is_name):
            found = [target for target in targets if named(target, text)]
            if len(found) == 1:
                return found[0]
            if found:
                listed = (f"{target.right_id}  {target.right_name}" for target in found[:_NAMED])
                raise MappingRefusedError(f"'{text}' names {len(found)} {kind}s of the PSA; name one by id", *listed)
        raise MappingRefusedError(f"the PSA has no {kind} '{text}' that a mapping may lead to")


# Money of two currencies is never held against each other: each has its own ranks, that of the most items first.
_WAITING = """
SELECT * FROM analytics.mapping_queue
ORDER BY kind, currency IS NULL, count(*) OVER (PARTITION BY kind, currency) DESC, currency, rank
"""


_SIDES = """
SELECT vendor_source_system, vendor_product_id,
    bool_or(owned_quantity IS NOT NULL) AS owned, bool_or(used_quantity IS NOT NULL) AS used,
    bool_or(charged_quantity IS NOT NULL) AS charged
FROM analytics.reconciliation WHERE vendor_source_system IS NOT NULL AND vendor_product_id IS NOT NULL GROUP BY ALL
"""


def read_queue(home: Home) -> Queue:
    """What waits in a home now.

    Raises:
        NothingPublishedError: No run has published yet, or only one of a version without a queue.
        RulesRefused: The rules are wrong as they stand.
    """
    if not home.published.exists():
        raise NothingPublishedError(f"nothing has been published in {home.path} yet", "run it: tieout run")
    with duckdb.connect(str(home.published), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            found = _rows(connection, _WAITING)
            targets = _rows(connection, "SELECT * FROM analytics.mapping_targets ORDER BY kind, right_id")
            suggested = _rows(
                connection,
                "SELECT * FROM analytics.mapping_suggestions "
                "ORDER BY kind, source_system, left_id, score DESC, is_unambiguous DESC, right_id",
            )
            sides = {
                (system, product): frozenset(
                    side for side, stated in zip(("owned", "used", "charged"), has, strict=True) if stated
                )
                for system, product, *has in connection.execute(_SIDES).fetchall()
            }
            mapped = connection.execute(
                "SELECT source_system, vendor_product_id, product_id FROM analytics.product_mappings"
            ).fetchall()
        except duckdb.CatalogException:
            raise NothingPublishedError(
                f"the copy in {home.path} was published by an earlier version", "run it again: tieout run"
            ) from None
    queue = _assembled(found, suggested, targets, load_rules(home.rules))
    return replace(queue, sides=sides, mapped_products=frozenset(mapped))


def _assembled(
    found: Sequence[Mapping[str, Any]],
    suggested: Sequence[Mapping[str, Any]],
    targets: Sequence[Mapping[str, Any]],
    rules: Rules,
) -> Queue:
    period = found[0]["period"] if found else None
    as_of = found[0]["as_of"] if found else None
    of_kind = {
        kind: tuple(
            Target(kind, row["right_id"], row["right_name"], _facts(row)) for row in targets if row["kind"] == kind
        )
        for kind in KINDS
    }
    known = {(target.kind, target.right_id) for kind in KINDS for target in of_kind[kind]}
    by_item: dict[tuple[str, str, str], list[Suggestion]] = {}
    for row in suggested:
        by_item.setdefault((row["kind"], row["source_system"], row["left_id"]), []).append(
            Suggestion(
                row["right_id"],
                row["right_name"],
                row["method"],
                row["score"],
                row["tier"],
                row["reasons"] or "",
                bool(row["is_unambiguous"]),
            )
        )
    rejected = {
        (row["kind"], row["source_system"], row["left_id"], row["right_id"]): row["rule_id"]
        for row in rules.tables["rejections"].to_pylist()
    }
    decided = _decided(rules, known, as_of.date() if as_of else date.min)
    items, settled = [], []
    for row in found:
        key = (row["kind"], row["source_system"], row["left_id"])
        item = _item(row, by_item.get(key, ()), rejected)
        if key in decided:
            rule_id, right_id = decided[key]
            settled.append(Settled(item, rule_id, right_id))
        else:
            items.append(item)
    return Queue(period, as_of, tuple(items), of_kind, tuple(settled), rules, rejected)


def _item(
    row: Mapping[str, Any], suggestions: Iterable[Suggestion], rejected: Mapping[tuple[str, str, str, str], str]
) -> Item:
    published = tuple(suggestions)
    key = (row["kind"], row["source_system"], row["left_id"])
    facts = _facts(row)
    # What people refused since is left out of what is shown, not of the state: a refusal is no news about the item. Nor
    # is a score within its tier: every decision about another item moves it.
    seen = [row["left_name"], facts, [(one.right_id, one.right_name, one.tier) for one in published]]
    return Item(
        kind=row["kind"],
        source_system=row["source_system"],
        left_id=row["left_id"],
        left_name=row["left_name"],
        rank=row["rank"],
        amount=in_coins(row["waiting_amount"], row["currency"]),
        currency=row["currency"],
        other_amounts=row["other_amounts"],
        value_basis=row["value_basis"],
        quantity=row["waiting_quantity"],
        unpriced_quantity=row["unpriced_quantity"],
        holds=row["holds"],
        facts=facts,
        suggestions=tuple(one for one in published if (*key, one.right_id) not in rejected),
        state=hashlib.sha256(json.dumps([key, seen], ensure_ascii=True).encode()).hexdigest()[:16],
    )


def _decided(
    rules: Rules, known: set[tuple[str, str]], day: date
) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    """What rules decide at the next run: (kind, system, id) -> rule and target.

    A rule that has run out, or that leads to nothing the PSA has, leaves its item waiting.
    """

    def holds(row: Mapping[str, Any]) -> bool:
        return row["valid_to"] is None or row["valid_to"] > day

    found: dict[tuple[str, str, str], tuple[str, str | None]] = {}
    for row in rules.tables["splits"].to_pylist():
        if holds(row):
            found["client", row["source_system"], row["account_id"]] = (row["rule_id"], None)
    for kind, (table, left, right) in CONFIRMED_IN.items():
        for row in rules.tables[table].to_pylist():
            if holds(row) and (kind, row[right]) in known:
                found[kind, row["source_system"], row[left]] = (row["rule_id"], row[right])
    return found


def _facts(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((words, row[column]) for column, words in _FACTS.items() if row.get(column))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _keyed(item: Item, text: str) -> bool:
    return item.key == text


def _with_id(item: Item, text: str) -> bool:
    return item.left_id == text


def _with_name(item: Item, text: str) -> bool:
    return item.left_name.casefold() == text.strip().casefold()


def _is_id(target: Target, text: str) -> bool:
    return target.right_id == text.strip()


def _is_bare_id(target: Target, text: str) -> bool:
    return target.right_id.partition(":")[2] == text.strip()


def _is_name(target: Target, text: str) -> bool:
    return target.right_name.casefold() == text.strip().casefold()
