"""Names of invented companies, and how one company is written differently in each system.

Belongs here: word lists and spelling habits. Does not belong here: which client exists where (`clients.py`).
"""

from dataclasses import dataclass
from random import Random

_FIRST_WORDS = (
    "Alder Amber Apex Aspen Aurora Beacon Birch Blackwood Bluewater Bramble Bridgeford Brightside Brook Calder Canyon "
    "Castle Cedar Chestnut Clearwater Cobalt Copper Coral Cornerstone Crescent Crown Dalton Driftwood Eastgate "
    "Elmwood Ember Evergreen Fairview Falcon Fern Fieldstone Flint Foxglove Garnet Glacier Granite Greenfield Grove "
    "Halcyon Harbor Hartwell Hawthorn Hazel Heron Highland Hollow Horizon Ironbridge Ivory Jasper Juniper Kestrel "
    "Kingsley Lakeside Lantern Larch Laurel Linden Lowland Maple Marlow Meadow Meridian Millstone Mistral Northgate "
    "Oakridge Olive Orchard Osprey Parkway Pebble Pinecrest Prairie Quarry Quill Raven Redstone Ridgeway Riverbend "
    "Rosewood Rowan Saffron Sandstone Seabright Silverlake Slate Southport Sparrow Spruce Sterling Stonegate Summit "
    "Sycamore Tamarack Thistle Timber Trinity Union Valley Verity Walnut Westbrook Whitfield Willow Windmill Wren "
    "Yarrow"
)
_SECOND_WORDS = (
    "Bay Bell Carter Creek Cross Dale Finch Ford Gate Hill Hurst Lane March Moor Park Point Reed Shore Stone Vale "
    "Ward Wick Wood Yard"
)
_FIRST, _SECOND = tuple(_FIRST_WORDS.split()), tuple(_SECOND_WORDS.split())
_TRADE = (
    ("Accounting", "Acctg"),
    ("Architects", "Arch"),
    ("Associates", "Assoc"),
    ("Brothers", "Bros"),
    ("Construction", "Constr"),
    ("Dental", "Dental"),
    ("Engineering", "Eng"),
    ("Financial Services", "Fin Svcs"),
    ("Foods", "Foods"),
    ("Insurance Group", "Ins Grp"),
    ("International", "Intl"),
    ("Law Group", "Law Grp"),
    ("Logistics", "Logistics"),
    ("Manufacturing", "Mfg"),
    ("Medical Center", "Med Ctr"),
    ("Management", "Mgmt"),
    ("Property Services", "Property Svcs"),
    ("Veterinary", "Vet"),
)
LEGAL_FORMS = {
    "USD": ("LLC", "Inc", "Inc.", "Corp", ""),
    "CAD": ("Ltd", "Inc", ""),
    "EUR": ("GmbH", "Ltd", "B.V."),
    "KWD": ("W.L.L.", "Co"),
    "JPY": ("K.K.", "Co"),
}


@dataclass(frozen=True, slots=True)
class CompanyName:
    """One company's names by system, its short identifier (PSA) and its domain (always under .example)."""

    psa: str
    graph: str
    pax8: str
    ninjaone: str
    identifier: str
    domain: str


def company_name(number: int, offset: int, currency: str, rng: Random) -> CompanyName:
    """The names of company `number`; unique for numbers below 43,200 under one `offset`.

    `offset` turns the word lists, so that another seed meets other companies.
    """
    index = (number * 7919 + offset) % (len(_FIRST) * len(_SECOND) * len(_TRADE))
    first = _FIRST[index % len(_FIRST)]
    second = _SECOND[index // len(_FIRST) % len(_SECOND)]
    trade, short = _TRADE[index // (len(_FIRST) * len(_SECOND))]
    legal = rng.choice(LEGAL_FORMS[currency])
    core, bare = f"{first} {second} {trade}", f"{first}{second}"
    if number % 3 == 0:
        core = f"{first} & {second} {trade}"
    full = f"{core} {legal}".strip()
    return CompanyName(
        psa=f"The {full}" if number % 11 == 0 else full,
        graph=_respell(core, trade, short, legal, rng),
        pax8=_respell(full, trade, short, legal, rng),
        ninjaone=_respell(core, trade, short, legal, rng),
        identifier=f"{bare}{trade.split()[0]}"[:22] + str(number),
        domain=f"{bare.lower()}-{trade.split()[0].lower()}{number}.example",
    )


def _respell(name: str, trade: str, short: str, legal: str, rng: Random) -> str:
    """`name` as another person typed it into another system."""
    habit = rng.randrange(9)
    if habit == 0:
        return name.upper()
    if habit == 1:
        return name.replace(" & ", " and ")
    if habit == 2:
        return name.replace(trade, short)
    if habit == 3:
        return f"{name.split()[0]} {trade}"
    if habit == 4:
        return f"{name}, {legal}" if legal and not name.endswith(legal) else name
    if habit == 5:
        return f"{name.split()[0]} Holdings t/a {name}"
    if habit == 6:
        return name.lower()
    return name
