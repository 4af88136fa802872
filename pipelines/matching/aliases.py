"""Aliases from a file: words of clients' names, or names of products, that mean the same on either side.

Belongs here: reading and refusing such files, as `--export-aliases` writes them. Does not belong here: learning them
(`learning`), or what they do to names (`habits`, `product_habits`). What stands in a file is text from somewhere: it is
compared and shown, never run, and it never makes a pair certain.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.exports.problems import SHOWN, Problem, Refused, shown
from pipelines.matching.folding import LONGEST, fold

KINDS = ("client", "product")
HOME_FILES = {kind: f"{kind}_aliases.toml" for kind in KINDS}
"""What the files are called in a home's rules folder."""

_LARGEST = 1_000_000
_MOST = 5_000
_MOST_WORDS = 3  # of clients' names: more is a client's name, which is decided in client_map.csv
_KEYS = {"kind", "same"}
_ENTRY = re.compile(r"^\s*\[(?!\[).*\]\s*,?\s*(#.*)?$")
_PLACE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True)
class Alias:
    """Text of the left side (the vendor's) that means text of the right side (the PSA's), and its line; 0: unknown."""

    left: str
    right: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Aliases:
    """The aliases of one kind, in the order of the file."""

    kind: str
    same: tuple[Alias, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.same)


def read_aliases(path: Path, kind: str) -> Aliases:
    """The aliases in a TOML file: `kind` (client or product) and `same`, a list of pairs [left, right].

    Raises:
        Refused: The file cannot be read, is of another kind, too large, or an entry is no pair of short texts; says
            file, line and what to do.
    """
    file = str(path)
    try:
        with path.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise Refused([Problem(file, f"cannot be read: {error.strerror}", "Check the path.")]) from None
    if len(data) > _LARGEST:
        raise Refused([Problem(file, f"is larger than {_LARGEST:,} bytes", "Keep the aliases that are needed.")])
    try:
        text = data.decode("utf-8-sig")
        parsed = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused([Problem(file, "is no UTF-8 text", "Save it as UTF-8.", f"line {line}")]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _PLACE.search(str(error))
        where = f"line {at.group(1)}" if at else ""
        raise Refused([Problem(file, "is no TOML", f"It reads: {_plain(str(error))}.", where)]) from None
    problems = [*_of_the_file(file, parsed, kind)]
    if problems:
        raise Refused(problems)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _ENTRY.match(line)]
    entries = parsed["same"]
    found, problems = [], []
    for place, entry in enumerate(entries):
        line = lines[place] if len(lines) == len(entries) else 0
        where = f"line {line}" if line else f"entry {place + 1}"
        wrong = _wrong(entry, kind)
        if wrong:
            problems.append(Problem(file, wrong[0], wrong[1], where, "same"))
        else:
            found.append(Alias(entry[0].strip(), entry[1].strip(), line))
    if problems:
        raise Refused(problems[:SHOWN], max(0, len(problems) - SHOWN))
    return Aliases(kind, tuple(dict.fromkeys(found)))


def _of_the_file(file: str, parsed: dict[str, object], kind: str) -> Iterator[Problem]:
    for key in sorted(set(parsed) - _KEYS):
        yield Problem(file, f"no setting is called {shown(key)}", "There are kind and same.")
    if parsed.get("kind") not in KINDS:
        yield Problem(file, "does not say what it holds", 'Write kind = "client" or kind = "product".', column="kind")
    elif parsed["kind"] != kind:
        yield Problem(
            file, f"holds aliases of {parsed['kind']}s", f"Here, aliases of {kind}s are needed.", column="kind"
        )
    same = parsed.get("same")
    if not isinstance(same, list):
        yield Problem(file, "has no list of pairs", 'Write same = [["left", "right"], ...].', column="same")
    elif len(same) > _MOST:
        yield Problem(file, f"holds more than {_MOST:,} pairs", "Keep those that are needed.", column="same")


def fits(text: str) -> bool:
    """Whether a file of aliases may hold `text`."""
    return _wrong([text, text], "product") is None


def _wrong(entry: object, kind: str) -> tuple[str, str] | None:
    """What is wrong with an entry and what would be right; None where nothing is."""
    if not (isinstance(entry, list) and len(entry) == 2 and all(isinstance(text, str) for text in entry)):
        return "is no pair of texts", 'Write ["left", "right"].'
    for text in entry:
        words = len(fold(text).split())
        if len(text) > LONGEST:
            return f"{shown(text)} is longer than {LONGEST} characters", "Shorten it."
        if any(not sign.isprintable() for sign in text):
            return f"{shown(text)} holds control characters", "Write plain text."
        if not words:
            return f"{shown(text)} holds no word", "Write what stands in names."
        if kind == "client" and words > _MOST_WORDS:
            return (
                f"{shown(text)} is no word of names",
                f"At most {_MOST_WORDS} words; clients belong in client_map.csv.",
            )
    return None


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]
