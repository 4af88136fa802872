"""The model: how much each piece of evidence weighs, and what a sum of them means as a probability.

Belongs here: loading, scoring, explaining. Does not belong here: training (`training`), measuring evidence
(`evidence`).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.matching import data_files
from pipelines.matching.evidence import evidence_names

Floats = npt.NDArray[np.float64]

_PRIOR_ROWS = 50
_ROUNDS = 30
_WIDE = 2.0  # log odds; a candidate further ahead than this has no rival
_LEAST = 1e-6
_FARTHEST = 2.5  # log odds that lists may move the scores of a model by


@dataclass(frozen=True)
class Calibration:
    """From a candidate's probability and its margin over the next best of its row to how often such a one is right.

    A logistic curve first: `slope` times the log odds of the probability, `margin` times the margin, `offset`. Then a
    rising curve through the knots `score_in`, `score_out`, both from 0 to 1.
    """

    slope: float
    margin: float
    offset: float
    score_in: Floats
    score_out: Floats

    def leaning(self, probability: Floats, margin: Floats) -> Floats:
        """What the logistic curve gives, before the knots."""
        kept = np.clip(probability, _LEAST, 1 - _LEAST)
        return logistic(self.slope * np.log(kept / (1 - kept)) + self.margin * margin + self.offset)

    def of(self, probability: Floats, margin: Floats) -> Floats:
        """The calibrated scores."""
        return np.interp(self.leaning(probability, margin), self.score_in, self.score_out)


AS_IT_IS = Calibration(1.0, 0.0, 0.0, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
"""The calibration that changes nothing."""


@dataclass(frozen=True)
class Model:
    """A logistic model over the evidence, with competition between candidates and a calibration of the result.

    `weights` stand in the order of `evidence_names(kind)`, in log odds per unit of evidence. `base_rate` is the share
    of left rows with a counterpart that the intercept takes for granted. `certain`, `likely` and `possible` are the
    least scores of the tiers.
    """

    kind: str
    weights: Floats
    intercept: float
    base_rate: float
    calibration: Calibration
    certain: float = 0.95
    likely: float = 0.8
    possible: float = 0.5
    trained_on: dict[str, Any] = field(default_factory=dict)

    def odds(self, evidence: Floats) -> Floats:
        """Log odds of each pair, one by one."""
        return np.asarray(evidence @ self.weights + self.intercept)

    def to_json(self) -> dict[str, Any]:
        """The model as it is kept in a file."""
        names = evidence_names(self.kind)
        return {
            "kind": self.kind,
            "intercept": round(float(self.intercept), 4),
            "base_rate": round(float(self.base_rate), 4),
            "weights": {name: round(float(weight), 4) for name, weight in zip(names, self.weights, strict=True)},
            "calibration": {
                "slope": round(self.calibration.slope, 4),
                "margin": round(self.calibration.margin, 4),
                "offset": round(self.calibration.offset, 4),
                "score_in": [round(float(x), 5) for x in self.calibration.score_in],
                "score_out": [round(float(y), 5) for y in self.calibration.score_out],
            },
            "tiers": {"certain": self.certain, "likely": self.likely, "possible": self.possible},
            "trained_on": self.trained_on,
        }


def default_model(kind: str) -> Model:
    """The model that comes with the package."""
    return from_json(data_files.model(kind))


def from_json(data: dict[str, Any]) -> Model:
    """The model in `data`, as `Model.to_json` wrote it.

    Raises:
        KeyError: A weight is missing.
    """
    weights = np.array([data["weights"][name] for name in evidence_names(data["kind"])])
    calibration = data["calibration"]
    return Model(
        data["kind"],
        weights,
        data["intercept"],
        data["base_rate"],
        Calibration(
            calibration["slope"],
            calibration["margin"],
            calibration["offset"],
            np.array(calibration["score_in"], dtype=np.float64),
            np.array(calibration["score_out"], dtype=np.float64),
        ),
        **data["tiers"],
        trained_on=data["trained_on"],
    )


def compete(
    odds: Floats, left: npt.NDArray[np.int64], rows: int | None = None, base_rate: float | None = None
) -> tuple[Floats, Floats]:
    """Competition between the candidates of one left row, which belongs to one right row at most.

    Args:
        odds: Log odds of each pair by itself.
        left: The left row of each pair.
        rows: How many left rows there are; default: those that have a candidate.
        base_rate: The share of left rows with a counterpart that `odds` take for granted. Where it is given, the share
            in these lists is estimated from the rows themselves (`_shift`) and the odds are moved by the difference.

    Returns:
        For each pair the probability that any candidate of its left row is right, and the pair's share of it: two
        candidates that are alike in strength get half each. A lone candidate keeps its logistic probability.
    """
    if not len(odds):
        return np.zeros(0), np.zeros(0)
    known, place = np.unique(left, return_inverse=True)
    most = np.full(len(known), -np.inf)
    np.maximum.at(most, place, odds)
    strength = np.exp(odds - most[place])
    together = np.bincount(place, weights=strength, minlength=len(known))
    any_odds = most + np.log(together)
    if base_rate is not None:
        any_odds = any_odds + _shift(any_odds, len(known) if rows is None else rows, base_rate)
    return logistic(any_odds)[place], np.asarray(strength / together[place])


def logistic(odds: Floats) -> Floats:
    """Log odds as a probability."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))))


def margins(odds: Floats, left: npt.NDArray[np.int64], rows: int) -> Floats:
    """By how much each pair is ahead of the best other candidate of its left row, from 0 to `_WIDE`.

    A lone candidate stands in the middle: in a short list it says little that nothing else comes close.
    """
    order = np.lexsort((-odds, left))
    first = np.ones(len(order), dtype=bool)
    first[1:] = left[order][1:] != left[order][:-1]
    best, second = np.full(rows, -np.inf), np.full(rows, -np.inf)
    best[left[order[first]]] = odds[order[first]]
    rest = order[~first]
    np.maximum.at(second, left[rest], odds[rest])
    is_first = np.zeros(len(odds), dtype=bool)
    is_first[order[first]] = True
    ahead = np.clip(odds - np.where(is_first, second[left], best[left]), 0.0, _WIDE)
    return np.where(is_first & np.isinf(second[left]), _WIDE / 2, ahead)


def _shift(any_odds: Floats, rows: int, base_rate: float) -> float:
    """By how much the share of rows with a counterpart in these lists moves the log odds.

    Expectation maximisation after Saerens, Latinne and Decaestecker (2002), "Adjusting the outputs of a classifier to
    new a priori probabilities". Short lists say little: the base rate counts as `_PRIOR_ROWS` rows.
    """
    prior = np.log(base_rate / (1 - base_rate))
    rate = base_rate
    for _ in range(_ROUNDS):
        moved = any_odds + np.log(rate / (1 - rate)) - prior
        expected = float(logistic(moved).sum())
        rate = (expected + _PRIOR_ROWS * base_rate) / (rows + _PRIOR_ROWS)
    return float(np.clip(np.log(rate / (1 - rate)) - prior, -_FARTHEST, _FARTHEST))
