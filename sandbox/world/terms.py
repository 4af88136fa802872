"""What the contract says of one position, out of all terms and tolerances of the plan.

Belongs here: which decision holds where. Does not belong here: what it leads to (`truth_lines.py`, `truth_flags.py`).
"""

from dataclasses import dataclass
from decimal import Decimal

from sandbox.world.agreed import Term
from sandbox.world.plan import ZERO, Plan, Position


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms in force for one position, each from the narrowest rule that states it."""

    basis: str
    minimum: Decimal | None
    price: Decimal | None
    currency: str
    margin_floor: Decimal | None
    backbill_months: int | None
    fixed: Decimal | None


def terms_of(plan: Plan, position: Position) -> Terms:
    """What was signed for `position`; where nothing was, the product's own basis and nothing else."""
    billing = {line.agreement for line in position.lines if line.role == "live" and line.mode == "Billable"}
    agreement = billing.pop() if len(billing) == 1 else None
    rules = [
        term
        for term in plan.terms
        if term.client in (None, position.client)
        and term.product in (None, position.product)
        and term.group in ("", position.product.group)
        and (term.agreement is None or term.agreement is agreement)
        and (term.valid_to is None or term.valid_to > plan.day)
    ]
    rules.sort(key=_breadth)
    price = next((rule for rule in rules if rule.price is not None), None)
    return Terms(
        basis=next((rule.basis for rule in rules if rule.basis), position.product.basis)
        if position.product.basis
        else "",
        minimum=next((rule.minimum for rule in rules if rule.minimum is not None and rule.scope == "line"), None),
        price=price.price if price else None,
        currency=price.currency if price else "",
        margin_floor=next((rule.margin_floor for rule in rules if rule.margin_floor is not None), None),
        backbill_months=next((rule.backbill_months for rule in rules if rule.backbill_months is not None), None),
        fixed=next((rule.fixed for rule in rules if rule.fixed is not None), None),
    )


def scope_of(plan: Plan, position: Position) -> str:
    """Whose line the position is: the agreement that a term names for it, else `*`, which is all the others."""
    client, product = position.client, position.product
    rules = [
        term
        for term in plan.terms
        if term.client is client
        and term.agreement is not None
        and term.product in (None, product)
        and (term.valid_to is None or term.valid_to > plan.day)
    ]
    if not rules:
        return "*"
    found = {id(line.agreement): line.agreement for line in position.lines if line.role in ("live", "future")}
    found |= {id(term.agreement): term.agreement for term in rules if term.product is product and term.agreement}
    if not found:
        oldest = min((a for a in client.agreements if a.is_live), key=lambda agreement: (agreement.start, agreement.id))
        found = {id(oldest): oldest}
    agreement = next(iter(found.values()))
    named = any(term.agreement is agreement for term in rules)
    return f"connectwise:{agreement.id}" if named and len(found) == 1 else "*"


def _breadth(term: Term) -> tuple[bool, int]:
    """What is said of one client goes before what is said of all."""
    if term.product is not None:
        place = 1 if term.agreement is not None else 2
    else:
        place = 3 if term.group else 4 if term.agreement is not None else 5
    return term.client is None, place


def tolerance_of(plan: Plan, position: Position) -> Decimal:
    """Units that may differ: the client's own tolerance, else the one for any client, else none."""
    rules = [
        rule
        for rule in plan.tolerances
        if rule.product is position.product
        and rule.client in (None, position.client)
        and (rule.valid_to is None or rule.valid_to > plan.day)
    ]
    return min(rules, key=lambda rule: rule.client is None).units if rules else ZERO


def backbill_months(plan: Plan) -> dict[str, int]:
    """By line key, how many months back each position may be billed, where its contract says so."""
    found = {
        f"{client.id}|{position.product.id}|{scope_of(plan, position)}": terms_of(plan, position).backbill_months
        for client in {id(term.client): term.client for term in plan.terms if term.client}.values()
        for position in client.positions.values()
    }
    return {key: months for key, months in found.items() if months is not None}
