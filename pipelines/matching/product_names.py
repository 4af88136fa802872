"""How a product's name is read: abbreviations, what must agree, earlier and later names, codes of the public table.

Belongs here: from one name to its readings. Does not belong here: comparing two names; the words (data files).
"""

import re
from dataclasses import replace
from functools import cache

from pipelines.matching import public_skus
from pipelines.matching.data_files import table, toml
from pipelines.matching.distinctions import read_answers
from pipelines.matching.folding import Phrases, fold, same_words, whole_words
from pipelines.matching.readings import Reading

_MOST_READINGS = 8
_RENAMES_IN_A_ROW = 2
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Partner Center's offer ids, which say nothing about the product: no public table explains them.
_OFFER = re.compile(r"\bcfq7ttc0\w{4}(?: 0\w{3})?\b")
_CODE = re.compile(r"(?<!\w)[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+(?!\w)")


class _Rules:
    def __init__(self) -> None:
        words = toml("product_words.toml")
        self.spelling = Phrases(same_words(words["same"]))
        self.noise = frozenset(words["noise"])
        self.renames = {canonical(row["old"], self.spelling): row for row in table("product_renames.csv")}
        self.new_name = {old: canonical(row["new"], self.spelling) for old, row in self.renames.items()}
        self.old_names = whole_words(self.new_name)


def canonical(text: str, spelling: Phrases) -> str:
    """The folded words of a product's name with the usual spellings of one thing made one."""
    text = _OFFER.sub(" ", fold(text))
    # Twice: what one replacement leaves ("w/o teams" to "without teams") another completes.
    return spelling.replace(spelling.replace(text))


@cache
def _rules() -> _Rules:
    return _Rules()


@cache
def _known_names() -> tuple[dict[str, frozenset[str]], dict[tuple[str, ...], frozenset[str]]]:
    """The GUIDs of the public table by folded name, and by what a name reads as."""
    exact: dict[str, set[str]] = {}
    alike: dict[tuple[str, ...], set[str]] = {}
    for name, sku_id in public_skus.names():
        exact.setdefault(fold(name), set()).add(sku_id)
        alike.setdefault(_key(canonical(name, _rules().spelling)), set()).add(sku_id)
    return (
        {name: frozenset(ids) for name, ids in exact.items()},
        {key: frozenset(ids) for key, ids in alike.items()},
    )


def _key(folded: str) -> tuple[str, ...]:
    """What a name reads as: its telling words in their order, with every answer."""
    reading = _reading(folded, folded, "", frozenset())
    return (*reading.words, "|", *reading.must_agree)


def read_product_name(name: str) -> tuple[Reading, ...]:
    """The readings of a product's name, the name as it stands first; at least one, which may have no words at all.

    A name that is a code of Microsoft's public table, or holds one, reads as the product that the table names. A name
    that was given up reads as the later name too, and a later name as nothing but itself.
    """
    rules = _rules()
    found: dict[str, Reading] = {}
    sku, code = _code_in(name)
    texts = [(name, "")]
    if sku is not None:
        texts = [(known, f"{code} is {known} in Microsoft's public table") for known in sku.names]
    for spelled, said in texts:
        text = canonical(spelled, rules.spelling)
        found[text] = _reading(text, fold(spelled), said, sku.ids if sku is not None else None)
    if sku is None:
        # A code is no old name: the table gives today's name for it already.
        _add_renamed(text, fold(name), found, rules)
    return tuple(found.values())[:_MOST_READINGS]


def _add_renamed(text: str, written: str, found: dict[str, Reading], rules: _Rules) -> None:
    standing = _known_names()[0].get(written)
    for _ in range(_RENAMES_IN_A_ROW):
        fact = rules.old_names.search(text)
        if fact is None:
            return
        old = fact.group()
        row = rules.renames[old]
        new = rules.new_name[old]
        whole = _without_noise(text, rules) == _without_noise(old, rules)
        # "Intune" is part of "Microsoft Intune": a name that already is the new one was not renamed.
        if (row["reach"] == "whole" and not whole) or new in text:
            return
        text = " ".join(f"{text[: fact.start()]} {new} {text[fact.end() :]}".split())
        # The words as written keep apart what reads alike; where the old name is spelled otherwise there, they are
        # lost.
        written = written.replace(fold(row["old"]), fold(row["new"])) if fold(row["old"]) in written else text
        if text not in found:
            said = f"{row['old']} is called {row['new']} since {row['since']}"
            # A name that the public table still holds keeps its own product, whatever others are called now.
            found[text] = _reading(text, written, said, standing)


def _without_noise(text: str, rules: _Rules) -> list[str]:
    return [word for word in text.split() if word not in rules.noise]


def _reading(folded: str, written: str, said: str, known: frozenset[str] | None) -> Reading:
    answers = read_answers(folded)
    rest = tuple(word for word in answers.rest if word not in _rules().noise)
    # A product whose name is all distinctions and noise ("Microsoft 365 E3") is told by them.
    words = rest or tuple(answer.partition("=")[2].casefold() for answer in answers.must_agree)
    reading = Reading(words, "", said, known or frozenset(), answers.must_agree, answers.must_not_clash, (), written)
    if known is None:
        exact, alike = _known_names()
        return replace(reading, known=exact.get(written) or alike.get((*words, "|", *answers.must_agree), frozenset()))
    return reading


def _code_in(name: str) -> tuple[public_skus.Sku | None, str]:
    """The code of the public table that the name is, or holds, and the code as written."""
    stripped = name.strip()
    sku = public_skus.sku_of_code(stripped) if stripped else None
    # A part number that is a word ("INTUNE", "Power BI") is a name as well: then the name decides.
    if sku is not None and (_GUID.fullmatch(stripped) or "_" in stripped or stripped.upper() == stripped):
        return sku, stripped
    for code in _GUID.findall(stripped)[:1]:
        return public_skus.sku_of_code(code), code
    for code in _CODE.findall(stripped):
        held = public_skus.sku_of_code(code)
        if held is not None:
            return held, code
    return None, ""
