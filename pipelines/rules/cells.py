"""One cell of a rule file: from text to a typed value, or the reason why not.

Belongs here: conversion of single cells. Does not belong here: what several cells mean together.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import category

from expectations.currencies import ISO_4217
from pipelines.rules.declare import ANY, DECIMAL_DIGITS, DECIMAL_PLACES, GROUP, Kind, RuleColumn
from pipelines.rules.systems import Systems

# Digits as keyboards have them: other scripts' digits, 1e3, 1_000 and NaN are numbers to Python and to no reader.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# A billing rule outside these years is a slip of the keyboard (0226, 20026), not a decision.
_YEARS = range(1990, 2200)
_WORDS = {6: "six", 10: "ten"}


def convert(column: RuleColumn, text: str, systems: Systems) -> Any:
    """The typed value of a stripped cell; what the column says instead, mostly None, where it is empty and may be.

    Raises:
        ValueError: Saying what is wrong and what would be right.
    """
    if not text:
        if column.required:
            raise ValueError("is empty, but required")
        return column.otherwise
    # In prose a no-break space is harmless; in an id it is a difference that nobody can see.
    odd = any(category(sign) == "Cc" for sign in text) if column.kind == "text" else not text.isprintable()
    if odd:
        raise ValueError("contains an invisible character or a line break")
    if text == ANY and column.kind != "text":
        if column.may_be_any:
            return ANY
        raise ValueError("may not be *")
    if column.may_be_group and text.startswith(GROUP):
        return _group(text, systems)
    match column.kind:
        case "date":
            return _date(text)
        case "integer":
            return _integer(text)
        case "decimal" | "rate":
            return _decimal(text, column.kind)
        case "currency":
            return _currency(text)
        case "choice":
            return _one_of(text, column.choices)
        case "vendor":
            return _vendor(text, systems)
        case "vendors":
            return _vendors(text, systems)
        case "vendor_id":
            return _vendor_id(text, systems)
        case "client_id" | "agreement_id" | "product_id" | "psa_id":
            return _scoped_id(text, column.kind, systems)
        case "folded":
            return text.lower()
        case "text":
            return text


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date; write the year first, for example 2026-03-31")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar") from None
    if found.year not in _YEARS:
        raise ValueError(f"{text!r} is outside the years {_YEARS.start} to {_YEARS.stop - 1}")
    return found


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _decimal(text: str, kind: Kind) -> Decimal:
    places = DECIMAL_PLACES[kind]
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} is not a number; write it like 1234.50")
    try:
        found = Decimal(text)
        exact = found.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number; write it like 1234.50") from None
    if exact != found:
        raise ValueError(f"{text!r} has more than {_WORDS[places]} decimals")
    if abs(exact) >= Decimal(1).scaleb(DECIMAL_DIGITS - places):
        raise ValueError(
            f"{text!r} is too large; a number here has at most {DECIMAL_DIGITS - places} digits before the point"
        )
    return exact


def _currency(text: str) -> str:
    if text not in ISO_4217:
        raise ValueError(f"{text!r} is no currency in use; write its three capital letters, for example USD")
    return text


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(f"{text!r} is not one of {', '.join(choices)}")
    return text


def _vendor(text: str, systems: Systems) -> str:
    if text in systems.vendors:
        return text
    if text in systems.psas:
        raise ValueError(f"{text!r} is the PSA; this column names a vendor system")
    raise ValueError(f"{text!r} is not a known system; known: {', '.join(sorted(systems.vendors))}")


def _vendors(text: str, systems: Systems) -> str:
    if text in systems.vendors:
        return text
    found = [_vendor(part.strip(), systems) for part in text.split("+")]
    if len(set(found)) < len(found):
        raise ValueError(f"{text!r} names a system twice")
    return "+".join(found)


def _vendor_id(text: str, systems: Systems) -> str:
    front, colon, rest = text.partition(":")
    if colon and rest and front in systems.vendors | systems.psas:
        raise ValueError(f"{text!r} has a system in front; write the vendor's own id, {rest!r}")
    # Portals show GUIDs in either case; APIs send lower case, and mappings compare text.
    return text.lower() if _GUID.fullmatch(text) else text


def _group(text: str, systems: Systems) -> str:
    name = text.removeprefix(GROUP)
    if not name or name != name.strip():
        raise ValueError(f"{text!r} names no group; write it as in product_groups.csv, for example {GROUP}servers")
    if GROUP.removesuffix(":") in systems.psas:
        raise ValueError(f"{text!r} may be a product of the inbox folder 'group' or a group; rename the folder")
    return text.lower()


def _plural(what: str) -> str:
    return "clients and products" if what == "client or product" else f"{what}s"


def _scoped_id(text: str, kind: str, systems: Systems) -> str:
    what = "client or product" if kind == "psa_id" else kind.removesuffix("_id")
    front, colon, rest = text.partition(":")
    if not colon or not rest or rest != rest.strip() or front != front.strip():
        article = "an" if what == "agreement" else "a"
        raise ValueError(
            f"{text!r} is not {article} {what} id; write it with its system in front, for example connectwise:250"
        )
    if front not in systems.psas:
        raise ValueError(
            f"{text!r}: {front!r} is not a known system of {_plural(what)}; known: {', '.join(sorted(systems.psas))}"
        )
    if front == "connectwise" and not (rest.isascii() and rest.isdigit()):
        raise ValueError(f"{text!r}: ids of ConnectWise are whole numbers, for example connectwise:250")
    return text
