"""The right answer for one client and product: quantities, class, money.

Belongs here: the main row of a position. Does not belong here: what becomes of each record (`sorting.py`),
flags (`truth_flags.py`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world import value
from sandbox.world.dates import add_months, last_of_month
from sandbox.world.model import TruthRow
from sandbox.world.plan import COUNTED, ZERO, Line, Plan, Position
from sandbox.world.products import GRAPH, PAX8, Product
from sandbox.world.sorting import Sorted, Tally
from sandbox.world.terms import Terms, scope_of, terms_of, tolerance_of
from sandbox.world.truth_bundles import Coverage
from sandbox.world.truth_flags import Facts, droppable, flags_of, is_abroad, vendor_cost

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a position at its client: what bundles cover, and what minimums of groups raise."""

    held: Sorted
    coverage: Coverage
    open_sources: set[str]
    raised: dict[str, Decimal | None] = field(default_factory=dict)


def position_row(plan: Plan, position: Position, around: Around) -> TruthRow | None:
    """The main row of `position`; None where no line is live and nothing is counted."""
    client, product, held = position.client, position.product, around.held
    key = f"{client.id}|{product.id}|{scope_of(plan, position)}"
    cover = around.coverage.components.get(product.id)
    # A component that is listed at no price under its bundle bills nothing by itself.
    lines = [line for line in position.lines if line.role == "live" and not (cover and line.price == 0)]
    tally = held.main.get(product.id)
    if not lines and (tally is None or (cover and not cover.beyond(cover.quantity))):
        return None
    tally = tally or Tally()
    billable = [line for line in lines if line.mode == "Billable"]
    billed = sum((line.billed for line in billable), ZERO)
    refused = {a.source for accounts in client.accounts.values() for a in accounts if a.is_refused}
    sides = sides_of(product, tally, refused)
    if product.owned_source == GRAPH and any(split.client is client for split in plan.splits):
        # A shared tenant tells whose a user is, not whose a licence was bought.
        sides["owned"] = None
    if product.id in held.uninvoiced and product.charged_source == PAX8:
        sides["charged"] = None
    sides |= dict.fromkeys(position.unclear_sides)
    if product.id in around.coverage.drivers:
        sides[product.basis] = around.coverage.drivers[product.id]
    elif cover:
        sides = {side: cover.beyond(quantity) for side, quantity in sides.items()}
    sides |= {side: None for item, side in held.unknown if item == product.id}
    terms = terms_of(plan, position)
    source = product.source_of(terms.basis)
    is_unseen = bool(source) and (source in refused or sides[terms.basis] is None)
    raised = around.raised.get(key, ZERO)
    expected: Decimal | None = None
    if not product.basis:
        class_ = "unmapped_product"
    elif (
        is_unseen or product.id in held.uncounted or raised is None or position.is_broken or _is_unread(plan, position)
    ):
        class_ = "not_assessed"
    elif billed > 0 and source in around.open_sources and not client.is_mapped(source):
        class_ = "unmapped_client"
    else:
        has_record = terms.basis == "fixed" or source in tally.sources or product.id in held.excluded
        has_record = has_record or (source == PAX8 and product.id in held.ended)
        census = _census(plan, position, terms, sides)
        expected, is_minimum = _expected(census, billed, billable, terms)
        expected, is_minimum = expected + raised, is_minimum or raised > 0
        class_ = _class(plan, position, billed, expected, bool(lines), has_record, is_minimum)
        if expected != billed and _clears(plan, position, census, terms):
            class_ = "timing"
    price = value.of_one(product, billable, terms, client.currency)
    variance = None if expected is None else expected - billed
    # Prices, terms and the other sides are known also where the basis' own account has no confirmed client.
    is_believed = class_ not in ("not_assessed", "unmapped_product")
    users = tally.users if is_believed else []
    paid = value.of_line(billable) or price
    facts = Facts(terms, billable, paid, sides["owned"], sides["used"], sides["charged"], is_believed, users, variance)
    return TruthRow(
        line_key=key,
        client_id=client.id,
        product_id=product.id,
        class_=class_,
        billed=None if position.is_broken else billed,
        expected=expected,
        variance=variance,
        owned=sides["owned"],
        used=sides["used"],
        charged=sides["charged"],
        unit_price=price,
        currency=client.currency,
        revenue_impact=value.of_difference(variance, price, billable, terms, client.currency),
        note=position.note or client.note,
        flags=flags_of(plan, position, facts),
        figures=_figures(plan, position, billable, variance)
        | value.drift(billable, terms, client.currency)
        | _cost(plan, position)
        | droppable(plan, position, facts)
        if expected is not None
        else {},
    )


def _census(plan: Plan, position: Position, terms: Terms, sides: dict[str, Decimal | None]) -> Decimal | None:
    """What the contract counts: the basis' side; of a product that is counted daily, what its rule says of the days."""
    if terms.basis == "fixed":
        return None
    if position.reads:
        return _of_reads(plan, position)
    if position.counts and terms.basis == "used":
        return position.counts[0].quantity(plan.first, plan.day, plan.count_day) or ZERO
    return sides[terms.basis] or ZERO


def _of_reads(plan: Plan, position: Position) -> Decimal | None:
    """What the days on which the product was read come to."""
    assert position.reads is not None
    billed = sum((line.billed for line in position.lines), ZERO)
    return position.reads.quantity(plan.first, plan.count_day_of_reads, billed)


