"""Evidence of the columns beside the name: shared identifiers, and context such as city or country.

Belongs here: making values comparable, finding rows that share an identifier, weighing agreement. Does not belong here:
names; which columns there are (`context.toml`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.matching.data_files import toml
from pipelines.matching.folding import fold
from pipelines.matching.lists import NameList

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

# Rows of the right side with one identifier that are looked at; an identifier that more rows carry is none.
_SAME_ID = 10
_MOST_CONTEXT = 4.0  # log odds one context column may add or take
_SCHEME = re.compile(r"^[a-z]+://|^www\d?\.")
_NOT_CODE = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that both lists have, its values made comparable ("" where unknown).

    `is_id`: agreement decides; `finds`: agreement alone makes a pair worth weighing, as that of ids and hints does.
    `contradicts`: an identifier that an honest pair never differs in. `said`, `said_other`: sentences for agreement
    and difference, {} is the left value; without them the column's `words` are put between the values.
    """

    words: str
    is_id: bool
    finds: bool
    left: Texts
    right: Texts
    agree: Floats
    differ: float
    contradicts: bool = False
    said: str = ""
    said_other: str = ""


def shared_columns(left: NameList, right: NameList) -> list[Column]:
    """The columns of `context.toml` that both lists have, the strongest first."""
    data = toml("context.toml")
    blank, public = frozenset(data["blank"]), frozenset(data["public"])
    found = []
    for entry in data["columns"].values():
        values = [_values(side, entry, blank, public) for side in (left, right)]
        if values[0] is not None and values[1] is not None:
            found.append(_column(entry, values[0], values[1]))
    return found


def is_own_domain(domain: str) -> bool:
    """Whether a domain may belong to one company: neither a mail host's nor a site builder's."""
    return domain not in toml("context.toml")["public"] and not domain.endswith(".onmicrosoft.com")


def codes(side: NameList) -> list[tuple[int, str]]:
    """(row, value) of every column that may hold a product's code."""
    entries = [toml("context.toml")["columns"][name] for name in ("sku_id", "vendor_sku", "part_number")]
    headers = [header for entry in entries for header in entry["headers"] if header in side.columns]
    return [
        (row, value.strip()) for header in headers for row, value in enumerate(side.columns[header]) if value.strip()
    ]


def pairs_of_ids(columns: Sequence[Column]) -> Ints:
    """The pairs of rows that share an identifier or a hint, as (left row, right row) in two columns."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    for column in columns:
        if not column.finds:
            continue
        ours = pd.DataFrame({"left": np.arange(len(column.left)), "key": column.left})
        theirs = pd.DataFrame({"right": np.arange(len(column.right)), "key": column.right})
        theirs = theirs[(theirs["key"] != "") & (theirs.groupby("key")["key"].transform("size") <= _SAME_ID)]
        found.append(ours.merge(theirs, on="key")[["left", "right"]].to_numpy(dtype=np.int64))
    return np.unique(np.concatenate(found), axis=0)


def weigh(columns: Sequence[Column], left: Ints, right: Ints) -> tuple[Floats, Flags, Flags]:
    """What the columns say about pairs of rows.

    Returns:
        Log odds to add to each pair, whether the pair shares an identifier, and whether an identifier contradicts it.
    """
    odds, same_id, other_id = np.zeros(len(left)), np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
    for column in columns:
        ours, theirs = column.left[left], column.right[right]
        stated = (ours != "") & (theirs != "")
        agree = stated & (ours == theirs)
        odds += np.where(agree, column.agree[right], 0.0) + np.where(stated & ~agree, column.differ, 0.0)
        if column.is_id:
            same_id |= agree
        if column.contradicts:
            other_id |= stated & ~agree
    return odds, same_id, other_id


def say(columns: Sequence[Column], left: int, right: int) -> list[str]:
    """In words, where the columns of one pair of rows agree, and where they differ."""
    same, other = [], []
    for column in columns:
        ours, theirs = column.left[left], column.right[right]
        if ours and ours == theirs:
            same.append(column.said.format(ours) if column.said else f"same {column.words} {ours}")
        elif ours and theirs and column.said_other:
            other.append(column.said_other.format(ours))
        elif ours and theirs:
            other.append(f"another {column.words} ({ours} and {theirs})")
    return same + other


def _column(entry: dict[str, Any], left: Texts, right: Texts) -> Column:
    if entry["kind"] in ("id", "hint"):
        return Column(
            words=entry["words"],
            is_id=entry["kind"] == "id",
            finds=True,
            left=left,
            right=right,
            agree=np.full(len(right), float(entry["agree"])),
            differ=entry["differ"],
            contradicts=entry.get("contradicts", False),
            said=entry.get("said", ""),
            said_other=entry.get("said_other", ""),
        )
    both = pd.Series(np.concatenate([left, right]))
    frequency = both[both != ""].value_counts(normalize=True)
    by_chance = float((frequency**2).sum()) if len(frequency) else 1.0
    m = float(entry["m"])
    u = pd.Series(right).map(frequency).fillna(1.0).to_numpy(dtype=np.float64)
    agree = np.clip(np.log(m / np.maximum(u, 1e-6)), 0, _MOST_CONTEXT)
    differ = float(np.clip(np.log((1 - m) / max(1 - by_chance, 1e-6)), -_MOST_CONTEXT, 0))
    return Column(entry["words"], False, False, left, right, agree, differ)


def _values(side: NameList, entry: dict[str, Any], blank: frozenset[str], public: frozenset[str]) -> Texts | None:
    header = next((header for header in entry["headers"] if header in side.columns), None)
    form = entry["form"]
    values = [""] * len(side) if header is None else _comparable(side.columns[header], form, blank, public)
    if form == "domain":
        email = next((h for h in toml("context.toml")["columns"]["email"]["headers"] if h in side.columns), None)
        if email is not None:
            domains = _comparable(side.columns[email], "domain", blank, public)
            values = [value or domain for value, domain in zip(values, domains, strict=True)]
            header = header or email
    if header is None:
        return None
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _comparable(values: Sequence[str], form: str, blank: frozenset[str], public: frozenset[str]) -> list[str]:
    cache: dict[str, str] = {}
    for value in values:
        if value not in cache:
            cache[value] = _one(value.strip().casefold(), form, blank, public)
    return [cache[value] for value in values]


def _one(value: str, form: str, blank: frozenset[str], public: frozenset[str]) -> str:
    if value in blank:
        return ""
    if form == "words":
        return fold(value)
    if form == "email":
        return value if "@" in value and " " not in value else ""
    if form == "domain":
        host = _SCHEME.sub("", _SCHEME.sub("", value.rpartition("@")[2])).split("/")[0].split(":")[0].strip(".")
        return host if "." in host and host not in public else ""
    if form == "digits":
        digits = "".join(sign for sign in value if sign.isdigit())
        return digits[-9:] if len(digits) >= 7 else ""
    code = _NOT_CODE.sub("", value)
    return code if len(code) > 1 and set(code) - set("0") else ""
