"""Rules about one shared account must fit each other on every day."""

from pathlib import Path

import pytest

from pipelines.rules import RulesRefused, load_rules
from tests.pipelines.rules.home import write


def split(
    attribute: str, value: str, start: str = "2026-01-01", end: str = "", account: str = "t1", client: int = 250
) -> str:
    return f"microsoft_graph,{account},{attribute},{value},connectwise:{client},{start},{end},M. Silva,shared"


def mapped(start: str = "2026-01-01", end: str = "", account: str = "t1") -> str:
    return f"microsoft_graph,{account},connectwise:250,{start},{end},D. Okafor,2026-01-14,same tax id,"


def refusals(folder: Path, **files: str) -> list[str]:
    try:
        load_rules(write(folder, **files))
    except RulesRefused as refused:
        return [str(error) for error in refused.errors]
    return []


def test_an_account_may_not_have_one_client_and_be_split_on_the_same_day(tmp_path: Path) -> None:
    assert refusals(tmp_path, client_map=mapped(), splits=split("office", "Leeds")) == [
        "client_map.csv:2: account_id: is split among clients on the same days by splits.csv:2;"
        " end one before the other begins"
    ]


def test_an_account_may_be_split_from_the_day_on_which_its_one_client_ends(tmp_path: Path) -> None:
    assert not refusals(tmp_path, client_map=mapped(end="2026-03-01"), splits=split("office", "Leeds", "2026-03-01"))


def test_the_split_of_one_account_is_nothing_to_another(tmp_path: Path) -> None:
    splits = "\n".join([split("office", "Leeds", account="t2"), split("company", "Acme", account="t3")])
    assert not refusals(tmp_path, client_map=mapped(), splits=splits)


def test_two_attributes_may_not_split_one_account_on_the_same_day(tmp_path: Path) -> None:
    splits = "\n".join([split("office", "Leeds"), split("office", "York"), split("company", "Acme", "2026-05-01")])
    assert refusals(tmp_path, splits=splits) == [
        "splits.csv:4: attribute: company is a second attribute for this account on the same days, after office in"
        " line 2: one attribute splits an account"
    ]


def test_an_attribute_may_follow_another(tmp_path: Path) -> None:
    assert not refusals(
        tmp_path,
        splits="\n".join([split("office", "Leeds", end="2026-05-01"), split("company", "Acme", "2026-05-01")]),
    )


@pytest.mark.parametrize(("first", "second"), [("Leeds", "LEEDS"), ("Köln", "KÖLN")])
def test_values_that_differ_in_case_alone_are_one_value(tmp_path: Path, first: str, second: str) -> None:
    splits = "\n".join([split("office", first), split("office", second, client=251)])
    (error,) = refusals(tmp_path, splits=splits)
    assert error.startswith("splits.csv:3: client_id: contradicts line 2")


def test_a_split_has_no_rule_for_every_value(tmp_path: Path) -> None:
    assert refusals(tmp_path, splits=split("office", "*")) == ["splits.csv:2: value: may not be *"]
