"""Text without what never tells two names apart: case, marks, width, punctuation.

Belongs here: single strings, no knowledge of companies or products. Does not belong here: words and their meanings.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

# Longer names are cut before they are compared: no company or product needs more, and edit distances cost by length.
LONGEST = 300

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_QUOTES = re.compile(r"(?<=\w)['’‘`´ʼ](?=\w{1,2}\b)")
_AND = re.compile(r"[&+＆]")
_NOT_WORD = re.compile(r"[\W_]+")
_SPELLINGS = (("ij", "y"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ph", "f"), ("ck", "k"), ("th", "t"), ("sch", "s"))
_TWICE = re.compile(r"(.)\1+")
_SINGLE_LETTERS = re.compile(r"\b(?:[^\W\d_] ){1,7}[^\W\d_]\b")


def plain(text: str) -> str:
    """`text` in lower case, without marks on letters, in one width; punctuation stays. Cut at `LONGEST` characters."""
    if text.isascii():
        return text[:LONGEST].casefold()
    # Twice: some letters have a small form only once they are taken apart.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text[: LONGEST * 2].casefold()).casefold())
    kept = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", kept).translate(_LETTERS)[:LONGEST]


def fold(text: str) -> str:
    """The words of `text`, folded, with one blank between them; "&" and "+" become "and". Empty if there are none."""
    return _NOT_WORD.sub(" ", _AND.sub(" and ", _QUOTES.sub("", plain(text)))).strip()


def join_initials(folded: str, forms: frozenset[str] = frozenset()) -> str:
    """Single letters in a row drawn together: "a o smith" becomes "ao smith", "b v" becomes "bv".

    Args:
        folded: Folded text.
        forms: Words that end such a row as a word of their own: "d s m n v" becomes "dsm nv".
    """

    def join(found: re.Match[str]) -> str:
        row = found.group().replace(" ", "")
        for length in range(min(4, len(row) - 2), 1, -1):
            if row[-length:] in forms:
                return f"{row[:-length]} {row[-length:]}"
        return row

    return _SINGLE_LETTERS.sub(join, folded)


def sound(squashed: str) -> str:
    """`squashed` (no blanks) with usual spellings of one sound made one, for comparing only.

    "philips" and "filips", "maatschappij" and "maatschappy", "grunenthal" and "gruenenthal" become equal.
    """
    for written, heard in _SPELLINGS:
        squashed = squashed.replace(written, heard)
    return _TWICE.sub(r"\1", squashed)


def stem(word: str) -> str:
    """`word` without the s of its plural or genitive; short words stay."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class Phrases:
    """Replaces phrases (runs of whole words) by others, the longest first, in one pass over a folded text."""

    def __init__(self, replacements: dict[str, str]) -> None:
        self._replacements = replacements
        self._pattern = whole_words(replacements)

    def replace(self, folded: str) -> str:
        """`folded` with every phrase replaced."""
        replaced = self._pattern.sub(lambda found: self._replacements[found.group()], folded)
        return " ".join(replaced.split())


def whole_words(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of `phrases` as whole words, the longest where several begin at one place."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, ordered))})(?!\S)" if ordered else r"(?!)")


def same_words(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """From groups of equal meaning to a mapping onto the first of each group."""
    return {other: first for first, *others in groups for other in others}
