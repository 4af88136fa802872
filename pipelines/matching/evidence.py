"""What speaks for and against a pair of readings, as numbers that a model weighs.

Belongs here: the evidence of the names, each with its name in words. Does not belong here: weights (`model`), other
columns (`context`).
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler
from scipy import sparse

from pipelines.matching.candidates import Pairs
from pipelines.matching.client_names import LONGEST_INITIALS, weak_words
from pipelines.matching.folding import stem
from pipelines.matching.readings import Readings

Floats = npt.NDArray[np.float64]

_WEAK = 0.3  # what a weak word weighs against a telling one
_MOST_ROWS = np.log(1e6)  # the more rows there are, the more look alike by chance
_CHUNK = 200_000

CLIENT_EVIDENCE = (
    "same words",
    "same telling words",
    "same sound",
    "letters alike",
    "letters nearly the same",
    "letters of telling words alike",
    "letters alike in any order of words",
    "beginnings alike",
    "rare letter groups shared",
    "share of the left's words found",
    "share of the right's words found",
    "all words of one found in the other",
    "all words of one found, and rare",
    "one begins with the other",
    "first words the same",
    "how rare the rarest shared word is",
    "no word shared",
    "weight of words only on the left",
    "weight of words only on the right",
    "one is the initials of the other",
    "same legal form",
    "another legal form",
    "other numbers",
    "short name",
    "one of several names of a side",
    "name learned from a decision",
    "rows to choose from",
)
PRODUCT_EVIDENCE = (
    "same words",
    "letters alike",
    "letters nearly the same",
    "letters alike in any order of words",
    "beginnings alike",
    "rare letter groups shared",
    "share of the left's words found",
    "share of the right's words found",
    "all words of one found in the other",
    "all words of one found, and rare",
    "first words the same",
    "how rare the rarest shared word is",
    "no word shared",
    "weight of words only on the left",
    "weight of words only on the right",
    "written alike",
    "same product in the public table",
    "one of several names of a side",
    "name learned from a decision",
    "rows to choose from",
)


def evidence_names(kind: str) -> tuple[str, ...]:
    """The evidence that is looked at for `kind`, client or product, in the order of `measure`'s columns."""
    return CLIENT_EVIDENCE if kind == "client" else PRODUCT_EVIDENCE


def measure(
    kind: str,
    left: Readings,
    right: Readings,
    pairs: Pairs,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """The evidence of every pair.

    Args:
        kind: client or product.
        left: Readings of the left side.
        right: Readings of the right side.
        pairs: Pairs of readings.
        progress: Told (pairs done, pairs in all).

    Returns:
        One row per pair, one column per `evidence_names(kind)`; every value lies between 0 and 1.
    """
    words = _Words(left, right)
    texts = {name: (_array(getattr(left, name)), _array(getattr(right, name))) for name in ("squash", "sound", "core")}
    texts["lean"] = _array(list(map(_lean, left.core))), _array(list(map(_lean, right.core)))
    texts["written"] = (_array([r.written for r in left.reading]), _array([r.written for r in right.reading]))
    flags = _Flags(left, right)
    names = evidence_names(kind)
    out = np.zeros((len(pairs.left), len(names)))
    for start in range(0, len(out), _CHUNK):
        part = slice(start, start + _CHUNK)
        found = _measure(texts, words, flags, pairs.left[part], pairs.right[part], pairs.cosine[part])
        for column, name in enumerate(names):
            out[part, column] = found[name]
        if progress is not None:
            progress(min(start + _CHUNK, len(out)), len(out))
    return out


def _lean(core: str) -> str:
    """The telling words without blanks; where there are none, all words."""
    weak = weak_words()
    return "".join(word for word in core.split() if word not in weak) or core.replace(" ", "")


def _array(texts: Sequence[str]) -> npt.NDArray[np.object_]:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


class _Words:
    """The words of both sides as sparse rows, weighted by how rare they are in both lists together."""

    def __init__(self, left: Readings, right: Readings) -> None:
        stems = [*left.stems, *right.stems]
        lengths = np.fromiter(map(len, stems), dtype=np.int64, count=len(stems))
        columns, known = pd.factorize(_array([word for some in stems for word in some]))
        rows = np.repeat(np.arange(len(stems)), lengths)
        holds = sparse.csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(len(stems), max(len(known), 1)))
        self.held_by = np.bincount(holds[len(left) :].indices, minlength=holds.shape[1])
        weak = {stem(word) for word in weak_words()}
        total = np.log(len(right) + 2)
        weight = np.log((len(right) + 2) / (self.held_by + 1)) / total if len(known) else np.ones(1)
        weight = 0.1 + 0.9 * np.clip(weight, 0, 1)
        weight[: len(known)] *= np.where([word in weak for word in known], _WEAK, 1.0)
        weighted = sparse.csr_matrix(holds @ sparse.diags(weight))
        self.left, self.right = weighted[: len(left)], weighted[len(left) :]
        self.right_holds = holds[len(left) :]
        self.left_holds = holds[: len(left)]
        self.choice = min(np.log(len(right) + 1) / _MOST_ROWS, 1.0)
        self.left_sum, self.right_sum = _sum(self.left), _sum(self.right)


