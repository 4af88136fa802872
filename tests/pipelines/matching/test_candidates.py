"""Candidates: the right ones are among them, and never all pairs."""

from bench.matching_data import clients
from pipelines.matching.candidates import find_pairs
from pipelines.matching.client_names import read_client_name
from pipelines.matching.readings import read_all


def test_nearly_every_true_pair_is_a_candidate_and_few_pairs_are() -> None:
    left, right, truth = clients(1000)
    ours, theirs = read_all(left.names, read_client_name), read_all(right.names, read_client_name)
    pairs = find_pairs(ours, theirs)
    found = {(left.ids[a], right.ids[b]) for a, b in zip(ours.row[pairs.left], theirs.row[pairs.right], strict=True)}
    assert sum(pair in found for pair in truth.items()) >= 0.995 * len(truth)
    assert len(pairs.left) < 20 * len(left)


def test_initials_find_the_name_in_full() -> None:
    ours, theirs = (read_all([name], read_client_name) for name in ("NWM", "Northwind Widget Makers Ltd"))
    assert len(find_pairs(ours, theirs).left) == 1


def test_no_pair_comes_twice() -> None:
    left, right, _ = clients(200)
    pairs = find_pairs(read_all(left.names, read_client_name), read_all(right.names, read_client_name))
    assert len(set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))) == len(pairs.left)
