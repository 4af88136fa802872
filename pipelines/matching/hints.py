"""Hints: what a caller knows of single pairs beside names and columns, asked where names do not decide.

Belongs here: the shape of a hint, and how hints decide between candidates that are as good by name. Does not belong
here: what a hint rests on, which the caller knows.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.matching.evidence import evidence_names
from pipelines.matching.lists import NameList
from pipelines.matching.pairing import Paired

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Hint(NamedTuple):
    """Log odds for a pair, and why, in words; no words where it speaks against."""

    odds: float
    words: str


Ask = Callable[[str, str], Hint]
"""From a left id and a right id to what the caller knows of that pair."""


def hints_between(
    tied: Flags, sides: tuple[NameList, NameList], rows: tuple[Ints, Ints], doubtful: Flags, ask: Ask
) -> Floats:
    """The log odds that hints add to pairs that are tied by name, zero for all others.

    A hint never speaks for a pair that something contradicts. Where hints speak for none of the tied, they say nothing:
    the least unlikely one is no answer.

    Args:
        tied: Pairs as good as each other.
        sides: Left and right list.
        rows: The left and the right row of each pair.
        doubtful: Pairs that something contradicts.
        ask: Knows the hints.
    """
    odds = np.zeros(len(tied))
    left, right = sides
    for index in np.flatnonzero(tied).tolist():
        said = ask(left.ids[rows[0][index]], right.ids[rows[1][index]]).odds
        odds[index] = min(said, 0.0) if doubtful[index] else said
    speaks = np.zeros(len(left), dtype=bool)
    speaks[rows[0][odds > 0]] = True
    return np.where(speaks[rows[0]], odds, 0.0)


def other_numbers(paired: Paired, best: Ints, kind: str) -> Flags:
    """Whether the names of a pair hold different numbers: store 12 is not store 13, whatever they hold."""
    names = evidence_names(kind)
    if "other numbers" not in names:
        return np.zeros(len(best), dtype=bool)
    return np.asarray(paired.evidence[best, names.index("other numbers")] > 0)
