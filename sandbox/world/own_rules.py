"""The feature `own_rules`: what is counted, and what margin is the least, for one client and for a group of products.

Belongs here: dedicated clients and the rules that speak of them. Does not belong here: who is one person
(`sorting.py`), which term is the narrowest (`terms.py`).
"""

from dataclasses import replace
from decimal import Decimal
from random import Random

from sandbox.world.agreed import Counting, Term
from sandbox.world.feature_clients import billed, bought, feature_client, licence, staff
from sandbox.world.plan import Client, Plan, Position, TenantSku
from sandbox.world.products import BY_KEY, GRAPH, O365_E5, PAX8
from sandbox.world.streams import stream

PER_USER, OLD_OFFICE = BY_KEY["office_user"], BY_KEY["o365_e3"]


def plant_own_rules(plan: Plan) -> None:
    """Persons and licences, the client's own way of counting, and floors; each beside what must be left alone."""
    rng = stream(plan.seed, "own rules")
    # Bought at 9.00 and sold at 12.00 is a margin of a quarter.
    plan.terms.append(Term(None, group=PER_USER.group, margin_floor=Decimal(20)))
    for _ in range(2):
        _two_licences(plan, rng)
        _two_of_one_name(plan, rng)
        _licences_by_own_rule(plan, rng)
        _used_by_own_rule(plan, rng)
        _owned_by_the_rule_for_all(plan, rng)
        _below_own_floor(plan, rng)
        _below_the_group_s_floor(plan, rng)


def _users(plan: Plan, note: str, people: int, both: int, billed_quantity: int, rng: Random) -> Position:
    """People with a licence of the product that is sold per person, of whom `both` hold its other licence as well."""
    client = feature_client(plan, note, people, rng, GRAPH, PAX8)
    position = billed(plan, client, PER_USER.key, billed_quantity, rng, price=PER_USER.price)
    position.note = note
    bought(plan, position, people, rng)
    sku = licence(position)
    staff(plan, sku.account, people - both, sku)
    if both:
        second = TenantSku(sku.account, O365_E5, 0, own=both)
        position.skus.append(second)
        staff(plan, sku.account, both, sku, second)
    return position


def _two_licences(plan: Plan, rng: Random) -> None:
    """Two people hold both licences: they are billed once each."""
    _users(plan, "people with two licences of one product", 10, 2, 10, rng).intent = "matched"


def _two_of_one_name(plan: Plan, rng: Random) -> None:
    """Two people share a name and nothing else: they are two."""
    position = _users(plan, "two people of one name", 8, 0, 8, rng)
    for user in position.skus[0].account.users[-2:]:
        user.display_name = "Alex Morgan"
    position.intent = "matched"


def _licences_by_own_rule(plan: Plan, rng: Random) -> None:
    """This client's contract counts licences: whoever holds two is billed for two."""
    position = _users(plan, "licences counted by the client's own rule", 10, 2, 10, rng)
    _counts_by_own_rule(plan, position, counts_people=False)
    position.intent = "underbilled"


def _old_office(plan: Plan, note: str, rng: Random) -> Position:
    """20 owned, of which 15 are used; 15 are billed."""
    client = feature_client(plan, note, 15, rng, GRAPH)
    position = billed(plan, client, OLD_OFFICE.key, 15, rng)
    position.note = note
    sku = licence(position, own=20)
    staff(plan, sku.account, 15, sku)
    return position


def _used_by_own_rule(plan: Plan, rng: Random) -> None:
    """The rule for all counts what is owned, this client's what is used."""
    position = _old_office(plan, "use counted by the client's own rule", rng)
    _counts_by_own_rule(plan, position, basis="used")
    position.intent = "matched"


def _owned_by_the_rule_for_all(plan: Plan, rng: Random) -> None:
    """The same numbers at a client without a rule of its own."""
    _old_office(plan, "purchase counted by the rule for all", rng).intent = "underbilled"


def _counts_by_own_rule(plan: Plan, position: Position, **columns: object) -> None:
    position.product = replace(position.product, **columns)  # type: ignore[arg-type]
    plan.counting.append(Counting(position.client, replace(position.product, group="")))


def _sold_at(plan: Plan, note: str, price: str, rng: Random) -> Client:
    position = _users(plan, note, 6, 0, 6, rng)
    for line in position.lines:
        line.price = Decimal(price)
    position.intent = "matched"
    return position.client


def _below_own_floor(plan: Plan, rng: Random) -> None:
    """A quarter is above the group's floor and below this client's own."""
    client = _sold_at(plan, "margin below the client's own floor", "12.00", rng)
    plan.terms.append(Term(client, group=PER_USER.group, margin_floor=Decimal(30)))


def _below_the_group_s_floor(plan: Plan, rng: Random) -> None:
    """A tenth is below the floor of the group at one client; at another its own floor for all products allows it."""
    _sold_at(plan, "margin below the group's floor", "10.00", rng)
    client = _sold_at(plan, "margin that the client's own floor allows", "10.00", rng)
    plan.terms.append(Term(client, margin_floor=Decimal(5)))
