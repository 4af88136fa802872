"""What decisions teach."""

import tomllib

import numpy as np

from bench.matching_data import clients
from pipelines.matching.decisions import Decisions
from pipelines.matching.learning import FEWEST, alias_file, learned_words
from pipelines.matching.lists import NameList
from pipelines.matching.matching import match
from pipelines.matching.model import default_model
from tests.pipelines.matching.lists import names


def _halves() -> tuple[NameList, NameList, Decisions, dict[str, str]]:
    left, right, truth = clients(400, seed=5)
    learned = dict(list(truth.items())[:150])
    return left, right, Decisions(frozenset(learned.items())), {a: b for a, b in truth.items() if a not in learned}


def test_many_decisions_move_the_weights_and_the_rest_is_matched_as_well_as_before() -> None:
    left, right, decisions, rest = _halves()
    model = match(left, right, "client", decisions).model
    assert not np.allclose(model.weights, default_model("client").weights)

    def hits(given: Decisions) -> int:
        rows = match(left, right, "client", given).predictions.to_pylist()
        return sum(rest.get(row["left_id"]) == row["right_id"] for row in rows)

    assert hits(decisions) >= hits(Decisions()) - 2


def test_few_decisions_leave_the_weights() -> None:
    left, right, decisions, _ = _halves()
    few = Decisions(frozenset(sorted(decisions.accepted)[: FEWEST - 1]))
    assert np.array_equal(match(left, right, "client", few).model.weights, default_model("client").weights)


def test_only_words_of_several_clients_are_exported_and_no_name_is() -> None:
    surnames = ("Ashford", "Baxter", "Caldwell")
    left = names("l", *[f"{name} Tandarts" for name in surnames], "Secret Bakkerij")
    right = names("r", *[f"{name} Zahnarzt" for name in surnames], "Secret Bakery")
    decisions = Decisions(frozenset((f"l{n}", f"r{n}") for n in range(4)))
    assert learned_words(left, right, decisions) == [("tandarts", "zahnarzt")]
    text = alias_file("client", left, right, decisions)
    assert tomllib.loads(text)["same"] == [["tandarts", "zahnarzt"]]
    assert not [name for name in (*surnames, "Secret", "Bakkerij") if name.lower() in text.lower()]


def test_names_of_products_are_exported_as_they_stand() -> None:
    left, right = names("l", 'Suite "A" \\ B'), names("r", "Suite A-B")
    text = alias_file("product", left, right, Decisions(frozenset([("l0", "r0")])))
    assert tomllib.loads(text)["same"] == [['Suite "A" \\ B', "Suite A-B"]]
