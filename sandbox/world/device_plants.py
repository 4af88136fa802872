"""Plants among devices: one machine with two records, and two machines that look like one.

Belongs here: what a plant does to a position's devices, and the class it must get. Each function changes the position
and gives back that class. Does not belong here: which client is hit (`plants.py`).
"""

from random import Random

from sandbox.world.clients import add_account
from sandbox.world.line_plants import live
from sandbox.world.plan import BY_HARDWARE_ID, BY_TURNS, Plan, Position
from sandbox.world.products import NINJAONE


def reinstalled(plan: Plan, position: Position, rng: Random) -> str:
    """A machine was installed anew, twice: its old records are still there, and only one machine is billed."""
    position.devices[0].duplicates = 2
    return "matched"


def moved(plan: Plan, position: Position, rng: Random) -> str:
    """A machine was enrolled in another organization of the client after it fell silent in the first: it is one."""
    devices = position.devices[0]
    devices.duplicates, devices.moved_from = 1, add_account(plan, position.client, NINJAONE, rng)
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


def reinstalled_without_serial(plan: Plan, position: Position, rng: Random) -> str:
    """A machine that says no serial number was installed anew, twice: its records have the hardware id in common."""
    position.devices[0].duplicates, position.devices[0].known_by = 2, BY_HARDWARE_ID
    return "matched"


def reinstalled_by_turns(plan: Plan, position: Position, rng: Random) -> str:
    """Of four records of a machine each second one says no serial number, and two say another hardware id."""
    position.devices[0].duplicates, position.devices[0].known_by = 3, BY_TURNS
    return "matched"


def billed_twice_without_serial(plan: Plan, position: Position, rng: Random) -> str:
    """The old record of a machine says no serial number, and is billed as a second machine."""
    position.devices[0].duplicates, position.devices[0].known_by = 1, BY_TURNS
    live(position).quantity += 1
    return "overbilled"


def copied_disk(plan: Plan, position: Position, rng: Random) -> str:
    """Machines that were set up from one disk say one hardware id; their serial numbers say that they are several."""
    position.devices[0].clones = 2
    return "matched"


def only_hostname(plan: Plan, position: Position, rng: Random) -> str:
    """Machines that say neither serial number nor hardware id are several machines, whatever hostname they share."""
    position.devices[0].blanks = 2
    return "matched"


def one_serial_number_for_many(plan: Plan, position: Position, rng: Random) -> str:
    """Machines that live beside each other say one serial number, which no list knows: they are several machines."""
    position.devices[0].alike = 2
    return "matched"
