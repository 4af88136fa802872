"""What is wrong with exchange rates (`exchange_rates.csv`), one by itself and the two directions of a pair together.

Belongs here: the checks of that one file. Does not belong here: its columns (`files.py`), single cells (`cells.py`), or
two rates for one direction on one day (`overlap.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from pipelines.rules.declare import Rule, Values
from pipelines.rules.errors import RuleError, plain

# Buying and selling rates differ by a few percent; the same number typed for both directions differs by far more.
_APART = Decimal("0.05")


def currencies_differ(values: Values) -> Iterator[tuple[str, str]]:
    """Money of one currency needs no rate."""
    if values["from_currency"] == values["to_currency"]:
        yield "to_currency", f"is {values['to_currency']} as well; a rate leads from one currency to another"


def rate_is_positive(values: Values) -> Iterator[tuple[str, str]]:
    """A rate of zero would make every cost nothing."""
    if values["rate"] <= 0:
        yield "rate", f"{plain(values['rate'])} is not above zero"


def directions_agree(rules: Sequence[Rule]) -> Iterator[RuleError]:
    """One error for each two rates of opposite directions that share a day and cannot both be right.

    There and back again must come to nearly the same money. Rates of one direction share no day (`overlap.py`), so that
    one walk along the days meets every two that do.
    """
    found: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda one: one.values["valid_from"]):
        found[rule.values["from_currency"], rule.values["to_currency"]].append(rule)
    for (one, other), there in sorted(found.items()):
        # Each pair once.
        if one < other:
            yield from _far_apart(there, found.get((other, one), []))


def _far_apart(there: Sequence[Rule], back: Sequence[Rule]) -> Iterator[RuleError]:
    left, right = 0, 0
    while left < len(there) and right < len(back):
        pair = there[left], back[right]
        product = pair[0].values["rate"] * pair[1].values["rate"]
        if _share_a_day(*pair) and abs(product - 1) > _APART:
            first, second = sorted(pair, key=lambda one: one.line)
            said, says = plain(second.values["rate"]), plain(first.values["rate"])
            reason = (
                f"{said} contradicts line {first.line}, which says {says} for the other direction:"
                f" there and back again makes {plain(round(product, 4))} of 1"
            )
            yield RuleError(second.file, second.line, "rate", reason)
        if _end(pair[0]) <= _end(pair[1]):
            left += 1
        else:
            right += 1


def _share_a_day(one: Rule, other: Rule) -> bool:
    return max(one.values["valid_from"], other.values["valid_from"]) < min(_end(one), _end(other))


def _end(rule: Rule) -> date:
    return rule.values["valid_to"] or date.max
