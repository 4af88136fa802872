"""What a person's decisions teach: weights moved towards them, scores calibrated anew, words worth keeping.

Belongs here: learning from accepted and rejected pairs of the lists at hand. Does not belong here: training the default
models (`training`); remembering names, which `pairing` does by giving the right row the left row's name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.aliases import fits
from pipelines.matching.client_names import read_client_name
from pipelines.matching.decisions import Decisions
from pipelines.matching.lists import NameList
from pipelines.matching.model import Calibration, Model, compete, logistic, margins
from pipelines.matching.pairing import Paired, best_readings

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Fewer decisions than this say too little to move weights; they are remembered all the same.
FEWEST = 20
_KEPT = 5.0  # how strongly weights hold on to the default, in decisions per squared unit
_KEPT_CALIBRATION = 5.0
_CLIENTS = 3  # a word is exported only when it was decided for so many different clients: then it is nobody's name


def adapt(model: Model, paired: Paired, left: NameList, right: NameList, decisions: Decisions) -> Model:
    """`model` moved towards `decisions`, as far as their number carries; unchanged below `FEWEST` decided rows.

    Every decided left row teaches with all its candidates: the accepted one is right, the others are wrong. No decision
    is evidence for itself, since `pairing.pair` leaves out the name that it taught.
    """
    odds = model.odds(paired.evidence)
    best = best_readings(paired, odds)
    best = best[~paired.given[best]]
    known, label = _labels(paired, best, left, right, decisions)
    best, label = best[known], label[known]
    if len(np.unique(paired.left_row[best])) < FEWEST or label.all() or not label.any():
        return model
    moved = _moved(model, paired.evidence[best], label)
    return replace(moved, calibration=_recalibrated(moved, paired, best, label))


def _labels(
    paired: Paired, best: npt.NDArray[np.int64], left: NameList, right: NameList, decisions: Decisions
) -> tuple[Flags, Flags]:
    """Which pairs are decided, and how."""
    settled = {left_id for left_id, _ in decisions.accepted}
    pairs = [(left.ids[a], right.ids[b]) for a, b in zip(paired.left_row[best], paired.right_row[best], strict=True)]
    known = np.array([pair[0] in settled or pair in decisions.rejected for pair in pairs], dtype=bool)
    return known, np.array([pair in decisions.accepted for pair in pairs], dtype=bool)


def _moved(model: Model, evidence: Floats, label: Flags) -> Model:
    """The weights that fit the decisions best, held back by their distance from the default weights."""
    from scipy.optimize import minimize

    start = np.append(model.weights, model.intercept)
    columns = np.column_stack([evidence, np.ones(len(evidence))])
    sign = np.where(label, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (columns @ weights)
        away = weights - start
        value = np.logaddexp(0, -margin).sum() + _KEPT / 2 * away @ away
        slope = -(sign / (1 + np.exp(np.clip(margin, -500, 500)))) @ columns + _KEPT * away
        return float(value), slope

    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return replace(model, weights=found[:-1], intercept=float(found[-1]))


def _recalibrated(model: Model, paired: Paired, best: npt.NDArray[np.int64], label: Flags) -> Calibration:
    """The calibration, its outcomes tilted to fit how often the best candidates of decided rows were right."""
    from scipy.optimize import minimize

    odds = model.odds(paired.evidence[best])
    rows = paired.left_row[best]
    any_right, share = compete(odds, rows, base_rate=model.base_rate)
    order = np.lexsort((-odds, rows))
    first = np.ones(len(order), dtype=bool)
    first[1:] = rows[order][1:] != rows[order][:-1]
    top = order[first]
    margin = margins(odds, rows, int(rows.max()) + 1)
    calibration = model.calibration
    logit = _logit(calibration.of((any_right * share)[top], margin[top]))
    sign = np.where(label[top], 1.0, -1.0)

    def loss(tilt: Floats) -> float:
        held = _KEPT_CALIBRATION * ((tilt[0] - 1) ** 2 + tilt[1] ** 2)
        return float(np.logaddexp(0, -sign * (tilt[0] * logit + tilt[1])).sum() + held)

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.2, 5.0), (-3.0, 3.0)]).x
    out = calibration.score_out
    tilted = logistic(slope * _logit(out) + offset)
    return replace(calibration, score_out=np.where(out <= 0, 0.0, np.where(out >= 1, 1.0, tilted)))


def _logit(score: Floats) -> Floats:
    kept = np.clip(score, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(kept / (1 - kept)))


def learned_words(left: NameList, right: NameList, decisions: Decisions) -> list[tuple[str, str]]:
    """Words of companies' names that decisions showed to mean the same: (left's, right's), frequent ones first.

    A pair of words counts where it is all that two accepted names differ in, and only what was decided for `_CLIENTS`
    different clients is told: no client's name is among them.
    """
    names = dict(zip(left.ids, left.names, strict=True)), dict(zip(right.ids, right.names, strict=True))
    clients: dict[tuple[str, str], set[str]] = defaultdict(set)
    for left_id, right_id in decisions.accepted:
        if left_id not in names[0] or right_id not in names[1]:
            continue
        ours = read_client_name(names[0][left_id])[0].words
        theirs = read_client_name(names[1][right_id])[0].words
        only_ours = [word for word in ours if word not in theirs]
        only_theirs = [word for word in theirs if word not in ours]
        if len(only_ours) == len(only_theirs) == 1 and len(ours) > 1:
            clients[only_ours[0], only_theirs[0]].add(right_id)
    found = [(pair, len(held)) for pair, held in clients.items() if len(held) >= _CLIENTS]
    return [pair for pair, _ in sorted(found, key=lambda entry: (-entry[1], entry[0]))]


def learned_products(left: NameList, right: NameList, decisions: Decisions) -> list[tuple[str, str]]:
    """Names of products that decisions showed to mean the same: (left's name, right's name), sorted, each once."""
    names = dict(zip(left.ids, left.names, strict=True)), dict(zip(right.ids, right.names, strict=True))
    known = {(names[0][a], names[1][b]) for a, b in decisions.accepted if a in names[0] and b in names[1]}
    return sorted((ours, theirs) for ours, theirs in known if fits(ours) and fits(theirs))


def alias_file(kind: str, left: NameList, right: NameList, decisions: Decisions) -> str:
    """What decisions taught, as a TOML text that holds no client's name and can be given to others.

    For clients: words that mean the same. For products: names that mean the same; products are no client data.
    """
    pairs = learned_words(left, right, decisions) if kind == "client" else learned_products(left, right, decisions)
    title = "words of companies' names" if kind == "client" else "names of products"
    lines = [f"# Learned from {len(decisions.accepted)} decisions: {title} that mean the same.", f'kind = "{kind}"', ""]
    return "\n".join([*lines, "same = [", *(f"    [{_quoted(pair)}]," for pair in pairs), "]", ""])


def _quoted(words: Sequence[str]) -> str:
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return ", ".join('"' + "".join(c if c.isprintable() else " " for c in word) + '"' for word in escaped)
