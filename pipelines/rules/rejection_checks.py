"""Pairs that one rule confirms and another rejects.

Belongs here: `rejections.csv` against the two maps. Does not belong here: what a single file can tell by itself.
"""

from collections.abc import Iterator, Mapping, Sequence

from pipelines.rules.declare import Rule
from pipelines.rules.errors import RuleError

# Kind of a rejection -> the map that would confirm it, and that map's columns for the two sides.
CONFIRMED_IN = {
    "client": ("client_map", "account_id", "client_id"),
    "product": ("product_map", "vendor_product_id", "product_id"),
}


def confirmed_and_rejected(found: Mapping[str, Sequence[Rule]]) -> Iterator[RuleError]:
    """One error for each rejected pair that a map confirms, on whatever days: a person means one of the two.

    Args:
        found: The rules of each file, by the file's name without ending.
    """
    for kind, (file, left, right) in CONFIRMED_IN.items():
        confirmed = {
            (rule.values["source_system"], rule.values[left], rule.values[right]): rule
            for rule in reversed(found.get(file, ()))
        }
        for rule in found.get("rejections", ()):
            if rule.values["kind"] != kind:
                continue
            pair = rule.values["source_system"], rule.values["left_id"], rule.values["right_id"]
            if against := confirmed.get(pair):
                yield RuleError(
                    rule.file,
                    rule.line,
                    "right_id",
                    f"contradicts {against.rule_id}, which confirms {pair[0]} {pair[1]} as {pair[2]}",
                )
