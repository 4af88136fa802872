"""Scores: competition, calibration, the models that come with the package."""

import json

import numpy as np
import pytest

from bench.matching_data import clients
from pipelines.matching.evidence import evidence_names
from pipelines.matching.matching import score
from pipelines.matching.model import compete, default_model, from_json, margins
from pipelines.matching.pairing import pair
from pipelines.matching.training import calibrate


def test_equal_candidates_share_what_one_would_have() -> None:
    any_right, share = compete(np.array([2.0, 2.0, 2.0]), np.array([0, 0, 1]))
    assert share == pytest.approx([0.5, 0.5, 1.0])
    assert any_right[0] > any_right[2] == pytest.approx(1 / (1 + np.exp(-2)))


def test_lists_where_nearly_all_rows_match_raise_the_score_of_the_rest() -> None:
    odds = np.append(np.full(500, 6.0), 0.0)
    alone, _ = compete(odds, np.arange(501))
    among, _ = compete(odds, np.arange(501), base_rate=0.8)
    assert among[-1] > alone[-1]


@pytest.mark.parametrize("kind", ["client", "product"])
def test_a_model_survives_being_written_and_read(kind: str) -> None:
    model = default_model(kind)
    again = from_json(json.loads(json.dumps(model.to_json())))
    assert len(again.weights) == len(evidence_names(kind))
    assert again.to_json() == model.to_json()


@pytest.mark.parametrize("kind", ["client", "product"])
def test_the_calibration_rises_from_nought_to_one(kind: str) -> None:
    scores = default_model(kind).calibration.of(np.linspace(0, 1, 101), np.full(101, 2.0))
    assert (np.diff(scores) >= 0).all()
    assert scores[0] >= 0
    assert scores[-1] <= 1


def test_a_calibration_gives_the_share_that_is_right() -> None:
    rng = np.random.default_rng(3)
    said = rng.random(4000)
    right = rng.random(4000) < said**2
    calibration = calibrate(said, np.full(4000, 2.0), right)
    assert calibration.of(np.array([0.3, 0.6, 0.9]), np.full(3, 2.0)) == pytest.approx([0.09, 0.36, 0.81], abs=0.08)


def test_scores_of_one_left_row_are_never_more_than_one_together() -> None:
    left, right, _ = clients(300)
    scored = score(pair(left, right, "client"), left, right, default_model("client"))
    assert np.bincount(scored.left_row, weights=scored.score).max() >= 0.9
    best = np.zeros(len(left))
    np.maximum.at(best, scored.left_row, scored.score)
    others = scored.score < best[scored.left_row]
    assert (scored.score[others] <= 1 - best[scored.left_row[others]] + 1e-9).all()


def test_a_high_score_is_right_as_often_as_it_says() -> None:
    left, right, truth = clients(1500, seed=11)
    scored = score(pair(left, right, "client"), left, right, default_model("client"))
    high = scored.score >= 0.9
    pairs = zip(scored.left_row[high], scored.right_row[high], strict=True)
    correct = [truth.get(left.ids[a]) == right.ids[b] for a, b in pairs]
    assert np.mean(correct) >= 0.95


def test_a_margin_is_what_a_candidate_is_ahead_by_and_a_lone_one_stands_between() -> None:
    odds, rows = np.array([3.0, 2.5, 1.0, 0.0, -9.0, 4.0]), np.array([0, 0, 0, 1, 1, 2])
    assert margins(odds, rows, 3) == pytest.approx([0.5, 0.0, 0.0, 2.0, 0.0, 1.0])


def test_a_close_rival_lowers_the_score_of_the_best() -> None:
    calibration = default_model("client").calibration
    near, far = calibration.of(np.array([0.6, 0.6]), np.array([0.1, 2.0]))
    assert near < far
