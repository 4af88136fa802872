"""What the words of columns that decide mean: states, flags, kinds of document rows, billing cycles.

Belongs here: from one text to its meaning, by the lists in aliases.toml. Does not belong here: which column is asked
(`headers.py`), what follows for a row (`judging.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connectors.exports.aliases import Aliases

_DAY = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[t ]\d{1,2}:[\d:.]+z?)?"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}[ -][^\W\d]{3,9}[ ,-]+\d{2,4}"
    r"|[^\W\d]{3,9} \d{1,2},? \d{4}"
)
_LINKS = re.compile(r"(?:\s|^)(?:on|since|as of|from|at|am|ab|zum|seit|per|op|sinds|le|depuis|au|el|desde|a|de)$")
_COMMITMENT = re.compile(r"\bfor (\S+) billing\b")
_BILLED = re.compile(
    r"(?:billed|billing|invoiced|paid|payable|abgerechnet|zahlbar|facturé|gefactureerd|facturado)[ :(]+(.+)"
    r"|(\S+)[ -](?:billing|billed|invoiced|payment|payments|abrechnung|zahlung)\b"
)
_ISO_MONTHS = re.compile(r"^p(\d+)([my])$")


@dataclass(frozen=True, slots=True)
class State:
    """What a state says, and the day that it names, if any.

    `counts`; `gone`; `dated`: counts from the row's first day on; `ask`: a person must say; `unknown`: in no list.
    `is_ending`: gone by a word for what ends on a day, which may still lie ahead.
    """

    answer: str
    day: str | None = None
    is_ending: bool = False


def read_state(text: str, aliases: Aliases, said: Mapping[str, str]) -> State:
    """A state's meaning; "Canceled 09/30/2026" is gone, and names a day. `said` are words that the profile explains."""
    folded = " ".join(text.casefold().split())
    for word, answer in said.items():
        if " ".join(word.casefold().split()) == folded:
            return State(answer)
    found = _DAY.search(folded)
    day = found.group() if found else None
    bare = f"{folded[: found.start()]} {folded[found.end() :]}" if found else folded
    for candidate in (folded, _bare(bare), _bare(re.sub(r"\(.*?\)", " ", bare))):
        for answer, words in aliases.words["states"].items():
            if candidate in words or candidate.replace("-", " ") in words:
                return State(answer, day, candidate in aliases.words["ending"]["words"])
    return State("unknown", day)


def _bare(text: str) -> str:
    text = " ".join(text.split()).strip(" -:,;.()[]/")
    while True:
        shorter = _LINKS.sub("", text).strip(" -:,;.()[]/")
        if shorter == text:
            return text
        text = shorter


def read_flag(text: str, aliases: Aliases) -> bool | None:
    """Yes or no; None where it is neither."""
    folded = text.strip().casefold()
    if folded == "1" or folded in aliases.words["flags"]["yes"]:
        return True
    if folded == "0" or folded in aliases.words["flags"]["no"]:
        return False
    return None


def read_type(text: str, aliases: Aliases) -> str | None:
    """What a row of a document is: money, part, one_time, credit, no_bill; None where it is an ordinary one."""
    folded = " ".join(re.sub(r"[_/]", " ", text.casefold()).split())
    for meaning, words in aliases.words["types"].items():
        if any(re.search(rf"\b{re.escape(word)}", folded) for word in words):
            return meaning
    return None


def read_cycle(text: str, aliases: Aliases) -> int | None:
    """The months that a price of this cycle is for, 0 where it does not recur; None where nobody can say."""
    folded = " ".join(text.casefold().split())
    if folded in ("1", "2", "3", "6", "12", "24", "36"):
        return int(folded)
    iso = _ISO_MONTHS.match(folded)
    if iso:
        return int(iso.group(1)) * (12 if iso.group(2) == "y" else 1)
    clause = _COMMITMENT.search(folded)
    found = _cycles(clause.group(1) if clause else folded, aliases)
    if len(found) > 1:
        billed = _BILLED.search(folded)
        found = _cycles(next(part for part in billed.groups() if part), aliases) if billed else found
    return found.pop() if len(found) == 1 else None


def read_month(text: str, aliases: Aliases) -> date | None:
    """The first day of the month that a text names; None where it names none, or several."""
    folded = text.casefold()
    found: set[tuple[int, int]] = set()
    for year, month in re.findall(r"\b(\d{4})[-/. ](\d{1,2})(?:[-/.]\d{1,2})?\b", folded):
        found.add((int(year), int(month)))
    if not found:
        found |= {(int(y), int(m)) for _, m, y in re.findall(r"\b(\d{1,2})[.](\d{1,2})[.](\d{4})", folded)}
    if not found:
        found |= {(int(y), int(m)) for m, y in re.findall(r"\b(\d{1,2})[-/. ](\d{4})\b", folded)}
    compact = re.fullmatch(r"(20\d{2})(\d{2})", folded)
    if compact:
        found.add((int(compact.group(1)), int(compact.group(2))))
    if not found:
        named = {n for word in re.findall(r"[^\W\d]{3,}", folded) if (n := _month_number(word, aliases)) is not None}
        years = {int(y) for y in re.findall(r"\b(20\d{2})\b", folded)}
        years = years or {2000 + int(y) for y in re.findall(r"[-' ](\d{2})$", folded)}
        found |= {(year, month) for year in years for month in named}
    if len(found) != 1:
        return None
    year, month = found.pop()
    return date(year, month, 1) if 1 <= month <= 12 and 1990 <= year <= 2100 else None


def _month_number(word: str, aliases: Aliases) -> int | None:
    return next((int(n) for n, names in aliases.words["months"].items() if word in names), None)


def _cycles(text: str, aliases: Aliases) -> set[int]:
    """Every cycle named; one whose word stands inside the word of another ("12 month") does not count beside it."""
    found: set[int] = set()
    rest = text
    for months, words in aliases.words["cycles"].items():
        for word in sorted(words, key=len, reverse=True):
            pattern = rf"\b{re.escape(word)}\w*"
            if re.search(pattern, rest):
                found.add(int(months))
                rest = re.sub(pattern, " ", rest)
    return found
