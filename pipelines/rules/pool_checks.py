"""What is wrong between the rules of `terms.csv` about one pool.

Belongs here: what no single line of that file can tell. Does not belong here: the cells of one line (`term_checks.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date

from pipelines.rules.declare import Rule
from pipelines.rules.errors import RuleError, plain


def one_minimum_of_a_pool(rules: Sequence[Rule]) -> Iterator[RuleError]:
    """One error for each rule whose pool has another minimum, by an earlier line, on one of its days."""
    pools: dict[tuple[str, str], list[Rule]] = {}
    for rule in sorted(rules, key=lambda one: one.line):
        client, pool = rule.values["client_id"], rule.values["pool"]
        if pool is None:
            continue
        earlier = pools.setdefault((client, pool), [])
        minimum = rule.values["minimum_quantity"]
        for other in earlier:
            if other.values["minimum_quantity"] != minimum and _share_a_day(rule, other):
                said = f"{plain(minimum)}, line {other.line} says {plain(other.values['minimum_quantity'])}"
                reason = f"contradicts line {other.line} about pool {pool} of {client}: {said}"
                yield RuleError(rule.file, rule.line, "minimum_quantity", reason)
                break
        earlier.append(rule)


def _share_a_day(one: Rule, other: Rule) -> bool:
    return one.values["valid_from"] < _end(other) and other.values["valid_from"] < _end(one)


def _end(rule: Rule) -> date:
    return rule.values["valid_to"] or date.max
