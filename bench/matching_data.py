"""Made-up lists of clients of any length for the scaling run: no real client is in them.

Belongs here: inventing. Does not belong here: measuring.
"""

import random

from pipelines.matching.lists import NameList
from scripts.matching_variations import TRADES

_SYLLABLES = [
    "ba",
    "ka",
    "ro",
    "mi",
    "te",
    "lu",
    "san",
    "dor",
    "vel",
    "nor",
    "fin",
    "gar",
    "hol",
    "ker",
    "lan",
    "mar",
    "pen",
    "quin",
    "ras",
    "tol",
    "ver",
    "win",
    "yor",
    "zel",
    "bri",
    "cla",
    "dra",
    "fro",
    "gre",
]
_TAILS = ("Group", "Services", "Solutions", "Partners", "Associates", "Holdings", "International", "")
_FORMS = ("LLC", "Inc.", "Ltd", "Limited", "GmbH", "Corp.", "B.V.", "S.A.", "Pty Ltd", "PLC", "")


def clients(rows: int, seed: int = 7) -> tuple[NameList, NameList, dict[str, str]]:
    """Left list, right list and truth: nine in ten left rows are a right row spelled otherwise."""
    rng = random.Random(seed)
    right_names, left_names, truth = [], [], {}
    for number in range(rows):
        name = _name(rng)
        right_names.append(f"{name} {rng.choice(_FORMS)}".strip())
        if rng.random() < 0.9:
            truth[f"l{number}"] = f"r{number}"
        else:
            name = _name(rng)
        left_names.append(_otherwise(name, rng))
    left_ids, right_ids = [f"l{n}" for n in range(rows)], [f"r{n}" for n in range(rows)]
    return NameList(left_ids, left_names), NameList(right_ids, right_names), truth


def _name(rng: random.Random) -> str:
    made = "".join(rng.choices(_SYLLABLES, k=rng.choice([2, 3, 3]))).capitalize()
    second = "".join(rng.choices(_SYLLABLES, k=2)).capitalize() if rng.random() < 0.4 else ""
    return " ".join(word for word in (made, second, rng.choice(TRADES), rng.choice(_TAILS)) if word)


def _otherwise(name: str, rng: random.Random) -> str:
    if rng.random() < 0.3:
        place = rng.randrange(1, len(name) - 1)
        name = name[:place] + name[place + 1 :]
    name = f"{name}, {rng.choice(_FORMS)}".rstrip(", ")
    return name.upper() if rng.random() < 0.3 else name
