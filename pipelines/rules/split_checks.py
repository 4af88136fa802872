"""What is wrong between the rules about one shared account: two attributes, or a client of its own beside the split.

Belongs here: judgements that need several rules, of two files. Does not belong here: two rules about one value
(`overlap.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pipelines.rules.declare import Rule
from pipelines.rules.errors import RuleError

Account = tuple[str, str]


def split_conflicts(found: Mapping[str, Sequence[Rule]]) -> Iterator[RuleError]:
    """One error for each rule that contradicts how an account is split on some day.

    Args:
        found: The rules of each file whose cells are right, by the file's name without `.csv`.
    """
    splits = _by_account(found["splits"])
    for rules in splits.values():
        yield from _other_attributes(rules)
    for account, rules in _by_account(found["client_map"]).items():
        for rule in rules:
            split = next((one for one in splits.get(account, ()) if _share_a_day(rule, one)), None)
            if split is not None:
                reason = f"is split among clients on the same days by {split.rule_id}; end one before the other begins"
                yield RuleError(rule.file, rule.line, "account_id", reason)


def _by_account(rules: Sequence[Rule]) -> Mapping[Account, list[Rule]]:
    """The rules of each account, those that begin first in front."""
    found: dict[Account, list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda rule: (rule.values["valid_from"], rule.line)):
        found[rule.values["source_system"], rule.values["account_id"]].append(rule)
    return found


def _other_attributes(rules: Sequence[Rule]) -> Iterator[RuleError]:
    # The rule of each attribute that lasts longest so far is all that a later starter can be compared with.
    longest: dict[str, Rule] = {}
    for rule in rules:
        attribute = rule.values["attribute"]
        for other, lasting in longest.items():
            if other != attribute and _share_a_day(rule, lasting):
                first, second = sorted((rule, lasting), key=lambda one: one.line)
                reason = (
                    f"{second.values['attribute']} is a second attribute for this account on the same days, after"
                    f" {first.values['attribute']} in line {first.line}: one attribute splits an account"
                )
                yield RuleError(second.file, second.line, "attribute", reason)
                break
        if attribute not in longest or _end(rule) > _end(longest[attribute]):
            longest[attribute] = rule


def _share_a_day(one: Rule, other: Rule) -> bool:
    return max(one.values["valid_from"], other.values["valid_from"]) < min(_end(one), _end(other))


def _end(rule: Rule) -> date:
    return rule.values["valid_to"] or date.max
