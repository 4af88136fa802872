"""No two products of Microsoft's public table are ever put together: every name and part number against every other."""

import pytest

from pipelines.matching.data_files import table
from pipelines.matching.distinctions import difference
from pipelines.matching.folding import fold
from pipelines.matching.lists import NameList
from pipelines.matching.matching import match
from pipelines.matching.public_skus import sku_of_code

ROWS = table("microsoft_skus.csv")
IDS = [row["sku_id"] for row in ROWS]
NAMES = [row["product_name"] for row in ROWS]
PARTS = [row["part_number"] for row in ROWS]
GUIDS_OF = {side: {} for side in ("names", "parts")}
for row in ROWS:
    GUIDS_OF["names"].setdefault(fold(row["product_name"]), set()).add(row["sku_id"])
    GUIDS_OF["parts"].setdefault(row["part_number"].casefold(), set()).add(row["sku_id"])


@pytest.mark.parametrize(
    ("left", "right"), [(NAMES, NAMES), (PARTS, NAMES), (NAMES, PARTS), ([name.upper() for name in NAMES], NAMES)]
)
def test_every_pair_that_is_told_is_one_product_under_one_name(left: list[str], right: list[str]) -> None:
    told = match(NameList(IDS, left), NameList(IDS, right), "product").predictions.to_pylist()
    name_of, part_of = dict(zip(IDS, NAMES, strict=True)), dict(zip(IDS, PARTS, strict=True))
    wrong = [
        (name_of[row["left_id"]], name_of[row["right_id"]])
        for row in told
        if fold(name_of[row["left_id"]]) != fold(name_of[row["right_id"]])
        and part_of[row["left_id"]] != part_of[row["right_id"]]
    ]
    assert wrong == []
    assert len({row["left_id"] for row in told}) >= len(IDS) - 2


def test_a_product_whose_own_row_is_missing_finds_no_other_one() -> None:
    half = [number for number in range(len(IDS)) if number % 2]
    other = [number for number in range(len(IDS)) if not number % 2]
    left = NameList([IDS[n] for n in half], [NAMES[n] for n in half])
    right = NameList([IDS[n] for n in other], [NAMES[n] for n in other])
    told = match(left, right, "product").predictions.to_pylist()
    names = dict(zip(IDS, NAMES, strict=True))
    assert [row for row in told if fold(names[row["left_id"]]) != fold(names[row["right_id"]])] == []


def test_a_part_number_of_two_products_stands_for_both() -> None:
    sku = sku_of_code("MCOPSTN5")
    assert sku is not None
    assert len(sku.ids) == 2


def test_a_difference_is_said_in_words() -> None:
    from pipelines.matching.product_names import read_product_name

    one, other = read_product_name("Office 365 E3")[0], read_product_name("Office 365 E5")[0]
    assert difference(one, other) == "only the left says e3 (plan); only the right says e5 (plan)"
