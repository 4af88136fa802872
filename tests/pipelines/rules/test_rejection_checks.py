"""A pair is confirmed or rejected, never both."""

from pathlib import Path

import pytest

from pipelines.rules import RulesRefused, load_rules
from tests.pipelines.rules.home import GOOD, write

REJECTED = "{},{},{},{},D. Okafor,2026-01-14,no"


def refusals(folder: Path, **files: str) -> list[str]:
    try:
        load_rules(write(folder, **files))
    except RulesRefused as refused:
        return [str(error) for error in refused.errors]
    return []


@pytest.mark.parametrize(
    ("file", "pair"),
    [("client_map", "client,pax8,c1,connectwise:250"), ("product_map", "product,ninjaone,MAC,connectwise:640")],
)
def test_a_rejected_pair_may_not_be_confirmed_whatever_the_days(tmp_path: Path, file: str, pair: str) -> None:
    rules = {file: GOOD[f"{file}.csv"], "rejections": REJECTED.format(*pair.split(","))}
    [error] = refusals(tmp_path, **rules)
    assert error.startswith(f"rejections.csv:2: right_id: contradicts {file}.csv:2, which confirms")


@pytest.mark.parametrize("pair", ["client,pax8,c1,connectwise:251", "client,ninjaone,c1,connectwise:250",
                                  "product,pax8,c1,connectwise:250"])  # fmt: skip
def test_another_pair_may(tmp_path: Path, pair: str) -> None:
    rules = {"client_map": GOOD["client_map.csv"], "rejections": REJECTED.format(*pair.split(","))}
    assert refusals(tmp_path, **rules) == []


def test_a_pair_is_rejected_once(tmp_path: Path) -> None:
    again = GOOD["rejections.csv"].replace("another", "still another")
    [error] = refusals(tmp_path, rejections=f"{GOOD['rejections.csv']}\n{again}")
    assert "is a second rule about client pax8 c2 connectwise:250, after line 2" in error


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("tenant,pax8,c2,connectwise:1", "kind: 'tenant' is not one of client, product"),
        ("client,pax8,c2,250", "right_id: '250' is not a client or product id"),
        ("client,pax8,c2,xero:1", "right_id: 'xero:1': 'xero' is not a known system of clients and products"),
    ],
)
def test_what_is_not_a_pair_is_refused_in_words(tmp_path: Path, cells: str, says: str) -> None:
    [error] = refusals(tmp_path, rejections=REJECTED.format(*cells.split(",")))
    assert says in error
