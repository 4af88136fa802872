"""What is wrong between the rules that name a group of products and the file that says what is in it.

Belongs here: groups of `product_groups.csv`. Does not belong here: two groups for one product (`overlap.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pipelines.rules.declare import GROUP, Rule
from pipelines.rules.errors import RuleError

_NAMED_IN = ("counting", "terms")


def groups_hold_products(found: Mapping[str, Sequence[Rule]]) -> Iterator[RuleError]:
    """One error for each rule of a group that holds no product on any of its days: it would hold for nothing.

    Args:
        found: The rules of each file, by the file's name without ending.
    """
    for name in _NAMED_IN:
        for rule in found.get(name, ()):
            if rule.values["product_id"].startswith(GROUP) and not any(members_on_a_day(rule, found)):
                group = rule.values["product_id"].removeprefix(GROUP)
                reason = f"product_groups.csv puts no product into {group!r} on these days; add a line for each product"
                yield RuleError(rule.file, rule.line, "product_id", reason)


def members_on_a_day(rule: Rule, found: Mapping[str, Sequence[Rule]]) -> Iterator[str]:
    """The products that a rule about a group means on some day of it, or the one product that it names."""
    if not rule.values["product_id"].startswith(GROUP):
        yield rule.values["product_id"]
        return
    for member in found.get("product_groups", ()):
        is_named = GROUP + member.values["product_group"] == rule.values["product_id"]
        first = max(rule.values["valid_from"], member.values["valid_from"])
        if is_named and first < min(_end(rule), _end(member)):
            yield member.values["product_id"]


def _end(rule: Rule) -> date:
    return rule.values["valid_to"] or date.max
