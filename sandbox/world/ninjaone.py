"""The plan as NinjaOne would send it: organizations, devices and the serial numbers of computers.

Belongs here: rendering, in the vendor's shapes, and the running numbers that devices get. Does not belong here:
choosing (`clients.py`), HTTP or paging.
"""

from datetime import UTC as _UTC
from datetime import date, datetime, time
from random import Random

from sandbox.world.dates import add_months
from sandbox.world.model import NinjaOneWorld, Payload
from sandbox.world.plan import BY_HARDWARE_ID, BY_SERIAL, BY_TURNS, Account, Devices, Plan
from sandbox.world.products import NINJAONE, SERVER_CLASSES, WORKSTATION_CLASSES
from sandbox.world.streams import guid, numbered_guid, stream

_FIRST_DEVICE = 3051
_DAY = 86_400
# Virtual machine guests report a computer system as a physical machine does.
_COMPUTERS = (*SERVER_CLASSES, *WORKSTATION_CLASSES, "VMWARE_VM_GUEST", "HYPERV_VMM_GUEST")
_ROLE_IDS = {
    "WINDOWS_SERVER": 102,
    "LINUX_SERVER": 103,
    "WINDOWS_WORKSTATION": 104,
    "MAC": 105,
    "LINUX_WORKSTATION": 106,
}
# What board makers leave in the field: no identity, however many machines share it.
_PLACEHOLDERS = ("To be filled by O.E.M.", "Default string", "0", "None", "System Serial Number")
# What no list of placeholders knows: machines that live beside each other say it, so it is none of theirs.
_UNLISTED = ("123456790", "INVALID", "Not Settable", "XX-XXXX-XX", "PF000000")
_UNKNOWN_STATUS = "QUARANTINED"
_NO_HARDWARE_ID = "00000000-0000-0000-0000-000000000000"
_COPIED_DISK, _ONE_MACHINE = 0xC0B1ED00, 0x0AEC0000
_PREFIX = {"WINDOWS_SERVER": "SRV", "LINUX_SERVER": "LNX", "WINDOWS_WORKSTATION": "WS", "MAC": "MAC"}


def number_devices(plan: Plan) -> None:
    """Give every device its id, client by client: exclusion rules name devices by it."""
    next_id = _FIRST_DEVICE
    for devices in _all_devices(plan):
        devices.first_id = next_id
        next_id += devices.total


def render(plan: Plan) -> NinjaOneWorld:
    """All NinjaOne payloads of the plan, in ascending order of id."""
    world = NinjaOneWorld()
    accounts = [account for client in plan.everyone() for account in client.accounts.get(NINJAONE, ())]
    world.organizations = [
        {"id": int(a.id), "name": a.name, "description": "", "nodeApprovalMode": "AUTOMATIC", "userData": {}}
        for a in sorted(accounts, key=lambda account: int(account.id))
    ]
    created = _epoch(add_months(plan.first, -15))
    now = plan.clock.timestamp()
    rng = stream(plan.seed, "devices")
    for devices in _all_devices(plan):
        _render_devices(world, devices, created, now, rng)
    return world


def _all_devices(plan: Plan) -> list[Devices]:
    return [
        devices
        for client in plan.everyone()
        for devices in (*(d for p in client.positions.values() for d in p.devices), *client.loose_devices)
    ]


def _epoch(day: date) -> float:
    return datetime.combine(day, time(9, 30), tzinfo=_UTC).timestamp()


def _render_devices(world: NinjaOneWorld, devices: Devices, created: float, now: float, rng: Random) -> None:
    states = (
        ["seen"] * (devices.excluded - devices.silent_excluded)
        + ["stale"] * devices.silent_excluded
        + ["seen"] * devices.live
        + ["stale"] * devices.stale
        + ["retired"] * devices.retired
        + ["pending"] * devices.pending
        + ["unknown"] * devices.unknown
        + ["duplicate"] * devices.duplicates
    )
    for device_id, state in enumerate(states, start=devices.first_id):
        record = _record_of_machine(devices, device_id)
        age = _age(state, rng) + (0.2 * (record - 1) * _DAY if state == "duplicate" and record else 0)
        row = _device(devices.account, devices.node_class, device_id, state, created, now - age, rng)
        if record is not None and record < devices.duplicates:
            # A machine's records follow each other: the one before had fallen silent when this one was made.
            row["created"] = round(now - (20.15 + 0.2 * record) * _DAY, 3)
        if state == "duplicate" and devices.moved_from is not None:
            row["organizationId"] = int(devices.moved_from.id)
        row["uid"] = _hardware_id(devices, device_id, row["uid"])
        if device_id in devices.last_live_ids(devices.namesakes or devices.blanks):
            row |= {"systemName": "DESKTOP", "displayName": "DESKTOP", "netbiosName": "DESKTOP"}
            row["dnsName"] = f"desktop.{devices.account.domain}"
        world.devices.append(row)
        if devices.node_class in _COMPUTERS:
            world.computer_systems.append(_computer_system(row, devices, device_id))


