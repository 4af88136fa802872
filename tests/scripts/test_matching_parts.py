"""Parts of labelled sets: which rows they keep, and that the truth goes with them."""

from pipelines.matching.lists import NameList
from scripts.matching_parts import parts

LEFT = NameList(
    [f"l{n}" for n in range(400)], [f"Name {n}" for n in range(400)], {"city": [str(n) for n in range(400)]}
)
RIGHT = NameList([f"r{n}" for n in range(800)], [f"Firm {n}" for n in range(800)])
TRUTH = {f"l{n}": frozenset([f"r{n}"]) for n in range(200)}


def test_half_of_the_right_rows_go_and_with_them_their_truth() -> None:
    name, left, right, truth = next(parts(LEFT, RIGHT, TRUTH))
    assert name == "half of the right rows"
    assert left.ids == LEFT.ids
    assert 300 < len(right) < 500
    assert truth == {a: b for a, b in TRUTH.items() if b <= frozenset(right.ids)}


def test_in_the_other_part_nearly_every_row_belongs_to_one() -> None:
    _, (_, left, right, truth) = parts(LEFT, RIGHT, TRUTH)
    assert truth == TRUTH
    assert 200 < len(left) < 240
    assert 200 < len(right) < 300
    assert left.columns["city"] == [row_id.removeprefix("l") for row_id in left.ids]


def test_a_set_of_nothing_but_pairs_has_one_part_and_every_run_the_same() -> None:
    truth = {f"l{n}": frozenset([f"r{n}", f"r{n + 400}"]) for n in range(400)}
    assert [name for name, *_ in parts(LEFT, RIGHT, truth)] == ["half of the right rows"]
    assert list(parts(LEFT, RIGHT, TRUTH)) == list(parts(LEFT, RIGHT, TRUTH))
