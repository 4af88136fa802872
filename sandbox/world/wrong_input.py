"""The feature `wrong_input`: records that say what no vendor should say; nothing may be concluded from them.

Belongs here: dedicated clients with such records. Does not belong here: faults of the transport (`misbehave.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.feature_clients import billed, bought, feature_client
from sandbox.world.holdings import add_line, hold
from sandbox.world.plan import Plan, Position
from sandbox.world.products import GRAPH, NINJAONE, PAX8
from sandbox.world.streams import stream


def plant_wrong_input(plan: Plan) -> None:
    """Lines of less than nothing, one beside a good line, and words for states that nobody knows, on either side."""
    rng = stream(plan.seed, "wrong")
    for is_beside in (False, True):
        position = _position(plan, f"line with a negative quantity{', beside a good one' if is_beside else ''}", rng)
        if is_beside:
            add_line(plan, position, 8, rng, effective=plan.first)
        position.lines[0].quantity = Decimal(-2)
    _position(plan, "line with an unknown bill mode", rng).lines[0].mode = "PerContract"
    line = _position(plan, "agreement with an unknown status", rng).lines[0]
    line.agreement.status, line.role = "Dormant", "past"
    suspended = _position(plan, "subscription with an unknown status", rng)
    suspended.seats[0].status, suspended.unclear_sides = "Suspended", frozenset({"owned"})
    _odd_device(plan, stream(plan.seed, "wrong devices"))


def _odd_device(plan: Plan, rng: Random) -> None:
    """One server of an unknown approval status; the client's workstations stand beside it and are compared."""
    client = feature_client(plan, "device with an unknown status", 8, rng, NINJAONE)
    for key, quantity in (("rmm_server", 2), ("rmm_workstation", 8)):
        position = billed(plan, client, key, quantity, rng)
        hold(plan, position, quantity, rng)
        if key == "rmm_server":
            position.devices[0].unknown = 1
            position.note, position.intent, position.is_broken = client.note, "not_assessed", True
        else:
            position.note, position.intent = "beside a device with an unknown status", "matched"


def _position(plan: Plan, note: str, rng: Random) -> Position:
    client = feature_client(plan, note, 8, rng, GRAPH, PAX8)
    position = billed(plan, client, "edr", 8, rng)
    bought(plan, position, 8, rng)
    position.note, position.intent, position.is_broken = note, "not_assessed", True
    return position
