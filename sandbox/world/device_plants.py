"""Plants among devices: one machine with two records, and two machines that look like one.

Belongs here: what a plant does to a position's devices, and the class it must get. Each function changes the position
and gives back that class. Does not belong here: which client is hit (`plants.py`).
"""

from random import Random

from sandbox.world.line_plants import live
from sandbox.world.plan import Plan, Position


def reinstalled(plan: Plan, position: Position, rng: Random) -> str:
    """A machine was installed anew, twice: its old records are still there, and only one machine is billed."""
    position.devices[0].duplicates = 2
    return "matched"


def billed_twice(plan: Plan, position: Position, rng: Random) -> str:
    """The old record of a machine is billed as a second machine (example G of the domain guide)."""
    position.devices[0].duplicates = 1
    live(position).quantity += 1
    return "overbilled"


def without_serial(plan: Plan, position: Position, rng: Random) -> str:
    """Machines whose board maker left a placeholder where the serial number belongs: they are several machines."""
    position.devices[0].nameless = 2
    return "matched"


def same_hostname(plan: Plan, position: Position, rng: Random) -> str:
    """Machines that share a hostname and nothing else are several machines."""
    position.devices[0].namesakes = 2
    return "matched"
