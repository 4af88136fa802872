"""What is wrong with items of the PSA that are sold as one product (`item_map.csv`).

Belongs here: chains of items, and other rules that name an item which is none of its own. Does not belong here: two
rules about one item (`overlap.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pipelines.rules.declare import Rule, Values
from pipelines.rules.errors import RuleError

# Files whose rules hold for a product of the comparison, and the columns that name one.
_NAMED_IN = {
    "counting": ("product_id",),
    "tolerances": ("product_id",),
    "terms": ("product_id",),
    "agreement_units": ("product_id",),
    "product_groups": ("product_id",),
    "bundles": ("bundle_product_id", "component_product_id"),
}


def item_is_another(values: Values) -> Iterator[tuple[str, str]]:
    """An item is not mapped to itself."""
    if values["item_id"] == values["product_id"]:
        yield "product_id", "is the item itself"


def product_is_no_item(rules: Sequence[Rule]) -> Iterator[RuleError]:
    """What an item is sold as stands for itself: a chain of items has no one product at its end."""
    for rule in rules:
        for other in rules:
            if other.values["item_id"] == rule.values["product_id"] and _share_a_day(rule, other):
                reason = f"is itself sold as {other.values['product_id']} ({other.rule_id}); name that product"
                yield RuleError(rule.file, rule.line, "product_id", reason)
                break


def rules_of_items(found: Mapping[str, Sequence[Rule]]) -> Iterator[RuleError]:
    """One error for each rule about an item that is no product of its own on a day of it: it would hold for nothing.

    Args:
        found: The rules of each file, by the file's name without ending.
    """
    items: dict[str, list[Rule]] = {}
    for rule in found.get("item_map", ()):
        items.setdefault(rule.values["item_id"], []).append(rule)
    for name, columns in _NAMED_IN.items() if items else ():
        for rule in found.get(name, ()):
            for column in columns:
                sold_as = next((one for one in items.get(rule.values[column], ()) if _share_a_day(rule, one)), None)
                if sold_as is not None:
                    reason = (
                        f"{rule.values[column]} is sold as {sold_as.values['product_id']} on the same days"
                        f" ({sold_as.rule_id}); name that product, or end one before the other begins"
                    )
                    yield RuleError(rule.file, rule.line, column, reason)


def _share_a_day(one: Rule, other: Rule) -> bool:
    return max(one.values["valid_from"], other.values["valid_from"]) < min(_end(one), _end(other))


def _end(rule: Rule) -> date:
    return rule.values["valid_to"] or date.max
