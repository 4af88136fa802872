"""Training: from labelled pairs of rows to weights, from cross-validated scores to a calibration.

Belongs here: fitting. Does not belong here: where labelled pairs come from (`scripts.train_matching`), adapting to a
person's decisions (`learning`). Needs scikit-learn; matching itself does not.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.evidence import evidence_names
from pipelines.matching.lists import NameList
from pipelines.matching.matching import score
from pipelines.matching.model import AS_IT_IS, Calibration, Model, compete
from pipelines.matching.pairing import Paired, best_readings

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_FOLDS = 5
_ROUNDS = 3  # the best reading of a pair depends on the weights that it trains; it settles after two
_STRENGTH = 1.0  # inverse of the penalty on weights


@dataclass(frozen=True, slots=True)
class Labelled:
    """A pair of lists with the truth: right id(s) by left id; a left id that is missing has no counterpart.

    `weight` is what all left rows of this set weigh together in training, `calibrates` what each of them weighs in the
    calibration. `part_of` names the set of which this is a part with other rows to choose from.
    """

    name: str
    left: NameList
    right: NameList
    truth: Mapping[str, frozenset[str]]
    paired: Paired
    weight: float = 1.0
    calibrates: float = 1.0
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models say of left rows that they did not see. One entry per left row that has any candidate.

    `probability` is that of the row's best candidate (`model.compete`), `margin` how far it is ahead of the next best
    (`model.margins`), `correct` says whether it is right.
    """

    name: str
    left_id: tuple[str, ...]
    probability: Floats
    margin: Floats
    correct: Flags


def train(kind: str, sets: Sequence[Labelled], trained_on: Mapping[str, object]) -> tuple[Model, list[HeldOut]]:
    """A model for `kind`.

    Weights come from all sets; the calibration from scores of models that had not seen the left rows they score.

    Returns:
        The model, and the held-out scores that it was calibrated with.
    """
    held_out = _held_out(kind, sets)
    calibration = calibrate(*_for_calibration(held_out, sets))
    base = _fit(kind, sets, [np.ones(len(labelled.left), dtype=bool) for labelled in sets])
    model = Model(kind, base.weights, base.intercept, base.base_rate, calibration, trained_on=dict(trained_on))
    return model, held_out


def _for_calibration(held_out: Sequence[HeldOut], sets: Sequence[Labelled]) -> tuple[Floats, Floats, Flags, Floats]:
    weights = [np.full(len(part.correct), labelled.calibrates) for part, labelled in zip(held_out, sets, strict=True)]
    probability = np.concatenate([part.probability for part in held_out])
    margin = np.concatenate([part.margin for part in held_out])
    return probability, margin, np.concatenate([part.correct for part in held_out]), np.concatenate(weights)


def calibrated_by_others(held_out: Sequence[HeldOut], sets: Sequence[Labelled]) -> list[tuple[str, Floats, Flags]]:
    """Scores of left rows by models and calibrations that saw neither: (set, scores, whether right)."""
    probability, margin, correct, weights = _for_calibration(held_out, sets)
    folds = np.concatenate([np.array([fold_of(f"calibration {x}") for x in part.left_id]) for part in held_out])
    scores = np.zeros(len(probability))
    for fold in range(_FOLDS):
        seen = folds != fold
        calibration = calibrate(probability[seen], margin[seen], correct[seen], weights[seen])
        scores[~seen] = calibration.of(probability[~seen], margin[~seen])
    ends = np.cumsum([len(part.correct) for part in held_out])[:-1]
    return [(part.name, score, part.correct) for part, score in zip(held_out, np.split(scores, ends), strict=True)]


def calibrate(probability: Floats, margin: Floats, correct: Flags, weight: Floats | None = None) -> Calibration:
    """The calibration that fits best: a logistic regression on log odds and margin, then an isotonic regression."""
    from sklearn.linear_model import LogisticRegression

    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    columns = np.column_stack([np.log(kept / (1 - kept)), margin])
    logistic = LogisticRegression(C=_STRENGTH, max_iter=2000).fit(columns, correct, sample_weight=weight)
    (slope, ahead), offset = logistic.coef_[0], logistic.intercept_[0]
    # Rounded as in the model's file, so that a model trained and a model read give the same scores.
    curve = replace(AS_IT_IS, slope=_rounded(slope), margin=_rounded(ahead), offset=_rounded(offset))
    score_in, score_out = _knots(curve.leaning(probability, margin), correct, weight)
    return replace(curve, score_in=score_in, score_out=score_out)


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _knots(probability: Floats, correct: Flags, weight: Floats | None) -> tuple[Floats, Floats]:
    """Knots of a rising curve from probability to the share that is right: an isotonic regression's steps."""
    from sklearn.isotonic import IsotonicRegression

    isotonic = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    isotonic.fit(probability, correct.astype(float), sample_weight=weight)
    xs, ys = isotonic.X_thresholds_, isotonic.y_thresholds_
    # Middle of each step: between them the curve rises steadily, so that the order of scores is kept.
    levels = np.unique(ys)
    middle = np.array(
        [
            np.median(probability[(probability >= xs[ys == y].min()) & (probability <= xs[ys == y].max())])
            for y in levels
        ]
    )
    score_in = np.concatenate([[0.0], middle, [1.0]])
    score_out = np.concatenate([[0.0], levels, [max(levels[-1], 0.999)]])
    rising = np.concatenate([[True], np.diff(score_in) > 1e-9])
    return score_in[rising], np.maximum.accumulate(score_out[rising])


