"""The planted errors: what each is, where it fits, and which class a right reconciliation gives it.

Belongs here: the list of plants and where they land. What they do to a position stands in `line_plants.py` (the PSA's
side), `vendor_plants.py` and `device_plants.py` (the vendors' side), `contract_plants.py` (what was signed),
`cost_plants.py` (prices and costs), `price_plants.py` (what a difference is worth) and `currency_plants.py` (costs in
another currency). Does not belong here: payloads, judgement (`truth.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from sandbox.world import contract_plants as contract
from sandbox.world import cost_plants as costs
from sandbox.world import currency_plants as currencies
from sandbox.world import cycle_plants as cycles
from sandbox.world import device_plants as devices
from sandbox.world import line_plants as lines
from sandbox.world import price_plants as prices
from sandbox.world import vendor_plants as vendors
from sandbox.world.accounts import plant_accounts
from sandbox.world.clients import add_devices, quantity_for
from sandbox.world.holdings import add_line, add_seats, open_position
from sandbox.world.plan import Client, Plan, Position, TenantSku
from sandbox.world.products import (
    BY_KEY,
    GRAPH,
    NINJAONE,
    PAX8,
    PRODUCTS,
    UNMAPPED_CLASSES,
    UNMAPPED_OFFERS,
    UNMAPPED_SKUS,
    Product,
)
from sandbox.world.streams import stream

_COUNTED = tuple(p.key for p in PRODUCTS if p.basis_source)
_PAX8_OWNED = tuple(p.key for p in PRODUCTS if p.basis_source == PAX8 and p.basis == "owned")
_RMM = ("rmm_server", "rmm_workstation")
# Seats bought at the distributor and assigned in the tenant; the first are sold as bought, the second as assigned.
_BOUGHT = ("basic", "standard", "premium", "defender")
_ASSIGNED = ("m365_e3", "exchange", "entra")
_RESOLD = tuple(p.key for p in PRODUCTS if p.offer)


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of planted error: `share` is how many per 60 clients (at least two), on one of `products`."""

    name: str
    share: int
    products: tuple[str, ...]
    apply: Callable[[Plan, Position, Random], str]
    opens: bool = False  # needs a client that does not hold the product yet: a fresh healthy position is opened for it


