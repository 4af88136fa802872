"""From two lists to weighed pairs of rows: candidates, refusals, evidence, the best reading of each pair.

Belongs here: the steps up to the evidence. Does not belong here: scores and tiers (`matching`), training (`training`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.matching.aliases import Alias
from pipelines.matching.candidates import Pairs, find_pairs
from pipelines.matching.client_names import MARKED, read_client_name
from pipelines.matching.context import Column, codes, pairs_of_ids, shared_columns
from pipelines.matching.decisions import Decisions
from pipelines.matching.evidence import measure
from pipelines.matching.habits import learn_habits, learn_right_habits
from pipelines.matching.lists import NameList
from pipelines.matching.product_habits import product_aliases, product_rewritings
from pipelines.matching.product_names import read_product_name
from pipelines.matching.public_skus import sku_of_code
from pipelines.matching.readings import Further, Readings, read_all

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Paired:
    """Pairs of readings with their evidence. All arrays are of one length, one entry per pair.

    `left_row` and `right_row` index the lists, `left` and `right` the readings; `refused` marks pairs of products whose
    names contradict each other and which only an identifier brought together, `given` pairs that only a decision did.
    """

    left_readings: Readings
    right_readings: Readings
    columns: list[Column]
    left: Ints
    right: Ints
    left_row: Ints
    right_row: Ints
    evidence: Floats
    refused: npt.NDArray[np.bool_]
    given: npt.NDArray[np.bool_]


def pair(
    left: NameList,
    right: NameList,
    kind: str,
    decisions: Decisions | None = None,
    progress: Progress | None = None,
    aliases: Sequence[Alias] = (),
) -> Paired:
    """Every pair of readings worth weighing.

    Args:
        left: The list whose rows look for a counterpart.
        right: The list they look in.
        kind: client or product.
        decisions: Accepted pairs lend the right row the left row's name. A pair's own decision is never its evidence.
        progress: Told (what is being done, done, in all).
        aliases: What means the same on either side, from a file; it never makes a pair certain.
    """
    read = read_client_name if kind == "client" else read_product_name
    columns = shared_columns(left, right)
    further = _taught(left, right, kind, decisions or Decisions(), aliases) if decisions or aliases else ([], [])
    if kind == "product":
        further = [*_further(left), *further[0]], [*_further(right), *further[1]]
    ours, theirs = read_all(left.names, read, further[0]), read_all(right.names, read, further[1])
    theirs = _without_shared_owners(ours, theirs) if decisions else theirs
    pairs = find_pairs(ours, theirs, progress and (lambda done, of: progress("looking for candidates", done, of)))
    by_id, by_decision = pairs_of_ids(columns), _rows_of(decisions, left, right)
    pairs, from_ids = _with_rows(pairs, by_id, ours, theirs)
    found = _keys(pairs, len(theirs))
    pairs, decided = _with_rows(pairs, by_decision, ours, theirs)
    given = ~np.isin(_keys(pairs, len(theirs)), found)
    from_ids = _shares_rows(pairs, by_id, ours, theirs)
    left_row, right_row = ours.row[pairs.left], theirs.row[pairs.right]
    refused = _contradict(ours, theirs, pairs.left, pairs.right) if kind == "product" else np.zeros(len(left_row), bool)
    origin = np.array(theirs.origin, dtype=object)[pairs.right]
    own = (origin != "") & (origin == np.array(left.ids, dtype=object)[left_row])
    keep = (~refused | from_ids | decided) & ~own
    pairs = Pairs(pairs.left[keep], pairs.right[keep], pairs.cosine[keep])
    evidence = measure(
        kind, ours, theirs, pairs, progress and (lambda done, of: progress("weighing candidates", done, of))
    )
    rows = left_row[keep], right_row[keep]
    return Paired(ours, theirs, columns, pairs.left, pairs.right, *rows, evidence, refused[keep], given[keep])


def best_readings(paired: Paired, odds: Floats) -> Ints:
    """Of each pair of rows the index of its best pair of readings: the strongest that nothing contradicts."""
    order = np.lexsort((-odds, paired.refused, paired.right_row, paired.left_row))
    rows = np.column_stack([paired.left_row[order], paired.right_row[order]])
    first = np.ones(len(order), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return order[first]


def _further(side: NameList) -> list[Further]:
    """Codes of the public table in other columns: the product that they stand for is one more name of the row."""
    return [Further(row, code) for row, code in codes(side) if sku_of_code(code) is not None]


def _taught(
    left: NameList, right: NameList, kind: str, decisions: Decisions, aliases: Sequence[Alias]
) -> tuple[list[Further], list[Further]]:
    """Further names of left and right rows that decisions and aliases taught."""
    learned = _learned(left, right, decisions)
    if kind == "product":
        return [*product_rewritings(left, right, decisions), *product_aliases(left, aliases)], learned
    habits = learn_habits(left, right, decisions, aliases)
    names = [
        further._replace(name=written)
        for further in learned
        for written, _ in habits.otherwise(further.name, right.ids[further.row])
    ]
    theirs = learn_right_habits(left, right, decisions)
    return (
        [*habits.left_names(left, decisions), *theirs.codes_of(left)],
        [*learned, *names, *habits.codes_of(right), *theirs.without_additions(right)],
    )


def _without_shared_owners(ours: Readings, theirs: Readings) -> Readings:
    """The right readings without lent ones that only name who owns a trade name, where others of the left do as well.

    "Contoso Holdings t/a Lakeside Foods", once confirmed, must not claim "Contoso Holdings t/a Harbor Motors".
    """
    owners = Counter(ours.squash[place] for place in _owners(ours))
    kept = np.ones(len(theirs), dtype=bool)
    for place in _owners(theirs):
        kept[place] = not theirs.origin[place] or owners[theirs.squash[place]] < 2
    return theirs.only(kept)


def _owners(side: Readings) -> Iterator[int]:
    """The readings that are the name as it stands before a trade name or former name of the same row."""
    names: dict[tuple[int, str], list[int]] = {}
    for place, (row, origin) in enumerate(zip(side.row.tolist(), side.origin, strict=True)):
        names.setdefault((row, origin), []).append(place)
    for places in names.values():
        if any(side.reading[place].said in MARKED for place in places):
            yield from (place for place in places if not side.reading[place].said)


def _learned(left: NameList, right: NameList, decisions: Decisions) -> list[Further]:
    names = dict(zip(left.ids, left.names, strict=True))
    rows = {right_id: row for row, right_id in enumerate(right.ids)}
    return [
        Further(rows[right_id], names[left_id], left_id)
        for left_id, right_id in sorted(decisions.accepted)
        if left_id in names and right_id in rows
    ]


def _rows_of(decisions: Decisions | None, left: NameList, right: NameList) -> Ints:
    """The rows of accepted pairs, as (left row, right row) in two columns."""
    accepted = decisions.accepted if decisions else frozenset()
    rows = {row_id: row for row, row_id in enumerate(left.ids)}, {row_id: row for row, row_id in enumerate(right.ids)}
    found = sorted((rows[0][a], rows[1][b]) for a, b in accepted if a in rows[0] and b in rows[1])
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _with_rows(pairs: Pairs, rows: Ints, left: Readings, right: Readings) -> tuple[Pairs, npt.NDArray[np.bool_]]:
    """The pairs, and the first readings of `rows`; and which pairs belong to these rows."""
    if not len(rows):
        return pairs, np.zeros(len(pairs.left), dtype=bool)
    # The first reading of a row is its name as it stands.
    first = np.concatenate([pairs.left, _first_of(left.row, rows[:, 0])])
    second = np.concatenate([pairs.right, _first_of(right.row, rows[:, 1])])
    cosine = np.concatenate([pairs.cosine, np.zeros(len(rows))])
    _, once = np.unique(first * len(right) + second, return_index=True)
    joined = Pairs(first[once], second[once], cosine[once])
    return joined, _shares_rows(joined, rows, left, right)


def _keys(pairs: Pairs, width: int) -> Ints:
    return pairs.left * width + pairs.right


def _shares_rows(pairs: Pairs, rows: Ints, left: Readings, right: Readings) -> npt.NDArray[np.bool_]:
    if not len(rows):
        return np.zeros(len(pairs.left), dtype=bool)
    width = int(max(rows[:, 1].max(), right.row.max())) + 1
    return np.isin(left.row[pairs.left] * width + right.row[pairs.right], rows[:, 0] * width + rows[:, 1])


def _first_of(rows: Ints, wanted: Ints) -> Ints:
    known, place = np.unique(rows, return_index=True)
    return np.asarray(place[np.searchsorted(known, wanted)])


def _contradict(left: Readings, right: Readings, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
    """Whether two readings of products say different things where they must agree, or name different known products."""
    answers = pd.factorize(np.array([*map(_agree, left.reading), *map(_agree, right.reading)], dtype=object))[0]
    refused = answers[: len(left)][first] != answers[len(left) :][second]
    silent = np.array([not r.must_not_clash for r in left.reading], dtype=bool)[first]
    silent |= np.array([not r.must_not_clash for r in right.reading], dtype=bool)[second]
    for index in np.flatnonzero(~refused & ~silent):
        ours, theirs = left.reading[first[index]], right.reading[second[index]]
        refused[index] = not set(ours.must_not_clash) & set(theirs.must_not_clash)
    known = (
        np.array([bool(r.known) for r in left.reading], dtype=bool)[first]
        & np.array([bool(r.known) for r in right.reading], dtype=bool)[second]
    )
    for index in np.flatnonzero(~refused & known):
        refused[index] = not left.reading[first[index]].known & right.reading[second[index]].known
    return np.asarray(refused)


def _agree(reading: object) -> str:
    return "\x1f".join(reading.must_agree)  # type: ignore[attr-defined]  # a Reading; map() keeps no type