class _Flags:
    """What single readings are, as arrays."""

    def __init__(self, left: Readings, right: Readings) -> None:
        self.form = (_array([r.form for r in left.reading]), _array([r.form for r in right.reading]))
        self.first = (_array([_first(s) for s in left.stems]), _array([_first(s) for s in right.stems]))
        self.other = (
            np.array([bool(r.said) for r in left.reading]),
            np.array([bool(r.said) for r in right.reading]),
        )
        self.learned = (np.array([bool(o) for o in left.origin]), np.array([bool(o) for o in right.origin]))
        self.names_any = (
            np.array([bool(r.known) for r in left.reading]),
            np.array([bool(r.known) for r in right.reading]),
        )
        begins = pd.factorize(_array([squash[:6] for squash in (*left.squash, *right.squash)]))[0]
        self.begins = begins[: len(left)], begins[len(left) :]
        self.known = ([r.known for r in left.reading], [r.known for r in right.reading])
        self.initials = ([r.initials for r in left.reading], [r.initials for r in right.reading])
        self.numbers = (_array(list(map(_numbers, left.core))), _array(list(map(_numbers, right.core))))


def _first(stems: tuple[str, ...]) -> str:
    return stems[0] if stems else ""


def _numbers(core: str) -> str:
    return " ".join(sorted(word for word in core.split() if any(sign.isdigit() for sign in word)))


def _sum(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=1)).ravel()


def _most(matrix: sparse.csr_matrix) -> Floats:
    return matrix.max(axis=1).toarray().ravel()


