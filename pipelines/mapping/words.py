"""Small words: texts of other systems made safe to show and to write, numbers as people read them.

Belongs here: one text or number at a time. Does not belong here: what is shown where.
"""

from decimal import Decimal

LONGEST_REASON = 300


def one_line(text: str, longest: int = LONGEST_REASON) -> str:
    """A text in one line of printable signs, so that it fits a rule's cell: names come from vendors as they are."""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def plain(number: Decimal | None) -> str:
    """A quantity or amount without needless zeros after the point."""
    if number is None:
        return ""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
