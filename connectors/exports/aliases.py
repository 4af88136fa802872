"""The known header names (`aliases.toml`) in the form that headers are compared in.

Belongs here: `normalise`, and `Aliases`, loaded once per read and passed on. Does not belong here: the names
themselves (data, in the TOML file) and the search for a header row.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

_NOT_WORD = re.compile(r"[\W_]+")
_BRACKETED = re.compile(r"[(\[]([^)\]]*)[)\]]")
_CODE_AT_END = re.compile(r"[\s/_-]+([A-Z]{3})\s*$")


def normalise(header: str) -> str:
    """A header without case, blanks and punctuation: "Company_Name", "company name" and "CompanyName" are one."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", header).casefold())


@dataclass(frozen=True)
class Aliases:
    """Known names. `columns[kind][column]` lists normalised headers in order of preference.

    For `vendor` the column `quantity` holds all sides in their order; `sides_of_quantity` says which header is which,
    and `unsaid` the ones that do not say. `deciders` are headers by role (state, active, inactive, type); `words` are
    the lists that cells are compared with, by section and meaning.
    """

    columns: dict[str, dict[str, tuple[str, ...]]]
    sides_of_quantity: dict[str, str]
    unsaid: frozenset[str]
    net_quantity: frozenset[str]
    signals: dict[str, frozenset[str]]
    totals: dict[str, tuple[str, ...]]
    side_values: dict[str, str]
    bill_modes: dict[str, str]
    signs: dict[str, str]
    shared_signs: dict[str, tuple[str, ...]]
    codes: frozenset[str]
    deciders: dict[str, frozenset[str]]
    words: dict[str, dict[str, tuple[str, ...]]]
    price_months: dict[str, int]
    invoices: frozenset[str]
    ledger: frozenset[str]

    @property
    def flags(self) -> frozenset[str]:
        """Words for yes and no."""
        return frozenset(word for words in self.words["flags"].values() for word in words)

    def split_currency(self, header: str) -> tuple[str, str | None]:
        """A header without its currency, and that currency: "Price (USD)" gives ("Price", "USD")."""
        for match in _BRACKETED.finditer(header):
            inner = match.group(1).strip()
            code = inner.upper() if inner.upper() in self.codes else self.signs.get(inner)
            if code is not None or inner in self.shared_signs:
                return (header[: match.start()] + header[match.end() :]).strip(), code
        at_end = _CODE_AT_END.search(header)
        if at_end is not None and at_end.group(1) in self.codes:
            return header[: at_end.start()].strip(), at_end.group(1)
        return header, None

    def resolve_signs(self, currency: str | None) -> dict[str, str]:
        """Every sign with the currency it stands for where the MSP's own currency is `currency`."""
        shared = {
            sign: currency if currency in codes else codes[0]  # a bare $ in an Australian export is not US dollars
            for sign, codes in self.shared_signs.items()
        }
        return {**{sign: str(code) for sign, code in shared.items()}, **self.signs}


def load_aliases() -> Aliases:
    """Reads `aliases.toml` of this package."""
    data = tomllib.loads(files("connectors.exports").joinpath("aliases.toml").read_text(encoding="utf-8"))
    vendor = dict(data["vendor"])
    by_side = vendor.pop("quantity")
    sides: dict[str, str] = {}
    for side, names in by_side.items():
        for name in names:
            sides.setdefault(normalise(name), "owned" if side == "unsaid" else side)
    columns = {
        kind: {column: tuple(dict.fromkeys(map(normalise, names))) for column, names in table.items()}
        for kind, table in (("billing", data["billing"]), ("vendor", vendor))
    }
    columns["vendor"]["quantity"] = tuple(sides)
    return Aliases(
        columns=columns,
        sides_of_quantity=sides,
        unsaid=frozenset(map(normalise, by_side["unsaid"])),
        net_quantity=frozenset(map(normalise, data["net_quantity"]["names"])),
        signals={kind: frozenset(map(normalise, names)) for kind, names in data["signals"].items()},
        totals={place: tuple(names) for place, names in data["totals"].items()},
        side_values={value: side for side, values in data["sides"].items() for value in values},
        bill_modes={value: mode for mode, values in data["bill_modes"].items() for value in values},
        signs=dict(data["currency_signs"]),
        shared_signs={sign: tuple(codes) for sign, codes in data["shared_signs"].items()},
        codes=frozenset(data["currencies"]["codes"]),
        deciders={role: frozenset(map(normalise, names)) for role, names in data["deciders"].items()},
        words={
            section: {meaning: tuple(dict.fromkeys(words)) for meaning, words in data[section].items()}
            for section in ("flags", "states", "types", "cycles", "months", "ending", "whole", "no_licence", "sheets")
        },
        price_months={normalise(name): int(months) for months, names in data["price_months"].items() for name in names},
        invoices=frozenset(map(normalise, data["invoices"]["names"])),
        ledger=frozenset(map(normalise, data["ledger"]["names"])),
    )
