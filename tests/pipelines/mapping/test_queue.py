"""What waits: ranked, less what people decided since the run, and found by what people call it."""

from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.mapping.queue import read_queue
from pipelines.mapping.refusals import MappingRefusedError, NothingPublishedError
from tests.pipelines.mapping.desk import Desk

RULE = "pax8,{},connectwise:{},2026-01-01,{},D. Okafor,2026-01-14,by hand,"


def waiting(desk: Desk, kind: str = "client") -> list[str]:
    return [item.left_id for item in read_queue(desk.home).items if item.kind == kind]


def test_items_come_by_rank_with_their_suggestions_best_first(desk: Desk) -> None:
    queue = read_queue(desk.home)
    assert [(item.kind, item.left_id) for item in queue.items] == [
        ("client", "a1"), ("client", "a2"), ("client", "a3"), ("product", "p1")
    ]  # fmt: skip
    assert [one.right_id for one in queue.items[0].suggestions] == ["connectwise:1", "connectwise:2"]
    assert queue.items[2].best is None
    assert queue.items[2].amount is None


def test_a_mapping_written_since_the_run_takes_its_item_off_the_list(desk: Desk) -> None:
    desk.rule("client_map.csv", RULE.format("a1", 2, ""))
    assert waiting(desk) == ["a2", "a3"]
    [settled] = read_queue(desk.home).settled
    assert settled.right_id == "connectwise:2"
    assert settled.rule_id.startswith("client_map.csv:")


def test_a_mapping_that_ran_out_or_leads_to_nothing_leaves_its_item_waiting(desk: Desk) -> None:
    desk.rule("client_map.csv", RULE.format("a1", 2, "2026-06-01"), RULE.format("a2", 99, ""))
    assert waiting(desk) == ["a1", "a2", "a3"]


def test_an_account_that_is_split_among_clients_waits_for_nobody(desk: Desk) -> None:
    desk.rule("splits.csv", "pax8,a1,office,Leeds,connectwise:1,2026-01-01,,M. Silva,shared")
    assert waiting(desk) == ["a2", "a3"]


def test_a_rejected_pair_is_no_suggestion_and_changes_no_state(desk: Desk) -> None:
    before = read_queue(desk.home).items[0]
    desk.rule("rejections.csv", "client,pax8,a1,connectwise:1,D. Okafor,2026-06-21,another company")
    after = read_queue(desk.home).items[0]
    assert [one.right_id for one in after.suggestions] == ["connectwise:2"]
    assert after.state == before.state


def test_the_state_changes_with_the_name_with_an_id_and_with_what_is_suggested(desk: Desk) -> None:
    def state() -> str:
        return desk.publish().items[0].state

    seen = {state()}
    desk.rows["mapping_queue"][0]["waiting_amount"] = 7
    assert state() in seen
    desk.rows["mapping_queue"][0]["left_name"] = "Acme Dental Group"
    seen.add(state())
    desk.rows["mapping_queue"][0]["domain"] = "other.example"
    seen.add(state())
    desk.rows["mapping_suggestions"][0]["tier"] = "possible"
    seen.add(state())
    assert len(seen) == 4
    # A score within its tier moves with every decision about another item.
    desk.rows["mapping_suggestions"][0]["score"] = "0.9600"
    assert state() in seen


@pytest.mark.parametrize("text", ["pax8:a1", "a1", "Acme Dental", "acme dental "])
def test_an_item_is_found_by_key_id_and_name(desk: Desk, text: str) -> None:
    assert read_queue(desk.home).find(text).left_id == "a1"


def test_a_name_of_several_items_is_refused_and_each_is_named(desk: Desk) -> None:
    desk.waits("client", "ninjaone", "n1", "Acme Dental")
    with pytest.raises(MappingRefusedError) as refused:
        desk.publish().find("Acme Dental")
    assert [line.split()[1] for line in refused.value.details] == ["pax8:a1", "ninjaone:n1"]


def test_an_id_that_an_account_and_a_product_share_needs_the_kind(desk: Desk) -> None:
    desk.waits("product", "pax8", "a1", "A product")
    queue = desk.publish()
    with pytest.raises(MappingRefusedError, match="--kind"):
        queue.find("pax8:a1")
    assert queue.find("pax8:a1", "product").left_name == "A product"


@pytest.mark.parametrize("text", ["connectwise:2", "2", "harbor logistics INC"])
def test_a_target_is_found_by_id_bare_id_and_name(desk: Desk, text: str) -> None:
    assert read_queue(desk.home).target("client", text).right_id == "connectwise:2"


def test_a_target_that_the_psa_does_not_have_is_refused(desk: Desk) -> None:
    with pytest.raises(MappingRefusedError, match="no client 'connectwise:771'"):
        read_queue(desk.home).target("client", "connectwise:771")


def test_before_the_first_run_there_is_nothing_to_decide(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match="nothing has been published"):
        read_queue(Home(tmp_path / "home").create())