PLANTS: tuple[Plant, ...] = (
    Plant("vendor grew, nobody told the PSA", 6, _COUNTED, vendors.grown),
    Plant("vendor shrank, nobody told the PSA", 5, _COUNTED, vendors.shrunk),
    Plant("charged in parts of a unit", 2, ("backup",), vendors.charged_fraction),
    Plant("never put on the agreement", 3, _COUNTED, lines.never_billed),
    Plant("put on the agreement never, no price known", 2, ("edr",), lines.never_billed),
    Plant("line cancelled, vendor goes on", 2, _COUNTED, lines.cancelled_long_ago),
    Plant("line cancelled on the cut-off day", 2, _COUNTED, lines.cancelled_on_the_day),
    Plant("line starts after the cut-off", 2, _COUNTED, lines.future_only),
    Plant("agreement ended, lines left open", 2, _COUNTED, lines.on_ended_agreement),
    Plant("agreement cancelled, lines left open", 2, _COUNTED, lines.on_cancelled_agreement),
    Plant("billed, nothing at the vendor", 3, _COUNTED, vendors.vanished, opens=True),
    Plant("billed, subscription cancelled", 2, _PAX8_OWNED, vendors.cancelled_subscription),
    Plant("subscription cancelled and still running", 2, _PAX8_OWNED, vendors.cancelled_and_running),
    Plant("subscription that waits for provisioning", 2, _PAX8_OWNED, vendors.provisioning),
    Plant("billed once, beside the seats", 2, _PAX8_OWNED, vendors.billed_once),
    Plant("seats bought after the invoice", 2, _PAX8_OWNED, vendors.bought_after_the_invoice),
    Plant("charged, taken back and charged anew", 2, _RESOLD, vendors.charged_anew),
    Plant("charge taken back", 2, _PAX8_OWNED, vendors.charge_taken_back),
    Plant("charged in tiers", 2, _RESOLD, vendors.charged_in_tiers),
    Plant("charged with a flat fee", 2, _RESOLD, vendors.charged_with_a_fee),
    Plant("census above the included units", 2, _COUNTED, lines.above_included),
    Plant("census below the included units", 2, _COUNTED, lines.below_included),
    Plant("included units, right", 2, _COUNTED, lines.included_right),
    Plant("no-charge line with usage", 2, _COUNTED, lines.no_charge),
    Plant("do-not-bill line with usage", 2, _COUNTED, lines.do_not_bill),
    Plant("two live lines", 3, _COUNTED, lines.two_lines),
    Plant("two live lines since one day", 2, _COUNTED, lines.two_lines_same_day),
    Plant("lines on two agreements", 2, _COUNTED, lines.two_agreements),
    Plant("future line beside the live one", 2, _COUNTED, lines.future_beside),
    Plant("future cancellation of a live line", 2, _COUNTED, lines.cancelled_later),
    Plant("second subscription, nobody told the PSA", 2, _PAX8_OWNED, vendors.second_subscription),
    Plant("several subscriptions, right", 2, _PAX8_OWNED, vendors.several_subscriptions),
    Plant("subscription replaced", 2, _PAX8_OWNED, vendors.replaced_subscription),
    Plant("subscription that has yet to start", 2, _PAX8_OWNED, vendors.pending_subscription),
    Plant("charge cycle of its own", 2, _RESOLD, vendors.own_cycle),
    Plant("trial beside the paid seats", 2, _PAX8_OWNED, vendors.trial),
    Plant("some seats not resold", 2, _PAX8_OWNED, vendors.partly_direct),
    Plant("client buys direct", 2, _PAX8_OWNED, vendors.wholly_direct, opens=True),
    Plant("exclusion that has run out", 2, _PAX8_OWNED, vendors.expired_exclusion),
    Plant(
        "machines of one serial number that no list knows", 2, ("rmm_workstation",), devices.one_serial_number_for_many
    ),
    Plant("devices excluded by name", 2, _RMM, vendors.excluded_devices),
    Plant("billed for devices that fell silent", 2, _RMM, vendors.silent_devices),
    Plant("only silent devices left", 2, ("rmm_server",), vendors.only_silent_devices),
    Plant("licences in grace", 2, ("o365_e3",), vendors.in_grace, opens=True),
    Plant("more, within the tolerance", 2, _COUNTED, contract.more_within_tolerance),
    Plant("fewer, within the tolerance", 2, _COUNTED, contract.fewer_within_tolerance),
    Plant("more than the tolerance", 2, _COUNTED, contract.beyond_tolerance),
    Plant("nothing billed, whatever the tolerance", 2, _COUNTED, contract.unbilled_whatever_tolerance),
    Plant("billed at the minimum", 3, _COUNTED, contract.minimum_holds),
    Plant("billed below the minimum", 2, _COUNTED, contract.minimum_not_billed),
    Plant("minimum exceeded", 2, _COUNTED, contract.minimum_exceeded),
    Plant("minimum after included units", 2, _COUNTED, contract.minimum_after_included),
    Plant("minimum that has run out", 2, _COUNTED, contract.minimum_of_last_year),
    Plant("contract counts use", 2, _BOUGHT, contract.billed_on_use),
    Plant("contract counts purchase", 2, _ASSIGNED, contract.billed_on_purchase),
    Plant("contract fixes the quantity", 2, _COUNTED, contract.fixed_by_contract),
    Plant("more billed than the contract fixes", 2, _COUNTED, contract.billed_beyond_the_fixed),
    Plant("billed as the contract fixes", 2, _COUNTED, contract.billed_as_fixed),
    Plant("not billed, back-billing limited", 2, _COUNTED, contract.grown_within_limit),
    Plant("line for new seats starts soon", 2, _COUNTED, contract.starts_soon),
    Plant("first line starts soon", 2, _COUNTED, contract.first_line_starts_soon),
    Plant("first line starts soon, seats of long ago", 2, _PAX8_OWNED, contract.first_line_comes_late),
    Plant("line of gone seats ends soon", 2, _COUNTED, contract.ends_soon),
    Plant("line is replaced soon", 2, _COUNTED, contract.replaced_soon),
    Plant("line starts too late", 2, _COUNTED, contract.starts_too_late),
    Plant("line that starts soon is too small", 2, _COUNTED, contract.starts_too_small),
    Plant("price is not the contract's", 3, _COUNTED, costs.price_moved),
    Plant("price is the contract's", 2, _COUNTED, costs.price_kept),
    Plant("price of a contract that ran out", 2, _COUNTED, costs.price_of_old_contract),
    Plant("price signed in another currency", 2, _COUNTED, costs.price_in_other_currency),
    Plant("cost rose at renewal, margin below the floor", 3, _RESOLD, costs.cost_ate_the_margin),
    Plant("two costs, weighed by units", 2, _PAX8_OWNED, costs.two_costs),
    Plant("cost moved at renewal", 2, _RESOLD, costs.cost_moved),
    Plant("margin on the floor", 2, _RESOLD, costs.margin_on_the_floor),
    Plant("price below the floor from the first day", 2, _RESOLD, costs.sold_below_the_floor),
    Plant("line without a price", 2, _COUNTED, costs.sold_for_nothing),
    Plant("line without a price, short", 2, _COUNTED, costs.short_and_for_nothing),
    Plant("commitment not in use", 3, _BOUGHT, costs.commitment_idle),
    Plant("bought and not in use, no commitment", 2, _BOUGHT, costs.idle_without_commitment),
    Plant("seats by the month idle beside a commitment", 2, _BOUGHT, costs.idle_by_the_month),
    Plant("seats idle on a monthly term", 2, _BOUGHT, costs.idle_on_monthly_terms),
    Plant("commitment renewed within seven days", 2, _BOUGHT, costs.renewed_within_the_window),
    Plant("commitment renewed nine days ago", 2, _BOUGHT, costs.renewed_before_the_window),
    Plant("assigned beyond what was bought", 2, _BOUGHT, costs.assigned_beyond),
    Plant("vendor charges more than is owned", 2, _PAX8_OWNED, costs.charged_beyond),
    Plant("commitment ends within a month", 2, _BOUGHT, costs.renews_soon),
    Plant("commitment ends later", 2, _BOUGHT, costs.renews_later),
    Plant("machine with several records", 2, _RMM, devices.reinstalled),
    Plant("old record of a machine billed", 2, _RMM, devices.billed_twice),
    Plant("machines without serial number", 2, _RMM, devices.without_serial),
    Plant("machines of one hostname", 2, _RMM, devices.same_hostname),
    Plant("cost abroad, margin below the floor", 2, _RESOLD, currencies.margin_below_the_floor_by_the_rate),
    Plant("cost abroad, margin on the floor", 2, _RESOLD, currencies.margin_on_the_floor_by_the_rate),
    Plant("cost abroad, recorded at the rate", 2, _RESOLD, currencies.cost_recorded_at_the_rate),
    Plant("cost abroad, no rate in force", 2, _RESOLD, currencies.cost_without_a_rate),
    Plant("machine without serial number, several records", 2, _RMM, devices.reinstalled_without_serial),
    Plant("machine with and without serial number", 2, _RMM, devices.reinstalled_by_turns),
    Plant("old record without serial number billed", 2, _RMM, devices.billed_twice_without_serial),
    # Servers may be one alone: what two machines share needs two.
    Plant("machines of one disk", 2, ("rmm_workstation",), devices.copied_disk),
    Plant("machines that only share a hostname", 2, ("rmm_workstation",), devices.only_hostname),
    Plant("discount as a line of its own", 2, _COUNTED, prices.discounted),
    Plant("discounted line, short", 2, _COUNTED, prices.discounted_and_short),
    Plant("surcharge as a line of its own", 2, _COUNTED, prices.surcharged),
    Plant("one dear unit too many", 2, _COUNTED, prices.one_dear_unit),
    Plant("more too many than one line bills", 2, _COUNTED, prices.beyond_the_first_line),
    Plant("price is not the contract's, short", 2, _COUNTED, prices.signed_and_short),
    Plant("not billed, price signed", 2, _COUNTED, prices.signed_and_unbilled),
    Plant("not billed, price signed once", 2, _COUNTED, prices.signed_once_and_unbilled),
    Plant("agreement inactive, lines left open", 2, _COUNTED, lines.on_inactive_agreement),
    Plant("billed by the year", 2, _COUNTED, cycles.by_the_year),
    Plant("billed by the year, short", 2, _COUNTED, cycles.by_the_year_and_short),
    Plant("billed by the quarter, one too many", 2, _COUNTED, cycles.by_the_quarter_and_too_many),
    Plant("billed once, this month", 2, _COUNTED, cycles.once_this_month),
    Plant("billed once, long ago", 2, _COUNTED, cycles.once_long_ago),
    Plant("one product under two items", 2, _RESOLD, cycles.under_two_items),
    Plant("one product under two items, short", 2, _RESOLD, cycles.under_two_items_and_short),
    Plant("charge taken back in part", 2, _PAX8_OWNED, vendors.taken_back_in_part),
    Plant("charge taken back too far", 2, _PAX8_OWNED, vendors.taken_back_too_far),
    Plant("excluded device that fell silent", 2, _RMM, vendors.silent_and_excluded),
    Plant("machine moved to another organization", 2, _RMM, devices.moved),
)


