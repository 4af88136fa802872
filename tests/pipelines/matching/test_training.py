"""Training: the same pairs give the same model, and the model finds what it was shown."""

import numpy as np

from bench.matching_data import clients
from pipelines.matching.matching import match
from pipelines.matching.pairing import pair
from pipelines.matching.training import Labelled, calibrated_by_others, fold_of, train


def _labelled() -> Labelled:
    left, right, truth = clients(250, seed=3)
    rights = {left_id: frozenset([right_id]) for left_id, right_id in truth.items()}
    return Labelled("made up", left, right, rights, pair(left, right, "client"))


def test_training_is_reproducible_and_its_scores_are_held_out() -> None:
    labelled = _labelled()
    model, held_out = train("client", [labelled], {"made up": "seed 3"})
    again, _ = train("client", [labelled], {"made up": "seed 3"})
    assert model.to_json() == again.to_json()
    (name, scores, correct) = calibrated_by_others(held_out, [labelled])[0]
    assert (name, len(scores)) == ("made up", len(correct))
    assert abs(scores.mean() - correct.mean()) < 0.05
    rows = match(labelled.left, labelled.right, "client", model=model).predictions.to_pylist()
    hits = [row["right_id"] in labelled.truth.get(row["left_id"], ()) for row in rows]
    assert np.mean(hits) > 0.9


def test_a_row_is_held_out_in_the_same_fold_in_every_run() -> None:
    assert [fold_of(left_id) for left_id in ("a", "b", "c")] == [fold_of(left_id) for left_id in ("a", "b", "c")]
    assert {fold_of(str(number)) for number in range(100)} == set(range(5))
