"""What the MSP sells: its PSA catalogue, the vendors' identifiers of the same things, and how each is counted.

Belongs here: constants. SKU GUIDs and part numbers are Microsoft's published ones; prices, distributor ids and the
names of the products that are not Microsoft's are invented. Does not belong here: any client's quantities.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from sandbox.world import features

GRAPH, PAX8, NINJAONE, CONNECTWISE = "microsoft_graph", "pax8", "ninjaone", "connectwise"
SEATWATCH = "seatwatch"
"""A mail filter whose portal has no API: its daily counts are exported into the inbox."""


@dataclass(frozen=True, slots=True)
class Sku:
    """A Microsoft directory SKU: GUID and part number as in Microsoft's public list."""

    id: str
    part_number: str
    name: str
    is_addon: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A product in the distributor's catalogue; `id` is the vendor product id, `vendor_sku` may equal the PSA's."""

    id: str
    name: str
    vendor_name: str
    sku: str
    vendor_sku: str
    requires_commitment: bool
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """A PSA catalogue item with its counting rule; `basis` empty means that nobody made a rule.

    `further_skus` are sold as the same product; of a product in a `group` the counting rule is said of the group.
    """

    key: str
    item_id: int
    identifier: str
    name: str
    price: Decimal
    cost: Decimal
    basis: str
    owned_source: str = ""
    used_source: str = ""
    charged_source: str = ""
    inactive_days: int | None = None
    sku: Sku | None = None
    offer: Offer | None = None
    vendor_sku: str = ""
    bill_mode: str = "Billable"
    counts_disabled: bool = True
    counts_guests: bool = True
    counts_special: bool = True
    counts_people: bool = False
    further_skus: tuple[Sku, ...] = ()
    group: str = ""
    counted_when: str = ""
    vendor_counted_when: str = ""
    feature: str = ""

    @property
    def id(self) -> str:
        """The product id that the rest of tieout knows: scoped to the PSA."""
        return f"{CONNECTWISE}:{self.item_id}"

    @property
    def basis_source(self) -> str:
        """The system whose count decides, empty for fixed services and for products without a rule."""
        return self.source_of(self.basis)

    def source_of(self, basis: str) -> str:
        """The system that tells the quantity of `basis`, empty where none does."""
        return {"owned": self.owned_source, "used": self.used_source, "charged": self.charged_source}.get(basis, "")


def _offer(number: int, name: str, vendor: str, vendor_sku: str, cost: str, commitment: bool = True) -> Offer:
    # Ids of the distributor's catalogue are the same for every partner, so they do not depend on the seed.
    suffix = " [New Commerce Experience]" if vendor == "Microsoft" else ""
    return Offer(
        id=f"9d3a7c52-0000-4000-8000-{number:012x}",
        name=name + suffix,
        vendor_name=vendor,
        sku=f"{vendor[:3].upper()}-{number:03d}-C100C",
        vendor_sku=vendor_sku,
        requires_commitment=commitment,
        cost=Decimal(cost),
    )


BASIC = Sku("3b555118-da6a-4418-894f-7df1e2096870", "O365_BUSINESS_ESSENTIALS", "Microsoft 365 Business Basic")
STANDARD = Sku("f245ecc8-75af-4f8e-b61f-27d8114de5f3", "O365_BUSINESS_PREMIUM", "Microsoft 365 Business Standard")
PREMIUM = Sku("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "SPB", "Microsoft 365 Business Premium")
M365_E3 = Sku("05e9a617-0261-4cee-bb44-138d3ef5d965", "SPE_E3", "Microsoft 365 E3")
O365_E3 = Sku("6fd2c87f-b296-42f0-b197-1e91e994b900", "ENTERPRISEPACK", "Office 365 E3")
O365_E1 = Sku("18181a46-0d4e-45cd-891e-60aabd171b4e", "STANDARDPACK", "Office 365 E1")
O365_E2 = Sku("6634e0ce-1a9f-428c-a498-f84ec7b8aa2e", "STANDARDWOFFPACK", "Office 365 E2")
O365_E5 = Sku("c7df2760-2c81-4ef7-b578-5b5392b571df", "ENTERPRISEPREMIUM", "Office 365 E5", is_addon=True)
EXCHANGE_P1 = Sku("4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGESTANDARD", "Exchange Online (Plan 1)")
ENTRA_P1 = Sku("078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "AAD_PREMIUM", "Microsoft Entra ID P1", is_addon=True)
DEFENDER_P1 = Sku(
    "4ef96642-f096-40de-a3e9-d83fb2f90211",
    "ATP_ENTERPRISE",
    "Microsoft Defender for Office 365 (Plan 1)",
    is_addon=True,
)
# Free by nature: excluded by a rule on the vendor's product, for every client.
FLOW_FREE = Sku("f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE", "Microsoft Power Automate Free", is_addon=True)
TEAMS_TRIAL = Sku("710779e8-3d4a-4c88-adb9-386c958d1fdf", "TEAMS_EXPLORATORY", "Microsoft Teams Exploratory", True)
# Sold by nobody yet: no catalogue item, no mapping.
VISIO = Sku("c5928f49-12ba-48f7-ada3-0d743a3601d5", "VISIOCLIENT", "Visio Plan 2", is_addon=True)
POWER_BI_PRO = Sku("f8a1db68-be16-40ed-86d5-cb42ce701560", "POWER_BI_PRO", "Power BI Pro", is_addon=True)

# Donated seats cost nothing; seats of schools are paid at a price of their own. Neither is the commercial SKU.
PREMIUM_DONATED = Sku(
    "24c35284-d768-4e53-84d9-b7ae73dddf69",
    "Microsoft_365_Business_Premium_Donation_(Non_Profit_Pricing)",
    "Microsoft 365 Business Premium Donation",
    is_addon=True,
)
ENTRA_P1_FACULTY = Sku(
    "30fc3c36-5a95-4956-ba57-c09c2a600bb9", "AAD_PREMIUM_FACULTY", "Microsoft Entra ID P1 for Faculty", is_addon=True
)

FREE_SKUS = (FLOW_FREE, TEAMS_TRIAL, PREMIUM_DONATED)
UNMAPPED_SKUS = (VISIO, POWER_BI_PRO, ENTRA_P1_FACULTY)

UNMAPPED_OFFERS = (
    _offer(30, "Larkspur Email Archive", "Larkspur", "LKS-ARCH-1", "1.15", commitment=False),
    _offer(31, "Visio Plan 2", "Microsoft", "CFQ7TTC0HD32:0001", "12.35"),
)

SERVER_CLASSES = ("WINDOWS_SERVER", "LINUX_SERVER")
WORKSTATION_CLASSES = ("WINDOWS_WORKSTATION", "MAC", "LINUX_WORKSTATION")
MAC_SERVER = "MAC_SERVER"
EXCLUDED_CLASSES = ("NMS_SWITCH", "NMS_FIREWALL", "NMS_WAP", "UNMANAGED_DEVICE", "VMWARE_VM_GUEST", "HYPERV_VMM_GUEST")
UNMAPPED_CLASSES = ("NMS_PRINTER", "APPLE_IOS", "ANDROID")


def _microsoft(
    key: str, item: int, identifier: str, sku: Sku, vendor_sku: str, price: str, cost: str, basis: str
) -> Product:
    return Product(
        key=key,
        item_id=item,
        identifier=identifier,
        name=sku.name,
        price=Decimal(price),
        cost=Decimal(cost),
        basis=basis,
        owned_source=PAX8,
        used_source=GRAPH,
        charged_source=PAX8,
        sku=sku,
        offer=_offer(item - 760, sku.name, "Microsoft", vendor_sku, cost),
        vendor_sku=vendor_sku,
    )


PRODUCTS: tuple[Product, ...] = (
    _microsoft("basic", 769, "M365-BUS-BASIC", BASIC, "CFQ7TTC0LH18:0001", "7.20", "5.04", "owned"),
    _microsoft("standard", 770, "M365-BUS-STD", STANDARD, "CFQ7TTC0LDPB:0001", "15.33", "10.755", "owned"),
    _microsoft("premium", 771, "M365-BUS-PREM", PREMIUM, "CFQ7TTC0LCHC:0002", "26.49", "17.605", "owned"),
    _microsoft("m365_e3", 772, "M365-E3", M365_E3, "CFQ7TTC0LFLX:0001", "39.95", "30.60", "used"),
    _microsoft("exchange", 774, "EXO-P1", EXCHANGE_P1, "CFQ7TTC0LH16:0001", "4.79", "3.40", "used"),
    _microsoft("entra", 775, "ENTRA-P1", ENTRA_P1, "CFQ7TTC0LFLS:0002", "7.07", "5.10", "used"),
    _microsoft("defender", 776, "DEFENDER-O365-P1", DEFENDER_P1, "CFQ7TTC0LH04:0001", "2.69", "1.70", "owned"),
    # Bought through an older channel that has no API: the tenant itself is the only record of what is owned.
    Product(
        "o365_e3", 773, "O365-E3", O365_E3.name, Decimal("27.85"), Decimal("19.55"), "owned",
        owned_source=GRAPH, used_source=GRAPH, sku=O365_E3,
    ),
    # Priced per agreement, so the catalogue holds no price: an unbilled seat has an unknown impact, not a zero one.
    Product(
        "edr", 812, "EDR-AGENT", "Endpoint detection and response", Decimal("0"), Decimal("2.95"), "owned",
        owned_source=PAX8, charged_source=PAX8,
        offer=_offer(52, "Tidewatch Managed EDR", "Tidewatch", "TW-EDR-ENT", "2.95", commitment=False),
    ),
    Product(
        "backup", 640, "BACKUP-SVR", "Server backup", Decimal("94.37"), Decimal("58.125"), "charged",
        owned_source=PAX8, charged_source=PAX8,
        offer=_offer(53, "Stowaway Server Backup", "Stowaway", "SW-SRV-01", "58.125", commitment=False),
        vendor_sku="SW-SRV-01",
    ),
    Product(
        "rmm_server", 650, "RMM-SERVER", "Managed server", Decimal("61.75"), Decimal("4.10"), "used",
        used_source=NINJAONE, inactive_days=30,
    ),
    Product(
        "rmm_workstation", 651, "RMM-WORKSTATION", "Managed workstation", Decimal("18.65"), Decimal("2.35"), "used",
        used_source=NINJAONE, inactive_days=30,
    ),
    Product("helpdesk", 660, "SERVICE-DESK", "Service desk, flat fee", Decimal("495.00"), Decimal("0"), "fixed"),
    Product("firewall", 661, "FIREWALL-MGMT", "Firewall management", Decimal("79.99"), Decimal("12.50"), "fixed"),
    Product(
        "tool", 662, "TOOL-RMM", "RMM tool licence (cost record)", Decimal("0"), Decimal("1.20"), "fixed",
        bill_mode="NoCharge",
    ),
    # Sold, but nobody has said how it is counted.
    Product("voice", 670, "VOICE-LINE", "Hosted voice line", Decimal("21.15"), Decimal("11.40"), ""),
)  # fmt: skip
# Sold only in worlds in which the feature is on.
_MAIL = partial(Product, basis="used", used_source=SEATWATCH, feature=features.DATED_COUNTS)
FEATURE_PRODUCTS: tuple[Product, ...] = (
    replace(
        _microsoft("o365_e1", 777, "O365-E1", O365_E1, "CFQ7TTC0LF8Q:0001", "10.45", "7.60", "used"),
        counts_disabled=False, counts_guests=False, counts_special=False, feature=features.PEOPLE,
    ),
    # Sold per person, whichever of the two licences one holds; how it is counted is said of its group.
    replace(
        _microsoft("office_user", 778, "OFFICE-USER", O365_E2, "CFQ7TTC0LF8T:0001", "12.00", "9.00", "used"),
        further_skus=(O365_E5,), counts_people=True, group="per user", feature=features.OWN_RULES,
    ),
    Product(
        "complete_care", 900, "COMPLETE-CARE", "Complete care, per user", Decimal("135.00"), Decimal("61.50"), "used",
        used_source=GRAPH, feature=features.BUNDLES,
        # What the distributor calls by the plan's name is no count of it: its driver is.
        offer=_offer(59, "Tidewatch Complete Care suite", "Tidewatch", "TW-CARE", "6.10", commitment=False),
    ),
    _MAIL("mail_last", 681, "MAIL-LAST", "Mail filter, last day", Decimal("3.15"), Decimal("1.20")),
    _MAIL("mail_fixed", 682, "MAIL-FIXED", "Mail filter, fixed day", Decimal("3.25"), Decimal("1.20"),
          counted_when="fixed_day"),
    _MAIL("mail_peak", 683, "MAIL-PEAK", "Mail filter, peak", Decimal("3.35"), Decimal("1.20"), counted_when="peak"),
    _MAIL("mail_average", 684, "MAIL-AVERAGE", "Mail filter, average", Decimal("3.45"), Decimal("1.20"),
          counted_when="average"),
    _MAIL("mail_prorated", 685, "MAIL-PRORATED", "Mail filter, by days", Decimal("22.00"), Decimal("17.60"),
          counted_when="prorated"),
    # Bought at the distributor, who charges by the month's peak; sold by its average.
    Product(
        "mail_care", 686, "MAIL-CARE", "Mail filter with support, average", Decimal("5.45"), Decimal("2.30"), "used",
        owned_source=PAX8, used_source=SEATWATCH, charged_source=PAX8,
        offer=_offer(54, "Seatwatch Mail Filter with support", "Seatwatch", "SEW-CARE", "2.30", commitment=False),
        counted_when="average", vendor_counted_when="peak", feature=features.RULE_DIFFERENCES,
    ),
    Product(
        "mail_basic", 687, "MAIL-BASIC", "Mail filter, basic", Decimal("2.15"), Decimal("0.80"), "used",
        used_source=SEATWATCH, vendor_counted_when="fixed_day", feature=features.RULE_DIFFERENCES,
    ),
)  # fmt: skip
# Counted whenever the distributor and the RMM are read: neither tells how things stood on an earlier day.
_DAILY = partial(Product, basis="owned", owned_source=PAX8, feature=features.KEPT_READS)
READ_DAILY: tuple[Product, ...] = (
    _DAILY("vault_peak", 691, "VAULT-PEAK", "Password vault, peak", Decimal("4.10"), Decimal("1.90"),
           offer=_offer(55, "Vellum Password Vault, team", "Vellum", "VLM-TEAM", "1.90", commitment=False),
           counted_when="peak"),
    _DAILY("vault_fixed", 692, "VAULT-FIXED", "Password vault, fixed day", Decimal("4.20"), Decimal("1.95"),
           offer=_offer(56, "Vellum Password Vault, office", "Vellum", "VLM-OFFICE", "1.95", commitment=False),
           counted_when="fixed_day"),
    _DAILY("vault_average", 693, "VAULT-AVERAGE", "Password vault, average", Decimal("4.30"), Decimal("2.00"),
           offer=_offer(57, "Vellum Password Vault, enterprise", "Vellum", "VLM-ENT", "2.00", commitment=False),
           counted_when="average"),
    Product(
        "mac_server", 694, "RMM-MAC-SERVER", "Managed Mac server, peak", Decimal("44.50"), Decimal("4.10"), "used",
        used_source=NINJAONE, counted_when="peak", feature=features.KEPT_READS,
    ),
)  # fmt: skip
_EVERY = (*PRODUCTS, *FEATURE_PRODUCTS, *READ_DAILY)
BY_KEY = {product.key: product for product in _EVERY}
BY_ID = {product.id: product for product in _EVERY}
BY_SKU = {sku.id: product for product in _EVERY if product.sku for sku in (product.sku, *product.further_skus)}
BY_OFFER = {product.offer.id: product for product in _EVERY if product.offer}
BY_NODE_CLASS = {
    **dict.fromkeys(SERVER_CLASSES, BY_KEY["rmm_server"]),
    **dict.fromkeys(WORKSTATION_CLASSES, BY_KEY["rmm_workstation"]),
    MAC_SERVER: BY_KEY["mac_server"],
}
PRIMARY_KEYS = ("basic", "standard", "premium", "m365_e3", "o365_e3")
