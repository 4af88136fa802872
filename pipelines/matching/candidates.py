"""Which pairs are worth a look: never all of them.

Belongs here: candidates by rare letter groups, rare words and equal keys. Does not belong here: judging a pair.

The cost grows with the rows, not with their product: every left reading looks only at the entries of its rarest letter
groups and words, up to a fixed number of entries of the right side (`_ENTRIES`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from pipelines.matching.readings import Readings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ENTRIES = 1200  # entries of the right side that one left reading may look at
_LEAST_COSINE = 0.18
_BEST = 10  # candidates by text of one left reading
_SAME_KEY = 30  # right readings of one key that are looked at: a name that more rows carry decides nothing
_CHUNK = 1000
_WORD_WEIGHT = 1.5  # a whole word against a group of three letters


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of readings, by index into either side, with the cosine (0 to 1) of their letter groups."""

    left: Ints
    right: Ints
    cosine: Floats


def find_pairs(left: Readings, right: Readings, progress: Callable[[int, int], None] | None = None) -> Pairs:
    """The pairs of readings that share rare letter groups, rare words, or a whole key.

    Args:
        left: Readings of the left side.
        right: Readings of the right side.
        progress: Told (left readings done, left readings in all).

    Returns:
        Each pair once, in no particular order.
    """
    if not len(left) or not len(right):
        nothing = np.zeros(0, dtype=np.int64)
        return Pairs(nothing, nothing, np.zeros(0))
    ours, theirs = _weights(left, right)
    by_text = _nearest(ours, theirs, progress)
    by_key = [
        _join(list(enumerate(left.squash)), list(enumerate(right.squash))),
        _join(list(enumerate(left.sound)), list(enumerate(right.sound))),
        _join(_initials(left), _initials(right)),
    ]
    pairs = np.concatenate([by_text, *by_key])
    pairs = np.unique(pairs[:, 0] * len(right) + pairs[:, 1])
    first, second = pairs // len(right), pairs % len(right)
    return Pairs(first, second, _cosines(ours, theirs, first, second))


def _initials(side: Readings) -> list[tuple[int, str]]:
    return [(index, short) for index, reading in enumerate(side.reading) for short in reading.initials]


def _join(left: Sequence[tuple[int, str]], right: Sequence[tuple[int, str]]) -> Ints:
    """Pairs of entries with one key, as (left, right) in two columns; at most `_SAME_KEY` right ones each."""
    ours = pd.DataFrame(left, columns=["left", "key"])
    theirs = pd.DataFrame(right, columns=["right", "key"])
    theirs = theirs[(theirs["key"] != "") & (theirs.groupby("key").cumcount() < _SAME_KEY)]
    return ours.merge(theirs, on="key")[["left", "right"]].to_numpy(dtype=np.int64).reshape(-1, 2)


def _weights(left: Readings, right: Readings) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Both sides as rows of unit length over letter groups and words, weighted by how rare they are on the right."""
    grams, columns = _letter_groups([*left.core, *right.core])
    words = _incidence([*left.stems, *right.stems])
    counts = sparse.hstack([grams, words], format="csr")
    split = len(left)
    theirs = counts[split:]
    held_by = np.bincount(theirs.indices, minlength=counts.shape[1])
    weight = np.log((theirs.shape[0] + 1) / (held_by + 0.5))
    weight[columns:] *= _WORD_WEIGHT
    scaled = counts @ sparse.diags(np.maximum(weight, 0.05))
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    scaled = sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-9)) @ scaled, dtype=np.float32)
    return scaled[:split], scaled[split:]


def _letter_groups(texts: Sequence[str]) -> tuple[sparse.csr_matrix, int]:
    """Groups of three letters per text, by code points all at once; begin and end count as a blank each."""
    padded = [f" {text} " for text in texts]
    lengths = np.fromiter(map(len, padded), dtype=np.int64, count=len(padded))
    signs = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    rows = np.repeat(np.arange(len(padded)), lengths)
    if len(signs) < 3:
        return sparse.csr_matrix((len(padded), 0)), 0
    inside = rows[:-2] == rows[2:]
    codes = ((signs[:-2] << np.uint64(42)) | (signs[1:-1] << np.uint64(21)) | signs[2:])[inside]
    known, columns = np.unique(codes, return_inverse=True)
    shape = (len(padded), len(known))
    matrix = sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), (rows[:-2][inside], columns)), shape=shape)
    matrix.data[:] = 1
    return matrix, len(known)


def _incidence(words: Sequence[Iterable[str]]) -> sparse.csr_matrix:
    """Which text holds which word, one column per word."""
    lengths = np.fromiter((len(tuple(some)) for some in words), dtype=np.int64, count=len(words))
    columns, known = pd.factorize(np.array([word for some in words for word in some], dtype=object))
    rows = np.repeat(np.arange(len(words)), lengths)
    return sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), (rows, columns)), shape=(len(words), len(known)))


def _nearest(left: sparse.csr_matrix, right: sparse.csr_matrix, progress: Callable[[int, int], None] | None) -> Ints:
    """For each left row the right rows nearest to it, as (left, right) in two columns."""
    looked_at = _rarest_entries(left, np.bincount(right.indices, minlength=right.shape[1]))
    across = sparse.csr_matrix(right.T)
    found: list[Ints] = []
    for start in range(0, left.shape[0], _CHUNK):
        near = looked_at[start : start + _CHUNK] @ across
        strong = near.data >= _LEAST_COSINE
        rows = np.repeat(np.arange(near.shape[0]), np.diff(near.indptr))[strong]
        columns, cosines = near.indices[strong], near.data[strong]
        order = np.lexsort((columns, -cosines, rows))
        rows, columns = rows[order], columns[order]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        best = place < _BEST
        found.append(np.column_stack([rows[best] + start, columns[best]]).astype(np.int64))
        if progress is not None:
            progress(min(start + _CHUNK, left.shape[0]), left.shape[0])
    return np.concatenate(found)


def _rarest_entries(left: sparse.csr_matrix, held_by: Ints) -> sparse.csr_matrix:
    """`left` without the columns that cost most: per row the rarest stay until `_ENTRIES` entries are reached."""
    rows = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
    cost = held_by[left.indices]
    order = np.lexsort((cost, rows))
    running = np.cumsum(cost[order])
    begins = left.indptr[:-1][np.diff(left.indptr) > 0]
    before = np.repeat(running[begins] - cost[order][begins], np.diff(left.indptr)[np.diff(left.indptr) > 0])
    keep = np.zeros(len(cost), dtype=bool)
    keep[order] = (running - before <= _ENTRIES) & (cost[order] > 0)
    return sparse.csr_matrix((left.data[keep], (rows[keep], left.indices[keep])), shape=left.shape)


def _cosines(left: sparse.csr_matrix, right: sparse.csr_matrix, first: Ints, second: Ints) -> Floats:
    """The cosine of each pair, over all columns."""
    out = np.zeros(len(first))
    for start in range(0, len(first), 100_000):
        part = slice(start, start + 100_000)
        out[part] = np.asarray(left[first[part]].multiply(right[second[part]]).sum(axis=1)).ravel()
    return out
