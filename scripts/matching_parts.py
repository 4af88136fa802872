"""A labelled set once more with other rows to choose from: how many there are, and how many left rows belong to one.

Belongs here: choosing the rows, by a hash of their ids, so that every run chooses the same. Does not belong here:
training. Public sets are few and each has one length and one share of counterparts; without these parts a model learns
that every list is as long and as well covered as theirs.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from pipelines.matching.lists import NameList

Truth = Mapping[str, frozenset[str]]
Part = tuple[str, NameList, NameList, Truth]

_HALF = 0.5
_OTHERS = 0.1  # of the rows that belong to nothing, where nearly all are to belong together


def parts(left: NameList, right: NameList, truth: Truth) -> Iterator[Part]:
    """Two parts: half of the right rows gone, and few rows on either side that belong to nothing."""
    yield "half of the right rows", *_part(left, right, truth, frozenset(left.ids), _some(right.ids, _HALF))
    belong = frozenset(right_id for right_ids in truth.values() for right_id in right_ids)
    ours = frozenset(truth) | _some(left.ids, _OTHERS)
    theirs = belong | _some(right.ids, _OTHERS)
    if len(ours & {*left.ids}) < len(left) or len(theirs & {*right.ids}) < len(right):
        yield "few rows without a counterpart", *_part(left, right, truth, ours, theirs)


def _part(
    left: NameList, right: NameList, truth: Truth, ours: frozenset[str], theirs: frozenset[str]
) -> tuple[NameList, NameList, Truth]:
    fewer, choice = _only(left, ours), _only(right, theirs)
    found = {left_id: truth[left_id] & theirs for left_id in fewer.ids if truth.get(left_id, frozenset()) & theirs}
    return fewer, choice, found


def _some(ids: Sequence[str], share: float) -> frozenset[str]:
    def drawn(row_id: str) -> float:
        return int(hashlib.sha256(f"part {row_id}".encode()).hexdigest()[:8], 16) / 16**8

    return frozenset(row_id for row_id in ids if drawn(row_id) < share)


def _only(side: NameList, kept: frozenset[str]) -> NameList:
    places = [place for place, row_id in enumerate(side.ids) if row_id in kept]
    columns = {header: [values[place] for place in places] for header, values in side.columns.items()}
    return NameList([side.ids[place] for place in places], [side.names[place] for place in places], columns)