def _age(state: str, rng: Random) -> float:
    """Seconds since a device reported; an agent that was installed over is silent since, though not for long."""
    if state == "duplicate":
        return rng.uniform(20.2, 20.3) * _DAY
    # Well clear of the 30-day rule on both sides: a run that starts an hour late must not change the answer.
    return rng.uniform(34, 200) * _DAY if state == "stale" else rng.uniform(0.01, 20) * _DAY


def _device(
    account: Account, node_class: str, device_id: int, state: str, created: float, seen: float, rng: Random
) -> Payload:
    name = f"{_PREFIX.get(node_class, 'DEV')}-{device_id}"
    return {
        "id": device_id,
        "uid": guid(rng),
        "organizationId": int(account.id),
        "locationId": 5000 + int(account.id),
        "nodeClass": node_class,
        "nodeRoleId": _ROLE_IDS.get(node_class, 190),
        "rolePolicyId": 55,
        "approvalStatus": {
            "retired": "DECOMMISSIONED",
            "pending": ("PENDING", "STAGED")[device_id % 2],
            "unknown": _UNKNOWN_STATUS,
        }.get(state, "APPROVED"),
        "offline": state != "seen",
        "displayName": name,
        "systemName": name,
        "dnsName": f"{name.lower()}.{account.domain}",
        "netbiosName": name[:15],
        "created": created + device_id % 1000 + 0.123,
        "lastContact": round(seen, 3),
        "lastUpdate": round(seen, 3) - 3600,
    }


def _record_of_machine(devices: Devices, device_id: int) -> int | None:
    """Which record of the machine with several records this is, the live one being 0; None where it is of another."""
    if not devices.duplicates or device_id not in (devices.original_id, *devices.duplicate_ids):
        return None
    return 0 if device_id == devices.original_id else device_id - devices.duplicate_ids[0] + 1


def _serial(devices: Devices, device_id: int) -> str:
    record = _record_of_machine(devices, device_id)
    is_silent = record is not None and (
        devices.known_by == BY_HARDWARE_ID or (devices.known_by == BY_TURNS and record % 2 == 1)
    )
    if is_silent or device_id in (*devices.nameless_ids, *devices.last_live_ids(devices.blanks)):
        return _PLACEHOLDERS[devices.first_id % len(_PLACEHOLDERS)]
    if device_id in devices.last_live_ids(devices.alike):
        return _UNLISTED[devices.first_id % len(_UNLISTED)]
    # A record that was left behind names the machine that the last live one names: its own earlier installation.
    device_id = devices.original_id if device_id in devices.duplicate_ids else device_id
    return f"{device_id * 7919 % 0xFFFFFFF:07X}"


def _hardware_id(devices: Devices, device_id: int, own: str) -> str:
    """The device's `own` id, unless it shares one: with a record of the same machine, or with another machine."""
    if device_id in devices.last_live_ids(devices.blanks):
        return _NO_HARDWARE_ID
    if device_id in devices.last_live_ids(devices.clones):
        return numbered_guid(_COPIED_DISK, devices.original_id)
    record = _record_of_machine(devices, device_id)
    if record is None or devices.known_by == BY_SERIAL:
        return own
    # By turns, each second record begins a new id: it is tied to the one before it by the serial number alone.
    return numbered_guid(_ONE_MACHINE + (record // 2 if devices.known_by == BY_TURNS else 0), devices.original_id)


def _computer_system(row: Payload, devices: Devices, device_id: int) -> Payload:
    is_virtual = devices.node_class.endswith("_GUEST")
    is_server = devices.node_class in SERVER_CLASSES
    serial = _serial(devices, device_id)
    return {
        "name": row["systemName"],
        "manufacturer": "VMware, Inc." if is_virtual else "Apple Inc." if devices.node_class == "MAC" else "Dell Inc.",
        "model": "Virtual Platform" if is_virtual else "PowerEdge R650" if is_server else "Latitude 5440",
        "biosSerialNumber": serial,
        "serialNumber": serial,
        "domain": devices.account.domain,
        "domainRole": "Member Server" if is_server else "Member Workstation",
        "numberOfProcessors": 1,
        "totalPhysicalMemory": 68_719_476_736 if is_server else 17_179_869_184,
        "virtualMachine": is_virtual,
        "chassisType": "UNKNOWN" if is_server else "LAPTOP",
        "deviceId": device_id,
        "timestamp": row["lastUpdate"],
    }