def plant_all(plan: Plan, without: Iterable[str] = ()) -> None:
    """Plant every kind several times over, each on a position of its own; those `without` leave theirs healthy.

    Raises:
        ValueError: a name in `without` is no plant's.
    """
    left_out = set(without)
    if unknown := sorted(left_out - {plant.name for plant in PLANTS}):
        raise ValueError(f"no plant is called {', '.join(map(repr, unknown))}")
    taken = plant_accounts(plan)
    rng = stream(plan.seed, "plants")
    free = [client for client in plan.clients if client not in taken]
    _plant_without_rule(plan, free, rng)
    for plant in PLANTS:
        count = max(2, round(plant.share * len(plan.clients) / 60))
        for number, position in enumerate(_places(plan, plant, free, count, rng)):
            # Chance of its own for each place: leaving a plant out must not move the others.
            if plant.name not in left_out:
                position.intent = plant.apply(plan, position, stream(plan.seed, "plant", plant.name, number))
            position.note = plant.name


def _places(plan: Plan, plant: Plant, clients: list[Client], count: int, rng: Random) -> list[Position]:
    """Up to `count` positions that no other plant has touched, spread over products and clients by chance."""
    order = clients[:]
    rng.shuffle(order)
    if plant.opens:
        return _opened(plan, plant, order, count, rng)
    found: list[Position] = []
    for client in order:
        if len(found) == count:
            break
        held = [client.positions[key] for key in plant.products if key in client.positions]
        free = [position for position in held if not position.note]
        if free:
            found.append(rng.choice(free))
    # In a small world the others took what there was.
    return found + _opened(plan, plant, order, min(2, count) - len(found), rng)


