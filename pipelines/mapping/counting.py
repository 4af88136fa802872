"""Counting rules that are proposed once a product is mapped: by which quantity it is billed, and who tells it.

Belongs here: which products lack a rule, and the rule that fits what the vendor states. Does not belong here: writing
it (`decide.py`), what a rule does (dbt).

A product without a counting rule is compared with nothing. Its rule is proposed as soon as somebody maps a vendor's
product to it: seats owned where the vendor states them, else units used, else units charged. A person sees the line,
may change it, and takes it back with the mapping.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.mapping.queue import Queue
from pipelines.rules import Rules

SIDES = ("owned", "used", "charged")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A product without a counting rule, and who states which quantity of it."""

    product_id: str
    sources: Mapping[str, str]

    @property
    def basis(self) -> str:
        """The quantity that it is billed on."""
        return next(side for side in SIDES if side in self.sources)

    def cells(self, valid_from: date, owner: str) -> dict[str, str]:
        """The rule, by column of `counting.csv`."""
        return {
            "product_id": self.product_id,
            "basis": self.basis,
            **{f"{side}_source": self.sources.get(side, "") for side in SIDES},
            "valid_from": valid_from.isoformat(),
            "owner": owner,
            "reason": f"proposed with its mapping: {self.sources[self.basis]} states what is {self.basis}",
        }


def proposals(queue: Queue, after: Rules, day: date) -> list[Proposal]:
    """Counting rules for what is mapped and has none.

    Args:
        queue: What waits, and what vendors state.
        after: The rules with the new mappings.
        day: The day on which the mappings begin.
    """
    mapped = set(queue.mapped_products)
    for row in after.tables["product_map"].to_pylist():
        if _holds(row, day):
            mapped.add((row["source_system"], row["vendor_product_id"], row["product_id"]))
    items = {row["item_id"]: row["product_id"] for row in after.tables["item_map"].to_pylist() if _holds(row, day)}
    counted = {row["product_id"] for row in after.tables["counting"].to_pylist() if _holds(row, day)}
    grouped = {
        row["product_id"]
        for row in after.tables["product_groups"].to_pylist()
        if _holds(row, day) and f"group:{row['product_group']}" in counted
    }
    sold: dict[str, list[tuple[str, str]]] = {}
    for system, vendor_product_id, target in sorted(mapped):
        product_id = items.get(target, target)
        if product_id not in counted and product_id not in grouped:
            sold.setdefault(product_id, []).append((system, vendor_product_id))
    found = [Proposal(product_id, _sources(queue, sellers)) for product_id, sellers in sorted(sold.items())]
    return [one for one in found if one.sources]


def _sources(queue: Queue, sellers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Side -> the system that tells it. Where several tell what is owned, the one that also charges it sells it."""
    stated = {seller: queue.sides.get(seller) or _of_system(queue.sides, seller[0]) for seller in sellers}
    sources: dict[str, str] = {}
    for side in SIDES:
        telling = sorted({seller[0] for seller, sides in stated.items() if side in sides})
        charging = [
            system
            for system in telling
            if any(seller[0] == system and "charged" in sides for seller, sides in stated.items())
        ]
        if telling:
            sources[side] = (charging or telling)[0]
    return sources


def _of_system(sides: Mapping[tuple[str, str], frozenset[str]], system: str) -> frozenset[str]:
    """What a system states of its other products, where nobody holds this one."""
    found: Iterable[frozenset[str]] = (stated for (other, _), stated in sides.items() if other == system)
    return frozenset().union(*found)


def _holds(row: Mapping[str, date | None], day: date) -> bool:
    end = row["valid_to"]
    return end is None or end > day