def _measure(
    texts: dict[str, tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]],
    words: _Words,
    flags: _Flags,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    cosine: Floats,
) -> dict[str, Floats]:
    def alike(name: str, scorer: Callable[..., float]) -> Floats:
        ours, theirs = texts[name]
        scores = process.cpdist(ours[left], theirs[right], scorer=scorer, dtype=np.float32)
        return np.asarray(scores, dtype=np.float64)

    squash, sounds, lean = texts["squash"], texts["sound"], texts["lean"]
    same = (squash[0][left] == squash[1][right]) & (squash[0][left] != "")
    sounds_same = (sounds[0][left] == sounds[1][right]) & (sounds[0][left] != "")
    ours, theirs = words.left[left], words.right[right]
    both = ours.multiply(words.right_holds[right]).tocsr()
    shared = _sum(both)
    left_found = shared / np.maximum(words.left_sum[left], 1e-9)
    right_found = shared / np.maximum(words.right_sum[right], 1e-9)
    only_left = _most((ours - both).tocsr())
    only_right = _most((theirs - both).tocsr())
    ratio = alike("squash", fuzz.ratio) / 100
    first = (flags.first[0][left] == flags.first[1][right]) & (flags.first[0][left] != "")
    lengths = np.array([len(text) for text in squash[0]]), np.array([len(text) for text in squash[1]])
    shorter = np.minimum(lengths[0][left], lengths[1][right])
    alike_begin = first | (flags.begins[0][left] == flags.begins[1][right])
    begins = _begins(texts["core"][0][left], texts["core"][1][right], alike_begin)
    forms = flags.form[0][left], flags.form[1][right]
    stated = (forms[0] != "") & (forms[1] != "")
    short = _short_for(flags, squash, left, right, shorter)
    shared_words = shared > 0
    return {
        "same words": same.astype(float),
        "same telling words": ((lean[0][left] == lean[1][right]) & (lean[0][left] != "")).astype(float),
        "letters of telling words alike": (alike("lean", fuzz.ratio) / 100) ** 3,
        "same sound": sounds_same.astype(float),
        "letters alike": ratio**2,
        "letters nearly the same": np.clip((ratio - 0.85) / 0.15, 0, 1) * np.clip((shorter - 3) / 6, 0, 1),
        "letters alike in any order of words": (alike("core", fuzz.token_sort_ratio) / 100) ** 2,
        "beginnings alike": np.clip((alike("squash", JaroWinkler.similarity) - 0.6) / 0.4, 0, 1),
        "rare letter groups shared": np.clip(cosine, 0, 1),
        "share of the left's words found": np.clip(left_found, 0, 1),
        "share of the right's words found": np.clip(right_found, 0, 1),
        "all words of one found in the other": (np.maximum(left_found, right_found) > 0.999).astype(float),
        "all words of one found, and rare": np.maximum(left_found, right_found) ** 4
        * np.where(shared > 0, _most(both), 0),
        "one begins with the other": begins,
        "first words the same": first.astype(float),
        "how rare the rarest shared word is": np.where(shared_words, _most(both), 0),
        "no word shared": (~shared_words).astype(float),
        "weight of words only on the left": only_left,
        "weight of words only on the right": only_right,
        "one is the initials of the other": short,
        "same legal form": (stated & (forms[0] == forms[1])).astype(float),
        "another legal form": (stated & (forms[0] != forms[1])).astype(float),
        "other numbers": (flags.numbers[0][left] != flags.numbers[1][right]).astype(float),
        "short name": np.where(shorter > 0, np.clip((6 - shorter) / 6, 0, 1), 1.0),
        "written alike": (alike("written", fuzz.ratio) / 100) ** 2,
        "same product in the public table": _overlap(flags, left, right),
        "one of several names of a side": (flags.other[0][left] | flags.other[1][right]).astype(float),
        "rows to choose from": np.full(len(left), words.choice),
        "name learned from a decision": (flags.learned[0][left] | flags.learned[1][right]).astype(float),
    }


def _begins(left: npt.NDArray[np.object_], right: npt.NDArray[np.object_], worth: npt.NDArray[np.bool_]) -> Floats:
    """1 where all words of one stand at the beginning of the other; a loop over the pairs that are `worth` it."""
    out = np.zeros(len(left))
    for index in np.flatnonzero(worth):
        out[index] = _begin(left[index], right[index])
    return out


def _begin(left: str, right: str) -> bool:
    shorter, longer = (left, right) if len(left) <= len(right) else (right, left)
    if not shorter or left == right or shorter[0] != longer[0]:
        return False
    if longer.startswith(f"{shorter} "):
        return True
    # "Supermicro" begins "Super Micro Computer".
    squashed = shorter.replace(" ", "")
    if len(squashed) < 6 or not longer.replace(" ", "").startswith(squashed):
        return False
    lengths = np.cumsum([len(word) for word in longer.split()])
    return len(squashed) in lengths


def _short_for(
    flags: _Flags,
    squash: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    shorter: npt.NDArray[np.int64],
) -> Floats:
    """1 where one side is nothing but the initials of the other; a loop over the pairs with a side that short."""
    out = np.zeros(len(left))
    ours, theirs = flags.initials
    for index in np.flatnonzero(shorter <= LONGEST_INITIALS):
        i, j = left[index], right[index]
        a, b = squash[0][i], squash[1][j]
        out[index] = a != b and (a in theirs[j] or b in ours[i])
    return out


def _overlap(flags: _Flags, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> Floats:
    """1 where both sides name one product of the public table; a loop over the pairs of which both name any."""
    out = np.zeros(len(left))
    ours, theirs = flags.known
    for index in np.flatnonzero(flags.names_any[0][left] & flags.names_any[1][right]):
        out[index] = bool(ours[left[index]] & theirs[right[index]])
    return out
