"""Which row is which: two lists in, scored and explained pairs out.

Belongs here: scores, tiers, and which pairs are told. Does not belong here: evidence (`pairing`), words (`reasons`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.aliases import Alias
from pipelines.matching.client_names import relations
from pipelines.matching.context import weigh
from pipelines.matching.data_files import toml
from pipelines.matching.decisions import Decisions
from pipelines.matching.folding import fold
from pipelines.matching.hints import Ask, hints_between, other_numbers
from pipelines.matching.lists import NameList
from pipelines.matching.model import Model, compete, default_model, margins
from pipelines.matching.pairing import Paired, Progress, best_readings, pair
from pipelines.matching.readings import LEARNED, Readings
from pipelines.matching.reasons import Reasons

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TIERS = ("certain", "likely", "possible")

# Candidates whose log odds lie closer than this are as good as each other: neither is more than possible.
_CLOSE = 1.0
# Of several candidates as good as each other, those with a smaller share are too many to be told.
_EQUAL_SHARE = 0.3
# Shorter names (without legal form) are shared by too many to be certain by themselves.
_SHORTEST_CERTAIN = 3

PREDICTIONS = pa.schema(
    [
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("score", pa.float64()),
        ("tier", pa.string()),
        ("reasons", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of rows with what they score, before anything is left out. Arrays of one length, one entry per pair.

    `best` indexes the pair's best readings in `paired`; `probability` is not calibrated yet, `score` is; `margin` is
    how far it is ahead of the next best (`model.margins`); `share` is the pair's part in what all candidates of the
    left row have together by name; `close` marks the best candidates of a left row where they come close to each other,
    `hinted` those that came close by name and between which hints decided;
    `same_id` pairs that share an identifier, `other_id` pairs that an identifier contradicts.
    """

    paired: Paired
    best: Ints
    left_row: Ints
    right_row: Ints
    odds: Floats
    probability: Floats
    margin: Floats
    share: Floats
    score: Floats
    close: Flags
    hinted: Flags
    same_id: Flags
    other_id: Flags
    decided: Flags


@dataclass(frozen=True, slots=True)
class Matches:
    """What matching found.

    `predictions` has the columns of `PREDICTIONS`, one row per pair, by left row and then by score; `unmatched` and
    `unreadable` are ids of left rows without any prediction, the latter because their names hold nothing to compare;
    `model` is the one that scored.
    """

    predictions: pa.Table
    unmatched: tuple[str, ...]
    unreadable: tuple[str, ...]
    model: Model


def match(
    left: NameList,
    right: NameList,
    kind: str,
    decisions: Decisions | None = None,
    model: Model | None = None,
    progress: Progress | None = None,
    aliases: Sequence[Alias] = (),
    ask: Ask | None = None,
) -> Matches:
    """The counterparts of the left rows among the right rows.

    Several left rows may belong to one right row; a left row gets several predictions only where they are as good as
    each other, and then none is more than possible.

    Args:
        left: The list whose rows look for a counterpart.
        right: The list they look in.
        kind: client or product.
        decisions: What people decided. An accepted pair is certain, a rejected one never comes back; the rest of the
            list profits from both.
        model: Weights; default: those of the package, adapted to the decisions.
        progress: Told (what is being done, done, in all).
        aliases: What means the same on either side, from a file.
        ask: What else is known of a pair. It decides between candidates that are as good by name, and is told as a
            reason; it makes no pair certain.
    """
    decisions = decisions or Decisions()
    paired = pair(left, right, kind, decisions, progress, aliases)
    model = model or _adapted(default_model(kind), paired, left, right, decisions)
    scored = score(paired, left, right, model, decisions, ask)
    return _told(scored, left, right, kind, model, ask)


