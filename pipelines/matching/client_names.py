"""How a company's name is read: legal form apart, abbreviations spelled out, trade names and former names on their own.

Belongs here: from one name to its readings. Does not belong here: comparing two names; the words (data files).
"""

import re
from collections.abc import Iterator
from functools import cache

from pipelines.matching.data_files import toml
from pipelines.matching.folding import Phrases, fold, join_initials, plain, same_words, whole_words
from pipelines.matching.readings import Reading

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
# Registers add where a company is incorporated, or that the name was used before: "KEYCORP /NEW/", "INTEL CORP/DE".
_REGISTER_REMARK = re.compile(r"\s*/\s*(?:[a-z]{2,3}|adv)\s*/?\s*$")
_MOST_READINGS = 8
LONGEST_INITIALS = 7
MARKED = ("former name", "trade name")
"""What readings are called that a name itself marks as another name."""


_SOME = r"\S+(?: \S+)?"


def _longest_first(pattern: str) -> tuple[int, str]:
    return -len(pattern), pattern


class _Rules:
    """The data files in the form that reading needs."""

    def __init__(self) -> None:
        words = toml("client_words.toml")
        legal = toml("legal_forms.toml")
        forms = legal["forms"]
        self.closing = whole_words(legal["closing"])
        self.canonical = {phrase: form for form, entry in forms.items() for phrase in entry["words"]}
        self.short_forms = frozenset(phrase for phrase in self.canonical if len(phrase) <= 4 and " " not in phrase)
        everywhere = {phrase for entry in forms.values() if entry.get("prefix") for phrase in entry["words"]}
        # Scripts without blanks between words write the form and the name as one.
        self.attached = re.compile(
            "|".join(re.escape(form) for form in self.canonical if ord(form[0]) > 0x2E00) or "(?!)"
        )
        self.at_end = re.compile(rf"(?:{whole_words(self.canonical).pattern})$")
        self.at_start = re.compile(rf"^(?:{whole_words(everywhere).pattern})")
        self.spelling = Phrases(same_words(words["same"]))
        self.weak = frozenset(words["weak"])
        self.trade = _markers(words["trade"])
        self.former = _markers(words["former"])
        related = sorted((phrase.replace("*", _SOME) for phrase in words["related"]), key=_longest_first)
        self.related = re.compile(rf"(?<!\S)(?:{'|'.join(related)})(?!\S)")
        self.remarks = frozenset(words["qualifiers"])


def _markers(markers: list[str]) -> re.Pattern[str]:
    ordered = sorted(markers, key=len, reverse=True)
    return re.compile(rf"(?<![^\s(,;\-])(?:{'|'.join(map(re.escape, ordered))})(?=[\s:.,)]|$)[\s:.,]*")


@cache
def _rules() -> _Rules:
    return _Rules()


def weak_words() -> frozenset[str]:
    """Words of companies' names that say little about who it is."""
    return _rules().weak


def relations(name: str) -> tuple[str, ...]:
    """What a name says that makes it a parent or a part of another: "branch", "a contoso company"; in its order."""
    return tuple(_rules().related.findall(fold(name)))


def words_without_form(name: str) -> tuple[str, ...]:
    """The words of a company's name as they are spelled, without brackets, legal form and small words."""
    rules = _rules()
    text = " ".join(_BRACKETS.sub(" ", plain(name)).split())
    core = join_initials(fold(rules.attached.sub(r" \g<0> ", text)), rules.short_forms)
    while found := rules.at_end.search(core):
        core = core[: found.start()].strip()
    return tuple(word for word in core.split() if word not in ("and", "the"))


def read_client_name(name: str) -> tuple[Reading, ...]:
    """The readings of a company's name, the name as it stands first; at least one, which may have no words at all."""
    rules = _rules()
    found: dict[tuple[tuple[str, ...], str], Reading] = {}
    for text, said in _parts(plain(name), rules):
        reading = _read(text, said, rules)
        if reading.words or not found:
            found.setdefault((reading.words, reading.form), reading)
        if len(found) == _MOST_READINGS:
            break
    readings = tuple(found.values())
    return readings if len(readings) == 1 else tuple(r for r in readings if r.words) or readings[:1]


def _parts(text: str, rules: _Rules) -> Iterator[tuple[str, str]]:
    """The texts to read in one name, each with what it is."""
    text = _REGISTER_REMARK.sub("", text).lstrip("* ")
    inside = [content.strip() for content in _BRACKETS.findall(text)]
    outside = " ".join(_BRACKETS.sub(" ", text).split())
    marked = [(rules.former, MARKED[0]), (rules.trade, MARKED[1])]
    remarks = [content for content in inside if fold(content) in rules.remarks]
    spoken = [content for content in inside if any(marker.match(content) for marker, _ in marked)]
    for marker, kind in marked:
        pieces = [piece.strip(" -,;:") for piece in marker.split(outside)]
        if len(pieces) > 1 and any(map(fold, pieces)):
            for number, piece in enumerate(filter(fold, pieces)):
                yield from _with_and_without_tail(piece, "" if number == 0 else kind, rules)
            break
    else:
        if len(inside) > len(remarks) + len(spoken):
            yield " ".join(text.split()), ""
        yield from _with_and_without_tail(outside, "", rules)
    for content in inside:
        for marker, kind in marked:
            if marker.match(content):
                yield marker.sub("", content, count=1), kind
                break
        else:
            # "International Business Machines (IBM)": brackets that hold the initials hold a name.
            if content in _read(outside, "", rules).initials:
                yield content, "name in brackets"


def _with_and_without_tail(text: str, said: str, rules: _Rules) -> Iterator[tuple[str, str]]:
    """`text` up to a legal form inside it, where an address or a place follows; and `text`."""
    folded = join_initials(fold(text), rules.short_forms)
    for found in rules.closing.finditer(folded):
        head, tail = folded[: found.end()], folded[found.end() :].strip()
        if folded[: found.start()].strip() and tail and not rules.at_end.search(tail):
            yield head, said
            break
    yield text, said


def _read(text: str, said: str, rules: _Rules) -> Reading:
    folded = join_initials(fold(rules.attached.sub(r" \g<0> ", text)), rules.short_forms)
    core, forms = folded, []
    while found := rules.at_end.search(core):
        forms.append(rules.canonical[found.group()])
        core = core[: found.start()].strip()
    while not forms and (found := rules.at_start.search(core)):
        forms.append(rules.canonical[found.group()])
        core = core[found.end() :].strip()
    if not core:
        # A name of nothing but legal forms: they are all it has, and they say nothing about who it is.
        return Reading((), " ".join(folded.split()), said, written=folded)
    plainly = [word for word in core.split() if word not in ("and", "the")]
    words = tuple(word for word in rules.spelling.replace(core).split() if word not in ("and", "the")) or (core,)
    return Reading(words, forms[-1] if forms else "", said, initials=_initials(plainly, core, forms), written=folded)


def _initials(plainly: list[str], core: str, forms: list[str]) -> tuple[str, ...]:
    """What the name may be shortened to: first letters, with and without small words and the legal form's."""
    if len(plainly) < 2:
        return (core,) if core.isalnum() and 2 <= len(core) <= 6 else ()
    letters = "".join(word[0] for word in plainly)
    strong = "".join(word[0] for word in plainly if word not in ("of", "for", "in", "de", "la", "du", "der", "und"))
    with_and = "".join(word[0] for word in core.split() if word != "the")
    found = {letters, strong, with_and, letters + (forms[-1][0] if forms else "")}
    return tuple(sorted(short for short in found if 3 <= len(short) <= LONGEST_INITIALS))
