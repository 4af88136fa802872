"""Made-up pairs of names for training: what the public sets lack, from a fixed seed.

Belongs here: inventing names and spelling them otherwise. Does not belong here: training. No real client's name goes
in: companies are put together from common words, products from Microsoft's public table.
"""

import random
from collections.abc import Sequence

from pipelines.matching.data_files import table
from pipelines.matching.lists import NameList

Set = tuple[NameList, NameList, dict[str, frozenset[str]]]

_SEED = 20260601
_NAMES = [
    "Ashford",
    "Baxter",
    "Caldwell",
    "Drummond",
    "Ellery",
    "Fairfax",
    "Garrison",
    "Hollis",
    "Ingram",
    "Jarvis",
    "Kessler",
    "Langley",
    "Merritt",
    "Norwood",
    "Oakley",
    "Prescott",
    "Quimby",
    "Radcliffe",
    "Sinclair",
    "Thornton",
    "Underhill",
    "Vance",
    "Whitaker",
    "Yardley",
    "Zimmer",
    "Alvarez",
    "Bianchi",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Gruber",
    "Hansen",
    "Ivanov",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Olsen",
    "Petrov",
    "Rossi",
    "Schneider",
    "Tanaka",
    "Ueda",
    "Virtanen",
    "Weber",
    "Yilmaz",
]
_PLACES = [
    "Northwind",
    "Lakeside",
    "Riverbend",
    "Summit",
    "Harbor",
    "Valley",
    "Cedar",
    "Maple",
    "Pinecrest",
    "Stonebridge",
    "Westfield",
    "Eastgate",
    "Bayview",
    "Hillcrest",
]
TRADES = [
    "Dental",
    "Plumbing",
    "Logistics",
    "Accounting",
    "Roofing",
    "Pharmacy",
    "Law",
    "Electric",
    "Consulting",
    "Construction",
    "Insurance",
    "Engineering",
    "Architects",
    "Veterinary",
    "Motors",
    "Foods",
    "Textiles",
    "Realty",
    "Landscaping",
    "Optical",
    "Printing",
    "Bakery",
    "Brewery",
    "Shipping",
    "Security",
    "Interiors",
    "Analytics",
]
_TAILS = [
    "Group",
    "Services",
    "Solutions",
    "Partners",
    "Associates",
    "Holdings",
    "International",
    "Systems",
    "",
    "",
    "",
    "",
]
_FORMS = [
    "LLC",
    "Inc.",
    "Ltd",
    "Limited",
    "GmbH",
    "Corp.",
    "B.V.",
    "S.A.",
    "Pty Ltd",
    "PLC",
    "Co.",
    "AG",
    "LLP",
    "",
    "",
]
_SHORT = {
    "Associates": "Assoc",
    "International": "Intl",
    "Services": "Svcs",
    "Engineering": "Engr",
    "Construction": "Constr.",
}
_CITIES = ["Springfield", "Leiden", "Graz", "Lyon", "Porto", "Leeds", "Tampere", "Bergen", "Aarhus", "Brno"]
_OTHER_BRANDS = {
    "Microsoft": "Northwind",
    "Office": "Litware",
    "Dynamics": "Adatum",
    "Windows": "Contoso",
    "Power": "Proseware",
    "Teams": "Relecloud",
    "Exchange": "Fabrikam",
    "Visio": "Wingtip",
    "Project": "Alpine",
    "Privacy": "Tailspin",
    "SharePoint": "Woodgrove",
    "OneDrive": "Trey",
    "Viva": "Munson",
    "Azure": "Margie",
    "Entra": "Lamna",
}
_BRANDS_SHORT = {"Microsoft 365": "M365", "Office 365": "O365", "Dynamics 365": "D365", "Windows 365": "W365"}


def client_variations(rows: int = 1500) -> Set:
    """Companies that share words with each other, and other spellings of most of them."""
    rng = random.Random(_SEED)  # noqa: S311 - invented names
    names: dict[str, None] = {}
    while len(names) < rows:
        names[_company(rng)] = None
    companies = list(names)
    listed = [name for name in companies if rng.random() < 0.75]
    right = NameList([f"c{number}" for number in range(len(listed))], [_with_form(name, rng) for name in listed])
    place = {name: f"c{number}" for number, name in enumerate(listed)}
    left_names, truth = [], {}
    for number, name in enumerate(companies):
        left_names.append(_spelled_otherwise(name, rng))
        if name in place:
            truth[f"v{number}"] = frozenset([place[name]])
    return NameList([f"v{number}" for number in range(len(left_names))], left_names), right, truth