def score(
    paired: Paired,
    left: NameList,
    right: NameList,
    model: Model,
    decisions: Decisions | None = None,
    ask: Ask | None = None,
) -> Scored:
    """Every pair of rows with its probability, calibrated and not, decisions applied."""
    odds = model.odds(paired.evidence)
    best = best_readings(paired, odds)
    left_row, right_row = paired.left_row[best], paired.right_row[best]
    added, same_id, other_id = weigh(paired.columns, left_row, right_row)
    total = odds[best] + added
    accepted, rejected = _decided(decisions or Decisions(), left, right, left_row, right_row)
    keep = ~rejected
    best, left_row, right_row = best[keep], left_row[keep], right_row[keep]
    total, same_id, other_id, accepted = total[keep], same_id[keep], other_id[keep], accepted[keep]
    any_right, share = compete(total, left_row, len(left), model.base_rate)
    close, hinted, part = _close(total, left_row, len(left)) & ~accepted, np.zeros(len(total), dtype=bool), share
    if ask is not None:
        worth = np.bincount(left_row, weights=any_right * share * close, minlength=len(left)) >= model.possible
        doubtful = other_id | paired.refused[best] | other_numbers(paired, best, model.kind)
        more = hints_between(close & worth[left_row], (left, right), (left_row, right_row), doubtful, ask)
        hinted = close & np.isin(left_row, left_row[more != 0])
        total = total + more
        # Hints share out anew what names found; that any candidate is right they do not say.
        part = compete(total, left_row, len(left), model.base_rate)[1]
        close = _close(total, left_row, len(left)) & ~accepted
    probability, margin = any_right * part, margins(total, left_row, len(left))
    calibrated = _at_most_one(model.calibration.of(probability, margin), left_row, len(left))
    calibrated = np.where(accepted, 1.0, calibrated)
    return Scored(
        paired,
        best,
        left_row,
        right_row,
        total,
        probability,
        margin,
        share,
        calibrated,
        close,
        hinted,
        same_id,
        other_id,
        accepted,
    )


def _adapted(model: Model, paired: Paired, left: NameList, right: NameList, decisions: Decisions) -> Model:
    if not decisions:
        return model
    from pipelines.matching.learning import adapt

    return adapt(model, paired, left, right, decisions)


