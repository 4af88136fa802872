"""What minimums of whole agreements and of pools add to the lines of one client.

Belongs here: who is in a group, and how its shortfall falls on the lines. Does not belong here: a line's own minimum
(`terms.py`).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from sandbox.world.agreed import Term
from sandbox.world.model import TruthRow
from sandbox.world.plan import ZERO, Plan, Position

Rows = Mapping[str, tuple[Position, TruthRow]]


def shortfalls(plan: Plan, rows: Rows) -> dict[str, Decimal | None]:
    """By line key, what each line is raised by; None where the group cannot be judged, because one of it cannot."""
    raised: dict[str, Decimal | None] = {}
    for minimum, group in _groups(plan, rows):
        expected = {key: rows[key][1].expected for key in group}
        known = {key: value for key, value in expected.items() if value is not None}
        if len(known) < len(group):
            raised |= dict.fromkeys(group)
            continue
        rest = minimum - sum(known.values(), ZERO)
        # First to the lines that bill more than is there: the minimum is what they bill.
        for key in sorted(group):
            share = min(rest, max(ZERO, (rows[key][1].billed or ZERO) - known[key]))
            if share > 0:
                raised[key] = share
                rest -= share
        if rest > 0:
            key = min(sorted(group), key=lambda key: -known[key])
            raised[key] = (raised.get(key) or ZERO) + rest
    return raised


def _groups(plan: Plan, rows: Rows) -> Iterator[tuple[Decimal, list[str]]]:
    """Each minimum with the line keys that it holds for."""
    pools: dict[str, tuple[Decimal, list[str]]] = {}
    clients = {position.client for position, _ in rows.values()}
    for term in plan.terms:
        if term.client not in clients or term.minimum is None:
            continue
        group = [key for key, (position, _) in rows.items() if _is_in(term, position)]
        if term.scope == "agreement":
            yield term.minimum, group
        elif term.scope == "pool":
            pools.setdefault(term.pool, (term.minimum, []))[1].extend(group)
    yield from pools.values()


def _is_in(term: Term, position: Position) -> bool:
    billing = {line.agreement for line in position.lines if line.role == "live" and line.mode == "Billable"}
    if term.scope == "agreement":
        return billing == {term.agreement}
    return position.product is term.product
