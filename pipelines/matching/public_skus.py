"""Microsoft's public table of SKU GUIDs, part numbers and product names: what a code or a name stands for.

Belongs here: looking up. Does not belong here: comparing. Facts of Microsoft's "Product names and service plan
identifiers for licensing"; the table lags behind what tenants hold, so an unknown code means nothing.
"""

import re
from dataclasses import dataclass
from functools import cache

from pipelines.matching.data_files import table

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sku:
    """One product of the table: its names, the newest first, and every GUID that carries this code."""

    names: tuple[str, ...]
    ids: frozenset[str]


def code_key(code: str) -> str:
    """A GUID or part number in the form in which codes are compared: no blanks, one case."""
    return _BLANKS.sub("", code).casefold()


@cache
def _by_code() -> dict[str, Sku]:
    names: dict[str, dict[str, None]] = {}
    ids: dict[str, set[str]] = {}
    for row in table("microsoft_skus.csv"):
        for code in (row["sku_id"], row["part_number"]):
            further = [name for name in row["other_names"].split("|") if name]
            names.setdefault(code_key(code), {}).update(dict.fromkeys([row["product_name"], *further]))
            ids.setdefault(code_key(code), set()).add(row["sku_id"])
    return {code: Sku(tuple(names[code]), frozenset(ids[code])) for code in names}


def sku_of_code(code: str) -> Sku | None:
    """The product that a GUID or part number stands for; None where the table does not know it."""
    return _by_code().get(code_key(code))


@cache
def names() -> tuple[tuple[str, str], ...]:
    """Every (name, GUID) of the table, other names included."""
    rows = table("microsoft_skus.csv")
    return tuple(
        (name, row["sku_id"]) for row in rows for name in (row["product_name"], *row["other_names"].split("|")) if name
    )
