"""The sandbox's accounts and products as a home's mapping sees them, with the truth, as one MSP writes their names.

Belongs here: rows, truth, and the naming habits laid over the sandbox's names. Does not belong here: measuring
(`bench.mappings`). The sandbox itself names nearly everything so that it is found without learning; what an MSP's
people and portals do to names is what decisions have to teach.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from sandbox.world import connectwise
from sandbox.world.generate import planned
from sandbox.world.plan import Account, Plan
from sandbox.world.products import (
    BY_NODE_CLASS,
    GRAPH,
    NINJAONE,
    PAX8,
    SEATWATCH,
    UNMAPPED_CLASSES,
    UNMAPPED_OFFERS,
    UNMAPPED_SKUS,
)

Row = dict[str, Any]
Key = tuple[str, str]

_CLOCK = datetime(2026, 6, 20, 8, tzinfo=UTC)
_CLIENTS = 60
# How many of a portal's names follow the habit that the MSP has there.
_SHARE = {"code": 0.6, "words": 0.9, "addition": 0.6}
_BRANDED = 0.05  # clients that everybody at the MSP knows by another name than the PSA's
_PLANS = 3  # products that the MSP sells under a name of its own
_HOUSE_WORDS = {
    "Accounting": "CPA", "Architects": "Design", "Associates": "Partners", "Brothers": "Family",
    "Construction": "Build", "Dental": "DDS", "Engineering": "PE", "Financial Services": "Wealth", "Foods": "F and B",
    "Insurance Group": "Risk", "International": "Global", "Law Group": "Legal", "Logistics": "Freight",
    "Manufacturing": "Works", "Medical Center": "Clinic", "Management": "PM", "Property Services": "Lettings",
    "Veterinary": "Animal Care",
}  # fmt: skip
_ADDITIONS = ("{} | Managed", "BWT - {}", "{} [MSA]", "ZZ {}", "{} - Full Care")
_CODES: tuple[Callable[[list[str]], str], ...] = (
    lambda words: "".join(word[:3] for word in words[:2]).upper(),
    lambda words: "-".join(word[:4] for word in words[:2]).upper(),
    lambda words: (words[0][:4] + "".join(word[:1] for word in words[1:3])).upper(),
    lambda words: "".join(word[:2] for word in words[:3]).upper(),
    lambda words: "_".join((words[0][0] + _consonants(words[0][1:]), words[1][:2])).upper(),
)
_METALS = ("Gold", "Silver", "Bronze", "Essential", "Complete")
_PLAN_WORDS = ("Workplace", "Office Anywhere", "Seat", "Desk Plan")
_BRAND_SYLLABLES = ("zu", "ra", "mo", "vex", "lin", "do", "quo", "bel", "tri", "fan", "or", "pax")


@dataclass
class Mappings:
    """Rows as the home's models hold them, and who is who: (system, left id) -> right id.

    Rows without truth have no counterpart: strays, records of a client that was deleted, what is sold by nobody.
    """

    accounts: list[Row] = field(default_factory=list)
    clients: list[Row] = field(default_factory=list)
    vendor_products: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    truth: dict[str, dict[Key, str]] = field(default_factory=lambda: {"client": {}, "product": {}})


def mappings(seed: int, *, habits: bool = True, ids: bool = True, clients: int = _CLIENTS) -> Mappings:
    """Every mapping of the sandbox's world `seed`.

    Args:
        seed: Chooses the world, and the MSP's habits.
        habits: Whether the MSP writes names in its own way; else the sandbox's names as they stand.
        ids: Whether identifiers are shown; else names alone.
        clients: Live clients of the world.
    """
    plan = planned(seed, clients, _CLOCK)
    rng = Random(seed)
    found = Mappings()
    _add_accounts(found, plan, _house(plan, rng) if habits else {}, ids=ids)
    _add_clients(found, plan, ids=ids)
    _add_products(found, plan, _plans(plan, rng) if habits else {}, ids=ids)
    return found


def _add_accounts(found: Mappings, plan: Plan, names: Mapping[str, str], *, ids: bool) -> None:
    for client in plan.everyone():
        for source in (GRAPH, PAX8, NINJAONE):
            for account in client.accounts.get(source, ()):
                if account.mapped_by == "split":
                    continue  # shared by several clients: never open
                if client.kind == "deleted" and not ids:
                    continue  # written exactly as the living client of that name: nothing but its id tells
                found.accounts.append(_account(account, names.get(account.id, account.name), ids=ids))
                if client.kind in ("live", "internal"):
                    found.truth["client"][source, account.id] = client.id


def _account(account: Account, name: str, *, ids: bool) -> Row:
    return {
        "source_system": account.source,
        "account_id": account.id,
        "account_name": name,
        "domain": account.domain if ids and account.source != NINJAONE else None,
        "tenant_id": account.id if ids and account.source == GRAPH else None,
        "external_id": account.hint or None if ids and account.source == PAX8 else None,
    }


def _add_clients(found: Mappings, plan: Plan, *, ids: bool) -> None:
    for company in connectwise.render(plan).companies:
        if not company["deletedFlag"]:
            found.clients.append(
                {
                    "client_id": f"connectwise:{company['id']}",
                    "client_name": company["name"],
                    "source_client_id": str(company["id"]),
                    "domain": company["website"].removeprefix("www.") if ids else None,
                    "tenant_id": company["customFields"][0]["value"] if ids else None,
                }
            )
            if not ids:
                found.clients[-1]["source_client_id"] = None


def _add_products(found: Mappings, plan: Plan, names: Mapping[str, str], *, ids: bool) -> None:
    def add(system: str, left_id: str, name: str, right_id: str | None, **codes: str) -> None:
        # Without ids a SKU's GUID, which stands for its product, is not told either; its part number is its name.
        shown = left_id if ids else f"{name} of {system}"
        row = {"source_system": system, "vendor_product_id": shown, "vendor_product_name": name}
        code = {"part_number": None, "vendor_sku": None, **codes} if ids else {"part_number": None, "vendor_sku": None}
        found.vendor_products.append({**row, **code})
        if right_id is not None:
            found.truth["product"][system, shown] = right_id

    for product in plan.products:
        if product.sku:
            add(GRAPH, product.sku.id, product.sku.part_number, product.id, part_number=product.sku.part_number)
        if product.offer:
            add(PAX8, product.offer.id, product.offer.name, product.id, vendor_sku=product.offer.vendor_sku)
        if product.used_source == SEATWATCH:
            code = product.identifier
            add(SEATWATCH, code, product.name, product.id, part_number=code, vendor_sku=code)
    for sku in UNMAPPED_SKUS:
        add(GRAPH, sku.id, sku.part_number, None, part_number=sku.part_number)
    for offer in UNMAPPED_OFFERS:
        add(PAX8, offer.id, offer.name, None, vendor_sku=offer.vendor_sku)
    for node_class in (*BY_NODE_CLASS, *UNMAPPED_CLASSES):
        sold = BY_NODE_CLASS.get(node_class)
        add(NINJAONE, node_class, node_class, sold.id if sold else None, part_number=node_class)
    for item in connectwise.render(plan).catalog:
        # An item that a rule sells as another product is no product of its own.
        if not item["inactiveFlag"] and item["id"] not in plan.items:
            right_id = f"connectwise:{item['id']}"
            found.products.append(
                {
                    "product_id": right_id,
                    "product_name": names.get(right_id, item["description"]),
                    "product_code": item["identifier"] if ids else None,
                    "vendor_sku": item["vendorSku"] or None if ids else None,
                    "manufacturer_part_number": item["manufacturerPartNumber"] or None if ids else None,
                }
            )


def _house(plan: Plan, rng: Random) -> dict[str, str]:
    """Account names by id, where the MSP writes them otherwise: each portal has one habit, some clients a brand."""
    habits = dict(zip(rng.sample((GRAPH, PAX8, NINJAONE), 3), _SHARE, strict=True))
    code, addition = rng.choice(_CODES), rng.choice(_ADDITIONS)
    names: dict[str, str] = {}
    for client in plan.clients:
        psa = client.name.psa.removeprefix("The ").replace("& ", "")
        words = [word for word in psa.split() if word.isalpha()]
        brand = "".join(rng.choices(_BRAND_SYLLABLES, k=3)).capitalize() if rng.random() < _BRANDED else ""
        for source, habit in habits.items():
            for account in client.accounts.get(source, ()):
                place = account.name[account.name.rindex(" (") :] if account.name.endswith(")") else ""
                name = f"{brand}{place}" if brand else account.name
                if rng.random() < _SHARE[habit]:
                    if habit == "code" and not brand:
                        name = f"{code(words)}{place}"
                    elif habit == "words":
                        name = _in_house_words(name)
                    elif habit == "addition":
                        name = addition.format(name)
                names[account.id] = name
    return names


def _in_house_words(name: str) -> str:
    for word, ours in _HOUSE_WORDS.items():
        if word.casefold() in name.casefold():
            start = name.casefold().index(word.casefold())
            return f"{name[:start]}{ours}{name[start + len(word) :]}"
    return name


def _plans(plan: Plan, rng: Random) -> dict[str, str]:
    """Names of the MSP's own for some of what it buys at Microsoft."""
    sold = [product for product in plan.products if product.sku and product.offer]
    word = rng.choice(_PLAN_WORDS)
    metals = rng.sample(_METALS, _PLANS)
    return {product.id: f"{metal} {word}" for product, metal in zip(rng.sample(sold, _PLANS), metals, strict=True)}


def _consonants(text: str) -> str:
    return "".join(letter for letter in text if letter.casefold() not in "aeiou")
