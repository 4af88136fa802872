"""NinjaOne RMM: what its raw tables must satisfy. Codes follow the vendor's OpenAPI file (2.0.9-draft).

Every device counts one, so what matters is who owns it, its class (the product), its approval and its last contact. A
device that nobody owns, or of no class, cannot be placed: it blocks. An approval status that nobody knows or a contact
that is no time warns, since only the line of that device is not assessed. An unknown class warns too: it is a product
without a rule, which the result shows by itself.
"""

from collections.abc import Mapping

from connectors.ninjaone.schema import COMPUTER_SYSTEMS, DEVICES, ORGANIZATIONS
from expectations.declare import about_the_load, between, known, present
from expectations.suite import Suite

_CLASSES = """
WINDOWS_SERVER WINDOWS_WORKSTATION LINUX_WORKSTATION LINUX_SERVER MAC MAC_SERVER ANDROID APPLE_IOS APPLE_IPADOS
VMWARE_VM_HOST VMWARE_VM_GUEST HYPERV_VMM_HOST HYPERV_VMM_GUEST CLOUD_MONITOR_TARGET NMS_SWITCH NMS_ROUTER
NMS_FIREWALL NMS_PRIVATE_NETWORK_GATEWAY NMS_PRINTER NMS_SCANNER NMS_DIAL_MANAGER NMS_WAP NMS_IPSLA NMS_COMPUTER
NMS_VM_HOST NMS_APPLIANCE NMS_OTHER NMS_SERVER NMS_PHONE NMS_VIRTUAL_MACHINE NMS_NETWORK_MANAGEMENT_AGENT
UNMANAGED_DEVICE MANAGED_DEVICE
"""
NODE_CLASSES = frozenset(_CLASSES.split())
APPROVALS = frozenset({"PENDING", "STAGED", "APPROVED", "DECOMMISSIONED"})

_SYSTEM = "ninjaone"
_LOOK = "Compare with the device in NinjaOne; if it shows the same, correct it there or ask their support."
# 2100-01-01 in seconds: milliseconds, the usual mistake, are a thousand times larger than any time of ours.
_LAST_SECOND = 4_102_444_800

SUITES: Mapping[str, Suite] = {
    suite.table.name: suite
    for suite in (
        Suite(
            _SYSTEM,
            ORGANIZATIONS,
            (
                *about_the_load(ORGANIZATIONS, may_be_empty=False),
                present("name", blocking=False, remedy="Suggestions by name leave these organizations out; map by id."),
            ),
        ),
        Suite(
            _SYSTEM,
            DEVICES,
            (
                *about_the_load(DEVICES, may_be_empty=False),
                present("organization_id", blocking=True, remedy=_LOOK),
                present("node_class", blocking=True, remedy=_LOOK),
                known(
                    "node_class",
                    NODE_CLASSES,
                    blocking=False,
                    remedy="NinjaOne has a new class of device: map it to a product in rules/product_map.csv.",
                ),
                # Missing means approved: older instances do not send it.
                # These two are judged device by device: the line of such a device is not assessed, and names it.
                known(
                    "approval_status",
                    APPROVALS,
                    blocking=False,
                    remedy="It decides what counts, so the lines of these devices are not assessed: correct it in "
                    "NinjaOne, or tell us what the new status means.",
                ),
                between(
                    "last_contact",
                    0,
                    _LAST_SECOND,
                    blocking=False,
                    name="last_contact_in_seconds",
                    remedy="The inactivity rule reads epoch seconds: look whether NinjaOne now sends milliseconds.",
                ),
            ),
        ),
        # A network of nothing but switches and printers has no computer systems.
        Suite(_SYSTEM, COMPUTER_SYSTEMS, about_the_load(COMPUTER_SYSTEMS, may_be_empty=True)),
    )
}
