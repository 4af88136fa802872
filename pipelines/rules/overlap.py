"""Two rules about the same thing on the same day: found by one sweep per key over the starting days.

Belongs here: the judgement between rules of one file. Does not belong here: single rules (`parse.py`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from connectors.registry import SYSTEMS
from pipelines.rules.declare import Rule, RuleFile
from pipelines.rules.errors import RuleError, plain

_EVER = date.max


def overlaps(rules: Iterable[Rule], declared: RuleFile) -> Iterator[RuleError]:
    """One error for each rule that shares a day and a key with an earlier one.

    Rules are taken by starting day, then by line. Where a rule shares days with several, a contradiction (another
    target) is named before a mere repetition. Files that are not dated are taken as valid for ever.
    """
    kinds = {column.name: column.kind for column in declared.columns}

    def key(rule: Rule) -> tuple:
        return tuple(_meant(rule.values, name, kinds[name]) for name in declared.key)

    def order(rule: Rule) -> tuple:
        return key(rule), _start(rule), rule.line

    for _, group in groupby(sorted(rules, key=order), key=key):
        yield from _sweep(group, declared)


def _meant(values: Any, name: str, kind: str) -> Any:
    """A name in a file of the inbox is one thing whatever its case and blanks; a code is what it is."""
    value = values[name]
    if kind in ("client_id", "agreement_id", "product_id", "psa_id"):
        system, _, own = value.partition(":")
    elif kind == "vendor_id":
        system, own = values["source_system"], value
    else:
        return value
    is_name = system not in SYSTEMS and (" " in own or not any(sign.isdigit() for sign in own))
    return " ".join(value.lower().split()) if is_name else value


def _start(rule: Rule) -> date:
    return rule.values.get("valid_from") or date.min


def _end(rule: Rule) -> date:
    return rule.values.get("valid_to") or _EVER


def _sweep(group: Iterable[Rule], declared: RuleFile) -> Iterator[RuleError]:
    # Of the rules so far: the one that lasts longest, and the one that lasts longest with any other target. These two
    # are all a later starter can be compared with, so that n rules cost n comparisons and not n squared.
    longest: Rule | None = None
    other: Rule | None = None

    def target(rule: Rule) -> tuple:
        return tuple(rule.values[name] for name in declared.target)

    for rule in group:
        same_target = longest is not None and target(rule) == target(longest)
        against = other if same_target else longest
        if against is not None and _end(against) > _start(rule):
            yield _contradiction(rule, against, declared)
        elif longest is not None and _end(longest) > _start(rule):
            yield _repetition(rule, longest, declared)

        if longest is None or same_target:
            longest = rule if longest is None or _end(rule) > _end(longest) else longest
        elif _end(rule) > _end(longest):
            longest, other = rule, longest
        elif other is None or _end(rule) > _end(other):
            other = rule


def _contradiction(rule: Rule, against: Rule, declared: RuleFile) -> RuleError:
    first, second = sorted((rule, against), key=lambda one: one.line)
    name = next(name for name in declared.target if first.values[name] != second.values[name])
    said = f"{_shown(second.values[name])}, line {first.line} says {_shown(first.values[name])}{declared.advice}"
    return RuleError(
        second.file, second.line, name, f"contradicts line {first.line} about {_about(rule, declared)}: {said}"
    )


def _repetition(rule: Rule, against: Rule, declared: RuleFile) -> RuleError:
    first, second = sorted((rule, against), key=lambda one: one.line)
    if first.values == second.values:
        return RuleError(second.file, second.line, None, f"repeats line {first.line}")
    about = _about(rule, declared)
    if not declared.is_dated:
        return RuleError(second.file, second.line, None, f"is a second rule about {about}, after line {first.line}")
    reason = f"overlaps line {first.line} about {about}; end one before the other begins"
    return RuleError(second.file, second.line, "valid_from", reason)


def _about(rule: Rule, declared: RuleFile) -> str:
    usual = {column.name: column.otherwise for column in declared.columns}
    # What an empty cell means need not be said.
    said = (rule.values[name] for name in declared.key if usual[name] is None or rule.values[name] != usual[name])
    return " ".join(_shown(value) for value in said)


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return "nothing" if value is None else str(value)