def _opened(plan: Plan, plant: Plant, clients: list[Client], count: int, rng: Random) -> list[Position]:
    """Up to `count` fresh healthy positions at clients that do not hold the product yet."""
    found: list[Position] = []
    for client in clients:
        if len(found) >= count:
            break
        keys = [key for key in plant.products if key not in client.positions and _can_hold(client, BY_KEY[key], plant)]
        if keys:
            key = rng.choice(keys)
            found.append(open_position(plan, client, BY_KEY[key], quantity_for(client, key, rng), rng))
    return found


def _can_hold(client: Client, product: Product, plant: Plant) -> bool:
    if product.sku and not plant.opens and not client.is_mapped(GRAPH):
        return False
    return (not product.offer or PAX8 in client.accounts) and client.is_mapped(product.basis_source)


def _plant_without_rule(plan: Plan, clients: list[Client], rng: Random) -> None:
    """Things at the vendors that no product answers to, and a PSA product that nobody made a counting rule for."""
    count = max(2, len(plan.clients) // 20)
    for client in _some(clients, GRAPH, count, rng):
        account = client.accounts[GRAPH][0]
        owned = rng.randrange(2, 7)
        client.loose_skus.append(TenantSku(account, rng.choice(UNMAPPED_SKUS), owned - rng.randrange(0, 2), own=owned))
    for client in _some(clients, PAX8, count, rng):
        offer = rng.choice(UNMAPPED_OFFERS)
        client.loose_seats.append(add_seats(plan, client.accounts[PAX8][0], offer, rng.randrange(2, 9), rng))
    for client in _some(clients, NINJAONE, count, rng):
        add_devices(client, rng.choice(UNMAPPED_CLASSES), rng.randrange(1, 5), "counted")
    for client in rng.sample(clients, min(count, len(clients))):
        position = Position(client, BY_KEY["voice"], note="no counting rule", intent="unmapped_product")
        client.positions["voice"] = position
        add_line(plan, position, quantity_for(client, "voice", rng), rng)


def _some(clients: list[Client], source: str, count: int, rng: Random) -> list[Client]:
    able = [client for client in clients if client.is_mapped(source)]
    return rng.sample(able, min(count, len(able)))
