"""What is wrong between the rules of `bundles.csv` taken together.

Belongs here: what no single line of that file can tell - one driver on each day, and bundles within bundles. Does not
belong here: its columns and the cells of one line (`files.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pipelines.rules.declare import ANY, Rule
from pipelines.rules.errors import RuleError
from pipelines.rules.group_checks import members_on_a_day

_EVER = date.max


def one_driver_on_each_day(rules: Sequence[Rule]) -> Iterator[RuleError]:
    """One error for each bundle and client that has a day with no driver, or with several; the first such day is told.

    A client's own line about a component goes before the one with `*`, as in the comparison.
    """
    by_bundle: dict[str, list[Rule]] = {}
    for rule in rules:
        by_bundle.setdefault(rule.values["bundle_product_id"], []).append(rule)
    for bundle, lines in sorted(by_bundle.items()):
        # '*' first: what is wrong for any client is told once, not again for each client with a line of its own.
        clients = sorted({rule.values["client_id"] for rule in lines}, key=lambda client: (client != ANY, client))
        for client in clients:
            meant = [rule for rule in lines if rule.values["client_id"] in (client, ANY)]
            yield from _first_day_without_one_driver(bundle, client, meant)


def no_bundle_within_a_bundle(rules: Sequence[Rule]) -> Iterator[RuleError]:
    """A component that is itself sold as a bundle has no count of its own, so nothing could be said to cover it."""
    sold: dict[str, list[Rule]] = {}
    for rule in rules:
        sold.setdefault(rule.values["bundle_product_id"], []).append(rule)
    for rule in rules:
        component = rule.values["component_product_id"]
        for other in sold.get(component, ()):
            if (
                component != rule.values["bundle_product_id"]
                and _share_a_client(rule, other)
                and _share_a_day(rule, other)
            ):
                yield RuleError(
                    rule.file,
                    rule.line,
                    "component_product_id",
                    f"{component} is itself a bundle, by line {other.line}; name its components instead",
                )
                break


def _first_day_without_one_driver(bundle: str, client: str, rules: Sequence[Rule]) -> Iterator[RuleError]:
    days = sorted({_start(rule) for rule in rules} | {_end(rule) for rule in rules} - {_EVER})
    for day in days:
        held = _in_force(rules, client, day)
        own = [rule for rule in held.values() if rule.values["client_id"] == client]
        if not own:
            continue
        drivers = sorted(
            (rule for rule in held.values() if rule.values["is_driver"] == "yes"), key=lambda one: one.line
        )
        if len(drivers) == 1:
            continue
        whose = "any client" if client == ANY else client
        if drivers:
            lines = " and ".join(str(rule.line) for rule in drivers)
            reason = (
                f"{bundle} has {len(drivers)} drivers for {whose} on {day}, lines {lines}; one count prices a bundle"
            )
            at = next((rule for rule in reversed(drivers) if rule in own), drivers[-1])
        else:
            reason = f"{bundle} has no driver for {whose} on {day}; write yes at the component that prices it"
            at = min(own, key=lambda one: one.line)
        yield RuleError(at.file, at.line, "is_driver", reason)
        return


def _in_force(rules: Sequence[Rule], client: str, day: date) -> Mapping[str, Rule]:
    """The line that holds for each component on `day`."""
    held: dict[str, Rule] = {}
    for rule in rules:
        component = rule.values["component_product_id"]
        if _start(rule) <= day < _end(rule) and (component not in held or rule.values["client_id"] == client):
            held[component] = rule
    return held


def _share_a_client(one: Rule, other: Rule) -> bool:
    clients = (one.values["client_id"], other.values["client_id"])
    return ANY in clients or clients[0] == clients[1]


def _share_a_day(one: Rule, other: Rule) -> bool:
    return _start(one) < _end(other) and _start(other) < _end(one)


def _start(rule: Rule) -> date:
    return rule.values["valid_from"]


def _end(rule: Rule) -> date:
    return rule.values["valid_to"] or _EVER


def bundles_are_counted_at_one_system(found: Mapping[str, Sequence[Rule]]) -> Iterator[RuleError]:
    """One error for each counting rule that adds up several systems for a bundle or a part of one.

    Args:
        found: The rules of each file, by the file's name without ending.
    """
    named: dict[str, Rule] = {}
    for rule in found.get("bundles", ()):
        for column in ("bundle_product_id", "component_product_id"):
            named.setdefault(rule.values[column], rule)
    for rule in found.get("counting", ()):
        if "+" not in (rule.values["owned_source"] or ""):
            continue
        bundle = next((named[product] for product in members_on_a_day(rule, found) if product in named), None)
        if bundle is not None:
            reason = f"names several systems, and what {bundle.rule_id} bundles is counted at one"
            yield RuleError(rule.file, rule.line, "owned_source", reason)