def _decided(
    decisions: Decisions, left: NameList, right: NameList, left_row: Ints, right_row: Ints
) -> tuple[Flags, Flags]:
    """Which pairs were accepted, and which cannot come back: rejected, or another right row was accepted."""
    rows = {row_id: row for row, row_id in enumerate(left.ids)}, {row_id: row for row, row_id in enumerate(right.ids)}
    width = len(right) + 1

    def keys(pairs: frozenset[tuple[str, str]]) -> Ints:
        known = [rows[0][a] * width + rows[1][b] for a, b in pairs if a in rows[0] and b in rows[1]]
        return np.array(sorted(known), dtype=np.int64)

    pair_keys = left_row * width + right_row
    accepted = np.isin(pair_keys, keys(decisions.accepted))
    settled = np.isin(left_row, keys(decisions.accepted) // width)
    return accepted, np.isin(pair_keys, keys(decisions.rejected)) | (settled & ~accepted)


def _at_most_one(score: Floats, left_row: Ints, rows: int) -> Floats:
    """Scores of which no two of one left row are more than one together: what is not the best gets what is left."""
    best = np.zeros(rows)
    np.maximum.at(best, left_row, score)
    first = score >= best[left_row]
    ties = np.bincount(left_row, weights=first, minlength=rows)[left_row]
    return np.where(first, np.minimum(score, 1 / np.maximum(ties, 1)), np.minimum(score, 1 - best[left_row]))


def _close(odds: Floats, left_row: Ints, rows: int) -> Flags:
    """The best candidates of each left row, where several are less than `_CLOSE` apart from the best of all."""
    best = np.full(rows, -np.inf)
    np.maximum.at(best, left_row, odds)
    near = odds > best[left_row] - _CLOSE
    return near & (np.bincount(left_row, weights=near, minlength=rows)[left_row] > 1)


def _told(scored: Scored, left: NameList, right: NameList, kind: str, model: Model, ask: Ask | None) -> Matches:
    # Of candidates as good as each other, those are told that make a match together: a person has to choose.
    together = np.bincount(scored.left_row, weights=scored.probability * scored.close, minlength=len(left))
    best = np.zeros(len(left))
    np.maximum.at(best, scored.left_row, scored.score)
    equal = scored.close & (scored.share > _EQUAL_SHARE) & (best[scored.left_row] <= model.possible)
    equal &= together[scored.left_row] >= model.possible
    # What hints decided against stays in sight: it is as good by name.
    equal |= scored.hinted & (scored.share > _EQUAL_SHARE)
    chosen = np.flatnonzero((scored.score >= model.possible) | equal | scored.decided)
    chosen = chosen[np.lexsort((-scored.score[chosen], scored.left_row[chosen]))]
    tiers = tier(scored, left, right, model)[chosen]
    reasons = Reasons(scored.paired, left, right, kind)
    scored_pairs = zip(
        chosen.tolist(), scored.left_row[chosen].tolist(), scored.right_row[chosen].tolist(), strict=True
    )
    # One sentence per prediction that is told, not per candidate: 50,000 take about a second.
    said = [
        reasons.of(
            scored.best[i],
            a,
            b,
            decided=bool(scored.decided[i]),
            close=bool(scored.close[i]),
            contradicted=bool(scored.same_id[i] and scored.other_id[i]),
            hinted=bool(scored.hinted[i]),
            hint=ask(left.ids[a], right.ids[b]).words if ask and level else "",
        )
        for level, (i, a, b) in zip(tiers.tolist(), scored_pairs, strict=True)
    ]
    ids = np.array(left.ids, dtype=object), np.array(right.ids, dtype=object)
    table = pa.table(
        [
            pa.array(ids[0][scored.left_row[chosen]], pa.string()),
            pa.array(ids[1][scored.right_row[chosen]], pa.string()),
            pa.array(np.round(scored.score[chosen], 4)),
            pa.array([TIERS[tier] for tier in tiers], pa.string()),
            pa.array(said, pa.string()),
        ],
        schema=PREDICTIONS,
    )
    without = np.ones(len(left), dtype=bool)
    without[scored.left_row[chosen]] = False
    empty = np.ones(len(left), dtype=bool)
    for index, core in enumerate(scored.paired.left_readings.core):
        if core:
            empty[scored.paired.left_readings.row[index]] = False
    return Matches(
        table,
        tuple(left.ids[row] for row in np.flatnonzero(without & ~empty).tolist()),
        tuple(left.ids[row] for row in np.flatnonzero(without & empty).tolist()),
        model,
    )


def tier(scored: Scored, left: NameList, right: NameList, model: Model) -> Ints:
    """The tier of each pair, as an index into `TIERS`."""
    paired, best = scored.paired, scored.best
    left_readings, right_readings = paired.left_readings, paired.right_readings
    squash = np.array(left_readings.squash, dtype=object)[paired.left[best]]
    same = squash == np.array(right_readings.squash, dtype=object)[paired.right[best]]
    lengths = np.fromiter(map(len, squash), dtype=np.int64, count=len(squash))
    long_enough = lengths >= _SHORTEST_CERTAIN
    _, place, held = np.unique([name.casefold() for name in left.names], return_inverse=True, return_counts=True)
    # The same name on several left rows: one client with several accounts, or several clients of one name.
    recycled = (held[place] > 1)[scored.left_row] & ~scored.same_id & (model.kind == "client")
    learned = _is_learned(left_readings)[paired.left[best]] | _is_learned(right_readings)[paired.right[best]]
    plain = same & long_enough & ~recycled & ~learned & _forms_agree(paired, best) & _as_confirmed(scored, left)
    doubtful = scored.close | paired.refused[best] | scored.other_id | (learned & (model.kind == "product"))
    certain = (scored.score >= model.certain) & (plain | scored.same_id) & ~doubtful
    if model.kind == "client":
        # A loop: regular expressions have no columns. 50,000 pairs take less than a second.
        for pair_at in np.flatnonzero(certain & ~scored.same_id).tolist():
            ours, theirs = left.names[scored.left_row[pair_at]], right.names[scored.right_row[pair_at]]
            certain[pair_at] = relations(ours) == relations(theirs)
    certain &= ~scored.hinted
    certain |= scored.decided
    # One letter is no name.
    likely = (scored.score >= model.likely) & ~doubtful & ((lengths > 1) | scored.same_id)
    return np.where(certain, 0, np.where(likely, 1, 2))


def _as_confirmed(scored: Scored, left: NameList) -> Flags:
    """Where a confirmed account lent its name, whether the left row carries that whole name, not a part of it."""
    names = {left_id: fold(name) for left_id, name in zip(left.ids, left.names, strict=True)}
    theirs = scored.paired.right_readings.origin
    origins = (theirs[index] for index in scored.paired.right[scored.best])
    pairs = zip(scored.left_row, origins, strict=True)
    return np.fromiter(
        (origin not in names or names[origin] == names[left.ids[row]] for row, origin in pairs),
        dtype=bool,
        count=len(scored.best),
    )


def _is_learned(side: Readings) -> Flags:
    return np.array([reading.said == LEARNED for reading in side.reading], dtype=bool)


def _forms_agree(paired: Paired, best: Ints) -> Flags:
    """Whether the legal forms do not speak against a pair: equal, interchangeable, or not said."""
    groups = toml("legal_forms.toml")["interchangeable"]
    fits = {(a, b) for group in groups for a in group for b in group}
    ours, theirs = paired.left_readings.reading, paired.right_readings.reading
    forms = ((ours[a].form, theirs[b].form) for a, b in zip(paired.left[best], paired.right[best], strict=True))
    return np.fromiter((not a or not b or a == b or (a, b) in fits for a, b in forms), dtype=bool, count=len(best))