def fold_of(left_id: str) -> int:
    """In which of the parts a left row is held out; by a hash, so that it is the same in every run."""
    return int(hashlib.sha256(left_id.encode()).hexdigest(), 16) % _FOLDS


def _held_out(kind: str, sets: Sequence[Labelled]) -> list[HeldOut]:
    folds = [np.array([fold_of(left_id) for left_id in labelled.left.ids]) for labelled in sets]
    parts: list[list[tuple[str, float, float, bool]]] = [[] for _ in sets]
    for fold in range(_FOLDS):
        model = _fit(kind, sets, [of != fold for of in folds])
        for number, labelled in enumerate(sets):
            scored = score(labelled.paired, labelled.left, labelled.right, model)
            label = labels(labelled, scored.left_row, scored.right_row)
            for place in best_of_rows(scored.left_row, scored.odds):
                row = int(scored.left_row[place])
                if folds[number][row] == fold:
                    said = float(scored.probability[place]), float(scored.margin[place])
                    parts[number].append((labelled.left.ids[row], *said, bool(label[place])))
    return [
        HeldOut(
            labelled.name,
            tuple(row[0] for row in part),
            np.array([row[1] for row in part]),
            np.array([row[2] for row in part]),
            np.array([row[3] for row in part], dtype=bool),
        )
        for labelled, part in zip(sets, parts, strict=True)
    ]


def best_of_rows(left_row: npt.NDArray[np.int64], odds: Floats) -> npt.NDArray[np.int64]:
    """The index of each left row's best candidate."""
    order = np.lexsort((-odds, left_row))
    first = np.ones(len(order), dtype=bool)
    first[1:] = left_row[order][1:] != left_row[order][:-1]
    return order[first]


def _fit(kind: str, sets: Sequence[Labelled], used: Sequence[Flags]) -> Model:
    from sklearn.linear_model import LogisticRegression

    model = Model(kind, np.ones(len(evidence_names(kind))), 0.0, 0.5, AS_IT_IS)
    for _ in range(_ROUNDS):
        parts = [_examples(labelled, use, model) for labelled, use in zip(sets, used, strict=True)]
        evidence = np.concatenate([part[0] for part in parts])
        label = np.concatenate([part[1] for part in parts])
        weight = np.concatenate([part[2] for part in parts])
        logistic = LogisticRegression(C=_STRENGTH, max_iter=2000)
        logistic.fit(evidence, label, sample_weight=weight * len(weight) / weight.sum())
        model = Model(kind, logistic.coef_[0], float(logistic.intercept_[0]), 0.5, AS_IT_IS)
    return replace(model, base_rate=_base_rate(sets, used, model))


def _base_rate(sets: Sequence[Labelled], used: Sequence[Flags], model: Model) -> float:
    """The share of left rows with a counterpart as the model itself sees it, over all sets by their weight."""
    found = weight = 0.0
    for labelled, use in zip(sets, used, strict=True):
        odds = model.odds(labelled.paired.evidence)
        best = best_readings(labelled.paired, odds)
        rows = labelled.paired.left_row[best]
        any_right, share = compete(odds[best], rows)
        found += labelled.weight * float((any_right * share)[use[rows]].sum()) / max(use.sum(), 1)
        weight += labelled.weight
    return found / weight


def _examples(labelled: Labelled, use: Flags, model: Model) -> tuple[Floats, Flags, Floats]:
    """Evidence, label and weight of each pair of rows whose left row is used."""
    paired = labelled.paired
    best = best_readings(paired, model.odds(paired.evidence))
    best = best[use[paired.left_row[best]]]
    label = labels(labelled, paired.left_row[best], paired.right_row[best])
    return paired.evidence[best], label, np.full(len(best), labelled.weight / max(use.sum(), 1))


def labels(labelled: Labelled, left_row: npt.NDArray[np.int64], right_row: npt.NDArray[np.int64]) -> Flags:
    """Whether each pair of rows is a true one."""
    nothing: frozenset[str] = frozenset()
    return np.fromiter(
        (
            labelled.right.ids[b] in labelled.truth.get(labelled.left.ids[a], nothing)
            for a, b in zip(left_row, right_row, strict=True)
        ),
        dtype=bool,
        count=len(left_row),
    )
