"""The right answer for a plan: every row that a right reconciliation holds, from what was meant, not from payloads.

Belongs here: judgement on plan objects, after the words of docs/glossary.md. Does not belong here: anything that
reads a payload or shares code with the pipeline, or the comparison with a result (`sandbox/score.py`).
"""

from dataclasses import replace

from sandbox.world.model import TruthRow
from sandbox.world.plan import ZERO, Client, Plan, Position, TenantSku
from sandbox.world.products import BY_ID
from sandbox.world.sorting import Sorted, Tally, shared_holdings, sort_holdings
from sandbox.world.truth_bundles import coverage_of, coverage_row
from sandbox.world.truth_lines import Around, position_row, sides_of
from sandbox.world.truth_minimums import shortfalls

_SIDES = ("owned", "used", "charged")


def judge(plan: Plan) -> list[TruthRow]:
    """Every truth row of the plan, by line_key.

    Raises:
        ValueError: a planted position did not come out as the class that was meant: the world contradicts itself.
    """
    everyone = plan.everyone()
    accounts = [account for client in everyone for held in client.accounts.values() for account in held]
    open_sources = {account.source for account in accounts if not account.mapped_by}
    rows: list[TruthRow] = []
    for shared in plan.shared_skus:
        rows += _unallocated(plan, shared)
    for client in everyone:
        sorted_ = sort_holdings(plan, client)
        for (source, account_id, item), tally in sorted_.unmapped_client.items():
            rows.append(_open_row(f"{source}:{account_id}|{item}|*", "unmapped_client", tally, client, None))
        for item, tally in sorted_.excluded.items():
            rows.append(_excluded_row(client, item, tally))
        for item, tally in sorted_.unmapped_product.items():
            rows.append(_open_row(f"{client.id}|{item}|*", "unmapped_product", tally, client, client.id))
        coverage = coverage_of(plan, client, sorted_)
        rows += [coverage_row(client, item, cover) for item, cover in coverage.components.items()]
        rows += _position_rows(plan, client, Around(sorted_, coverage, open_sources))
    return sorted(rows, key=lambda row: row.line_key)


def _open_row(key: str, class_: str, tally: Tally, client: Client, client_id: str | None) -> TruthRow:
    item = key.split("|")[1]
    return TruthRow(
        line_key=key,
        client_id=client_id,
        product_id=item if item.startswith("connectwise:") else None,
        class_=class_,
        billed=ZERO,
        expected=None,
        variance=None,
        owned=tally.sums.get("owned"),
        used=tally.sums.get("used"),
        charged=tally.sums.get("charged"),
        unit_price=None,
        currency=client.currency,
        revenue_impact=None,
        flags=("weak_match",) if tally.rests_on_a_name else (),
        note=client.note or "no product answers to it",
    )


def _position_rows(plan: Plan, client: Client, around: Around) -> list[TruthRow]:
    judged = [(position, position_row(plan, position, around)) for position in client.positions.values()]
    raised = shortfalls(plan, {row.line_key: (position, row) for position, row in judged if row is not None})
    if raised:
        around = replace(around, raised=raised)
        judged = [(position, position_row(plan, position, around)) for position in client.positions.values()]
    for position, row in judged:
        _check(position, row, around.held)
    return [row for _, row in judged if row is not None]


def _unallocated(plan: Plan, shared: TenantSku) -> list[TruthRow]:
    tally = Tally()
    for holding in shared_holdings(plan, shared, None):
        tally.add(holding)
        key = f"{shared.account.source}:{shared.account.id}|{holding.item}|*|unallocated"
    return [_open_row(key, "unallocated", tally, shared.account.client, None)] if tally.users else []


def _excluded_row(client: Client, item: str, tally: Tally) -> TruthRow:
    product = BY_ID.get(item)
    sides = sides_of(product, tally, set()) if product else {side: tally.sums.get(side) for side in _SIDES}
    return TruthRow(
        line_key=f"{client.id}|{item}|*|excluded",
        client_id=client.id,
        product_id=item if item.startswith("connectwise:") else None,
        class_="excluded",
        billed=ZERO,
        expected=ZERO,
        variance=ZERO,
        owned=sides["owned"],
        used=sides["used"],
        charged=sides["charged"],
        unit_price=None,
        currency=client.currency,
        revenue_impact=ZERO,
        flags=("weak_match",) if tally.rests_on_a_name else (),
        note="internal use" if client.kind == "internal" else "taken out by a rule",
    )


def _check(position: Position, row: TruthRow | None, held: Sorted) -> None:
    if not position.intent:
        return
    found = row.class_ if row else "excluded" if position.product.id in held.excluded else "no row"
    if found != position.intent:
        where = f"client {position.client.number}, product {position.product.key}"
        raise ValueError(f"{where}: '{position.note}' was meant as {position.intent} and came out as {found}")