def product_variations(rows: int = 900) -> Set:
    """Products of the public table, half of them under invented brands, and other spellings of most of them."""
    rng = random.Random(_SEED)  # noqa: S311 - invented names
    names = list(dict.fromkeys(row["product_name"] for row in table("microsoft_skus.csv")))
    names += [_rebranded(name) for name in names if _rebranded(name) != name]
    listed = [name for name in names if rng.random() < 0.75]
    place = {name: f"p{number}" for number, name in enumerate(listed)}
    left_names, truth = [], {}
    for number, name in enumerate(rng.sample(names, min(rows, len(names)))):
        left_names.append(_product_otherwise(name, rng))
        if name in place:
            truth[f"v{number}"] = frozenset([place[name]])
    left = NameList([f"v{number}" for number in range(len(left_names))], left_names)
    return left, NameList(list(place.values()), listed), truth


def _company(rng: random.Random) -> str:
    kind = rng.randrange(5)
    words = {
        0: [rng.choice(_NAMES), rng.choice(TRADES), rng.choice(_TAILS)],
        1: [rng.choice(_NAMES), "&", rng.choice(_NAMES), rng.choice(TRADES)],
        2: [rng.choice(_PLACES), rng.choice(_NAMES), rng.choice(_TAILS)],
        3: [rng.choice(_PLACES), rng.choice(TRADES), rng.choice(_TAILS)],
        4: [rng.choice(_PLACES), rng.choice(_PLACES), rng.choice(TRADES), rng.choice(_TAILS)],
    }[kind]
    return " ".join(word for word in words if word)


def _with_form(name: str, rng: random.Random) -> str:
    form = rng.choice(_FORMS)
    written = f"{name}{rng.choice([', ', ' '])}{form}" if form else name
    return written.upper() if rng.random() < 0.2 else written


def _spelled_otherwise(name: str, rng: random.Random) -> str:
    for _ in range(rng.choice([0, 1, 1, 2])):
        name = rng.choice([_typo, _abbreviated, _reordered, _cut, _placed, _trading, _former, _joined])(name, rng)
    return _with_form(name, rng)


def _typo(name: str, rng: random.Random) -> str:
    place = rng.randrange(1, max(2, len(name) - 1))
    kind = rng.randrange(3)
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
    return name[:place] + rng.choice("aeiorstln") + name[place:]


def _abbreviated(name: str, rng: random.Random) -> str:
    return " ".join(_SHORT.get(word, word) for word in name.split())


def _reordered(name: str, rng: random.Random) -> str:
    words = name.split()
    return " ".join([*words[1:], words[0]]) if "&" not in words else name.replace("&", "and")


def _cut(name: str, rng: random.Random) -> str:
    words = name.split()
    return " ".join(words[:-1]) if len(words) > 2 and words[-2] != "&" else name


def _placed(name: str, rng: random.Random) -> str:
    return f"{name} {rng.choice(['- {}', '({})', '{}']).format(rng.choice(_CITIES))}"


def _trading(name: str, rng: random.Random) -> str:
    return f"{_company(rng)} {rng.choice(['t/a', 'dba', 'trading as'])} {name}"


def _former(name: str, rng: random.Random) -> str:
    return f"{name} ({rng.choice(['formerly', 'f/k/a', 'previously'])} {_company(rng)})"


def _joined(name: str, rng: random.Random) -> str:
    return name.replace(" ", "", 1) if rng.random() < 0.5 else name.replace(" ", "-", 1)


def _rebranded(name: str) -> str:
    return " ".join(_OTHER_BRANDS.get(word, word) for word in name.split())


def _product_otherwise(name: str, rng: random.Random) -> str:
    for _ in range(rng.choice([0, 1, 1, 2, 2])):
        name = rng.choice(_PRODUCT_CHANGES)(name, rng)
    return name


def _short_brand(name: str, rng: random.Random) -> str:
    for brand, short in _BRANDS_SHORT.items():
        name = name.replace(brand, short)
    return name


def _no_brand(name: str, rng: random.Random) -> str:
    return name.removeprefix("Microsoft ") if not name.startswith("Microsoft 365") else name


def _noisy(name: str, rng: random.Random) -> str:
    return name + rng.choice(
        [" (NCE)", " License", " - annual commitment", " Subscription", " per user", " - Monthly", " CSP"]
    )


def _cased(name: str, rng: random.Random) -> str:
    return name.upper() if rng.random() < 0.5 else name.lower()


def _shortened(name: str, rng: random.Random) -> str:
    swaps: Sequence[tuple[str, str]] = (
        ("Premium", "Prem"), ("Standard", "Std"), ("Professional", "Pro"), ("(Plan ", "(P"), ("without", "w/o"),
        ("Add-on", "Addon"), ("for Government", "Gov"), ("Enterprise", "Ent"), (" and ", " & "), ("Additional", "Addl"),
    )  # fmt: skip
    for long, short in swaps:
        name = name.replace(long, short)
    return name


def _product_typo(name: str, rng: random.Random) -> str:
    words = name.split()
    places = [place for place, word in enumerate(words) if word.isalpha() and len(word) > 6]
    if places:
        place = rng.choice(places)
        words[place] = _typo(words[place], rng)
    return " ".join(words)


_PRODUCT_CHANGES = (_short_brand, _no_brand, _noisy, _noisy, _cased, _shortened, _product_typo)


__all__ = ["client_variations", "product_variations"]
