"""The ways in which one name can be read, in the form that candidates and features work on.

Belongs here: the shape. Does not belong here: how a name is read (`client_names`, `product_names`).
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.matching.folding import sound, stem

LEARNED = "learned spelling"
"""What a reading is called that rests on a habit of this home (`habits`)."""


class Further(NamedTuple):
    """One more name of a row. `origin` says where it comes from, `said` what its readings are called."""

    row: int
    name: str
    origin: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read one name.

    `words` are folded and canonical, without legal form or noise; `form` the legal form (empty: none); `said` says in
    words where the reading comes from (empty: the name as it stands); `known` the ids of a public table that this
    reading names; `must_agree` the answers that must be equal, `must_not_clash` those that only must not contradict
    (empty: silent); `initials` what it may be shortened to; `written` the folded words before any was replaced.
    """

    words: tuple[str, ...]
    form: str = ""
    said: str = ""
    known: frozenset[str] = frozenset()
    must_agree: tuple[str, ...] = ()
    must_not_clash: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    written: str = ""


@dataclass(slots=True)
class Readings:
    """All readings of one side. Arrays of the same length, one entry per reading; `row` says whose reading it is."""

    row: npt.NDArray[np.int64]
    reading: list[Reading]
    core: list[str] = field(init=False)
    squash: list[str] = field(init=False)
    sound: list[str] = field(init=False)
    stems: list[tuple[str, ...]] = field(init=False)
    origin: list[str]

    def __post_init__(self) -> None:
        self.core = [" ".join(reading.words) for reading in self.reading]
        self.squash = [core.replace(" ", "") for core in self.core]
        self.sound = [sound(squash) for squash in self.squash]
        self.stems = [_stems(reading.words) for reading in self.reading]

    def __len__(self) -> int:
        return len(self.reading)

    def only(self, kept: npt.NDArray[np.bool_]) -> "Readings":
        """Those readings that are kept."""
        places = np.flatnonzero(kept).tolist()
        return Readings(self.row[kept], [self.reading[i] for i in places], [self.origin[i] for i in places])


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keeps Python from searching for cycles among the readings: there are none, and it takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _stems(words: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of `words`; a word that comes again is another one ("Johnson & Johnson" is not "Johnson Controls")."""
    stems = tuple(map(stem, words))
    if len(set(stems)) == len(stems):
        return stems
    return tuple(
        f"{one} {stems[:place].count(one)}" if one in stems[:place] else one for place, one in enumerate(stems)
    )


def read_all(
    names: Sequence[str],
    read: Callable[[str], tuple[Reading, ...]],
    further: Sequence[Further] = (),
) -> Readings:
    """Every reading of every name.

    Args:
        names: One name per row.
        read: Reads one name; called once per distinct name. A loop in Python: 100,000 names take about three seconds,
            and no library reads names.
        further: More names of rows. They are what decisions taught; the origin lets a caller keep a decision from
            proving itself.

    Returns:
        The readings, by row.
    """
    cache: dict[str, tuple[Reading, ...]] = {}
    rows: list[int] = []
    readings: list[Reading] = []
    origins: list[str] = []
    with _no_collection():
        for row, name, origin, said in [*((row, name, "", "") for row, name in enumerate(names)), *further]:
            found = cache.get(name)
            if found is None:
                found = cache[name] = read(name)
            if said:
                found = tuple(replace(reading, said=said) for reading in found[:1])
            rows.extend([row] * len(found))
            readings.extend(found)
            origins.extend([origin] * len(found))
    return Readings(np.array(rows, dtype=np.int64), readings, origins)
