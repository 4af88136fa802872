"""NinjaOne RMM: the raw tables that tieout reads. Field names follow the vendor's OpenAPI file (2.0.9-draft)."""

from connectors.tables import BOOLEAN, EPOCH_SECONDS, INTEGER, TEXT, Column, Table

ORGANIZATIONS = Table(
    name="organizations",
    endpoint="/v2/organizations",
    description="End customers in the RMM, the MSP's own and template organisations among them.",
    key=("id",),
    columns=(
        Column("id", "id", INTEGER),
        Column("name", "name", TEXT),
        Column("description", "description", TEXT),
    ),
)

DEVICES = Table(
    name="devices",
    endpoint="/v2/devices",
    description="Every device with class, approval and last contact (times are epoch seconds, UTC).",
    key=("id",),
    columns=(
        Column("id", "id", INTEGER),
        Column("uid", "uid", TEXT),
        Column("organization_id", "organizationId", INTEGER),
        Column("location_id", "locationId", INTEGER),
        Column("node_class", "nodeClass", TEXT),
        Column("node_role_id", "nodeRoleId", INTEGER),
        Column("approval_status", "approvalStatus", TEXT),
        Column("offline", "offline", BOOLEAN),
        Column("display_name", "displayName", TEXT),
        Column("system_name", "systemName", TEXT),
        Column("dns_name", "dnsName", TEXT),
        Column("created", "created", EPOCH_SECONDS),
        Column("last_contact", "lastContact", EPOCH_SECONDS),
        Column("last_update", "lastUpdate", EPOCH_SECONDS),
        Column("parent_device_id", "parentDeviceId", INTEGER),
    ),
)

COMPUTER_SYSTEMS = Table(
    name="computer_systems",
    endpoint="/v2/queries/computer-systems",
    description="Serial numbers per device: identity for duplicates, and a second count of the devices.",
    key=("device_id",),
    columns=(
        Column("device_id", "deviceId", INTEGER),
        Column("serial_number", "serialNumber", TEXT),
        Column("bios_serial_number", "biosSerialNumber", TEXT),
        Column("manufacturer", "manufacturer", TEXT),
        Column("model", "model", TEXT),
        Column("virtual_machine", "virtualMachine", BOOLEAN),
        Column("timestamp", "timestamp", EPOCH_SECONDS),
    ),
)

TABLES = (ORGANIZATIONS, DEVICES, COMPUTER_SYSTEMS)