def _is_unread(plan: Plan, position: Position) -> bool:
    return position.reads is not None and _of_reads(plan, position) is None


def _expected(census: Decimal | None, billed: Decimal, billable: list[Line], terms: Terms) -> tuple[Decimal, bool]:
    """What should be billed, and whether the minimum says so; without census the agreement fixes the quantity."""
    included = sum((line.included for line in billable), ZERO)
    fixed = billed if terms.fixed is None else terms.fixed
    reduced = fixed if census is None else max(ZERO, census - included)
    if terms.minimum is not None and terms.minimum > reduced:
        return terms.minimum, True
    return reduced, False


def _clears(plan: Plan, position: Position, census: Decimal | None, terms: Terms) -> bool:
    """Whether lines that begin or end after the cut-off and before the next period is over leave no difference."""
    end = add_months(plan.first, 2)
    live = [line for line in position.lines if line.role == "live" and line.mode == "Billable"]
    ending = [line for line in live if line.cancelled is not None and plan.day < line.cancelled < end]
    starting = [
        line
        for line in position.lines
        if line.role == "future"
        and line.mode == "Billable"
        and line.effective < end
        and (line.cancelled is None or line.cancelled >= end)
    ]
    if not ending and not starting:
        return False
    if not live and terms.basis == "owned" and _owned_since_before(plan, position):
        return False
    later = [line for line in live if line not in ending] + starting
    billed = sum((line.billed for line in later), ZERO)
    return _expected(census, billed, later, terms)[0] == billed


def _owned_since_before(plan: Plan, position: Position) -> bool:
    """Whether the distributor says that seats of it began before this period: then their difference is no lag."""
    is_dated = position.product.owned_source == PAX8
    return is_dated and any(seats.role == COUNTED and seats.steps[0][0] < plan.first for seats in position.seats)


def _class(
    plan: Plan,
    position: Position,
    billed: Decimal,
    expected: Decimal,
    has_line: bool,
    has_record: bool,
    is_minimum: bool,
) -> str:
    if expected > 0 and not has_line:
        return "unbilled"
    if billed > 0 and expected == 0 and not has_record:
        return "orphan_billing"
    if expected == billed:
        return "matched_minimum" if is_minimum else "matched"
    if abs(expected - billed) <= tolerance_of(plan, position):
        return "matched_tolerance"
    return "underbilled" if expected > billed else "overbilled"


def sides_of(product: Product, tally: Tally, refused: set[str]) -> dict[str, Decimal | None]:
    """O, U and C as the product's designated systems tell them; unknown where none does or it refused."""
    designated = {"owned": product.owned_source, "used": product.used_source, "charged": product.charged_source}
    return {
        side: None if not source or source in refused else tally.sums.get(side, ZERO)
        for side, source in designated.items()
    }


def _figures(
    plan: Plan, position: Position, billable: list[Line], variance: Decimal | None
) -> dict[str, Decimal | None]:
    """Amounts of a product that is priced by the day; only of a whole month, when both readings of it agree.

    Every agreement prorates: where a line came or went within the month and the quantities differ at its end, nobody
    knows since when they do, nor what that comes to.
    """
    first, last = plan.first, last_of_month(plan.day)
    if plan.day != last:
        return {}
    if position.product.counted_when != "prorated" or not position.counts:
        return {"amount_variance": None} if variance and _came_or_went(plan, position) else {}
    days = last.day
    price = max(billable, key=lambda line: (line.effective, line.id)).price
    unit_prices = sum((line.amount * _live_days(line, first, last) for line in billable), ZERO)
    billed_amount = (unit_prices / days).quantize(_CENT, ROUND_HALF_UP)
    unit_days = position.counts[0].unit_days(first, last)
    figures: dict[str, Decimal | None] = {"unit_days": unit_days, "billed_amount": billed_amount}
    if unit_days is None:
        return figures | dict.fromkeys(("average_quantity", "expected_amount", "amount_variance"))
    expected_amount = (price * unit_days / days).quantize(_CENT, ROUND_HALF_UP)
    return figures | {
        "average_quantity": (unit_days / days).quantize(Decimal("0.0001"), ROUND_HALF_UP),
        "expected_amount": expected_amount,
        "amount_variance": expected_amount - billed_amount,
    }


def _came_or_went(plan: Plan, position: Position) -> bool:
    """Whether a line is charged for some days of the month only."""
    end = add_months(plan.first, 1)
    for line in position.lines:
        ended = line.agreement.end and line.agreement.end + timedelta(days=1)
        until = min(day for day in (line.cancelled, line.agreement.cancelled, ended, end) if day is not None)
        is_charged = line.mode == "Billable" and not line.agreement.status and line.effective < until > plan.first
        if is_charged and (line.effective > plan.first or until < end):
            return True
    return False


def _cost(plan: Plan, position: Position) -> dict[str, Decimal | None]:
    """What the vendor asks comes to in the client's currency; fixed only where it had to be converted."""
    return {"vendor_unit_cost": vendor_cost(plan, position)} if is_abroad(position) else {}


def _live_days(line: Line, first: date, last: date) -> int:
    return (last - max(first, line.effective)).days + 1
