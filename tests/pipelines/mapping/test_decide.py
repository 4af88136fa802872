"""A person's word becomes one dated line; the rest of the file stays byte for byte; what contradicts is refused."""

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.home import HomeBusyError
from pipelines.mapping.decide import Decision, decide
from pipelines.mapping.queue import Queue, read_queue
from pipelines.mapping.refusals import MappingRefusedError
from pipelines.rules import load_rules
from tests.pipelines.mapping.desk import NOW, Desk


def say(desk: Desk, action: str, left: str, right: str, reason: str = "", by: str = "A. Ruiz", **about) -> None:
    queue = read_queue(desk.home)
    item = queue.find(left)
    decide(desk.home, queue, [Decision(action, item, queue.target(item.kind, right), reason)], by, now=NOW, **about)


def accepts_a1(queue: Queue) -> Decision:
    return Decision("accept", queue.find("a1"), queue.target("client", "1"))


def test_accepting_writes_one_dated_line_with_person_and_evidence(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1")
    say(desk, "accept", "p1", "connectwise:771", "order form")
    assert desk.lines("client_map.csv") == [
        'pax8,a1,connectwise:1,2026-06-01,,A. Ruiz,2026-06-22,"suggested: same name (certain, 0.99)",'
    ]
    assert desk.lines("product_map.csv") == ["pax8,p1,connectwise:771,2026-06-01,,A. Ruiz,2026-06-22,order form,"]


def test_rejecting_writes_to_the_rejections_and_the_pair_is_suggested_no_more(desk: Desk) -> None:
    say(desk, "reject", "a1", "connectwise:1", "another company")
    assert desk.lines("rejections.csv") == ["client,pax8,a1,connectwise:1,A. Ruiz,2026-06-22,another company"]
    assert [one.right_id for one in read_queue(desk.home).find("a1").suggestions] == ["connectwise:2"]


def test_every_other_byte_of_every_file_stays(desk: Desk) -> None:
    kept = (
        b"\xef\xbb\xbf# ours: do not touch\r\nvalid_from;valid_to;source_system;account_id;client_id;confirmed_by;"
        b'confirmed_at;reason\r\n\r\n2026-01-01; ;pax8 ;x1;connectwise:3;M\xc3\xbcller;2026-01-02;"a;b"\r\n# end'
    )
    (desk.home.rules / "client_map.csv").write_bytes(kept)
    before = desk.files()
    say(desk, "accept", "a1", "connectwise:1", "yes; it is")
    after = desk.files()
    assert after.pop("client_map.csv") == (
        kept + b'\r\n2026-06-01;;pax8;a1;connectwise:1;A. Ruiz;2026-06-22;"yes; it is"\r\n'
    )
    before.pop("client_map.csv")
    assert after == before


def test_a_target_that_was_not_suggested_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(MappingRefusedError, match="was not suggested, so say why"):
        say(desk, "accept", "a3", "connectwise:3")
    assert desk.lines("client_map.csv") == []
    say(desk, "accept", "a3", "connectwise:3", "same signature on the order")
    assert len(desk.lines("client_map.csv")) == 1


def test_a_decision_needs_a_person(desk: Desk) -> None:
    with pytest.raises(MappingRefusedError, match="--by"):
        say(desk, "accept", "a1", "connectwise:1", by=" \n")


def test_what_a_rule_confirms_otherwise_is_refused_with_file_and_line(desk: Desk) -> None:
    queue = read_queue(desk.home)
    item = queue.find("a1")
    desk.rule("client_map.csv", "pax8,a1,connectwise:2,2026-01-01,,D. Okafor,2026-01-14,by hand meanwhile,")
    before = desk.files()
    with pytest.raises(MappingRefusedError) as refused:
        decide(desk.home, queue, [Decision("accept", item, queue.target("client", "1"))], "A. Ruiz", now=NOW)
    [detail] = refused.value.details
    assert "client_map.csv:" in detail
    assert "contradicts line" in detail
    assert desk.files() == before


def test_what_was_rejected_cannot_be_accepted_nor_what_was_accepted_rejected(desk: Desk) -> None:
    say(desk, "reject", "a1", "connectwise:1")
    with pytest.raises(MappingRefusedError, match=r"rejections\.csv:\d+ rejects pax8:a1 as connectwise:1"):
        say(desk, "accept", "a1", "connectwise:1", "after all")
    queue = read_queue(desk.home)
    item = queue.find("a2")
    say(desk, "accept", "a2", "connectwise:2")
    with pytest.raises(MappingRefusedError) as refused:
        decide(desk.home, queue, [Decision("reject", item, queue.target("client", "2"), "no")], "A. Ruiz", now=NOW)
    assert "contradicts client_map.csv:" in refused.value.details[0]


def test_a_shared_account_is_refused_with_the_line_that_splits_it(desk: Desk) -> None:
    queue = read_queue(desk.home)
    desk.rule("splits.csv", "pax8,a1,office,Leeds,connectwise:1,2026-01-01,,M. Silva,shared")
    with pytest.raises(MappingRefusedError) as refused:
        decide(
            desk.home, queue, [Decision("accept", queue.find("a1"), queue.target("client", "1"))], "A. Ruiz", now=NOW
        )
    assert "splits.csv:" in refused.value.details[0]


def test_one_wrong_decision_of_many_and_none_is_taken(desk: Desk) -> None:
    queue = read_queue(desk.home)
    right = Decision("accept", queue.find("a2"), queue.target("client", "2"))
    wrong = Decision("accept", queue.find("a3"), queue.target("client", "3"))
    before = desk.files()
    with pytest.raises(MappingRefusedError):
        decide(desk.home, queue, [right, wrong], "A. Ruiz", now=NOW)
    assert desk.files() == before
    assert not desk.home.mapping_log.exists()


def test_rules_that_are_wrong_already_are_named_and_nothing_is_added(desk: Desk) -> None:
    queue = read_queue(desk.home)
    desk.rule("tolerances.csv", "*,connectwise:771,-1,2026-01-01,,M. Silva,no")
    with pytest.raises(MappingRefusedError) as refused:
        decide(
            desk.home, queue, [Decision("accept", queue.find("a1"), queue.target("client", "1"))], "A. Ruiz", now=NOW
        )
    assert refused.value.details[0].startswith("tolerances.csv:")
    assert desk.lines("client_map.csv") == []


def test_a_mapping_begins_with_the_published_month_or_when_the_former_one_ended(desk: Desk) -> None:
    desk.rule("client_map.csv", "pax8,a1,connectwise:2,2026-01-01,2026-06-10,D. Okafor,2026-01-14,moved,")
    say(desk, "accept", "a1", "connectwise:1")
    say(desk, "accept", "a2", "connectwise:2", valid_from=date(2026, 3, 1))
    mapped = load_rules(desk.home.rules).tables["client_map"].to_pylist()
    assert [row["valid_from"] for row in mapped[1:]] == [date(2026, 6, 10), date(2026, 3, 1)]


def test_while_a_run_uses_the_home_a_decision_is_refused_and_says_who(desk: Desk) -> None:
    before = desk.files()
    with desk.home.lock("run 8f2c"), pytest.raises(HomeBusyError, match="run 8f2c"):
        say(desk, "accept", "a1", "connectwise:1")
    assert desk.files() == before


def test_the_log_keeps_who_when_what_and_the_values_seen(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1", "checked")
    [entry] = map(json.loads, desk.home.mapping_log.read_text().splitlines())
    assert {name: entry[name] for name in ("action", "by", "at", "left_id", "right_id", "reason", "score", "tier")} == {
        "action": "accept", "by": "A. Ruiz", "at": "2026-06-22T09:30:00+00:00", "left_id": "a1",
        "right_id": "connectwise:1", "reason": "checked", "score": "0.9900", "tier": "certain",
    }  # fmt: skip
    assert (entry["waiting_amount"], entry["evidence"]) == ("99.00", "same name")
    assert desk.home.mapping_log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", '"; DROP TABLE--', "a,b;c\td", "[red]x[/]", "line\nbreak", "‮evil", "\x1b[31m", "#"]
)
def test_hostile_names_reach_the_rules_only_as_harmless_words_of_a_reason(desk: Desk, name: str) -> None:
    desk.waits("client", "pax8", "h1", name)
    desk.suggests("h1", "connectwise:3", reasons=f"same name {name}")
    desk.publish()
    say(desk, "accept", "h1", "connectwise:3")
    [rule] = load_rules(desk.home.rules).tables["client_map"].to_pylist()
    assert (rule["account_id"], rule["client_id"]) == ("h1", "connectwise:3")
    assert rule["reason"].isprintable()
    assert json.loads(desk.home.mapping_log.read_text())["left_name"] == name


@pytest.mark.parametrize("left", ["=1+1", "#7", 'x,"y"', "@SUM(A1)", "-1", "a|b", "Müller & Söhne"])
def test_hostile_ids_are_written_so_that_they_are_read_back_as_they_are(desk: Desk, left: str) -> None:
    (desk.home.rules / "client_map.csv").write_text(
        "account_id,source_system,client_id,valid_from,valid_to,confirmed_by,confirmed_at,reason\n"
    )
    desk.waits("client", "pax8", left, "Hostile")
    desk.publish()
    say(desk, "accept", left, "connectwise:3", "it is")
    [rule] = load_rules(desk.home.rules).tables["client_map"].to_pylist()
    assert rule["account_id"] == left


@pytest.mark.parametrize("left", [" padded ", "two\nlines", "ABCDEF00-0000-0000-0000-000000000000"])
def test_an_id_that_a_rule_file_cannot_hold_is_refused(desk: Desk, left: str) -> None:
    desk.waits("client", "pax8", left, "Odd")
    queue = desk.publish()
    item = next(item for item in queue.items if item.left_id == left)
    before = desk.files()
    with pytest.raises(MappingRefusedError):
        decide(desk.home, queue, [Decision("accept", item, queue.target("client", "3"), "it is")], "A. Ruiz", now=NOW)
    assert desk.files() == before


def test_a_home_without_the_file_gets_it_with_its_header(desk: Desk) -> None:
    (desk.home.rules / "client_map.csv").unlink()
    say(desk, "accept", "a1", "connectwise:1")
    assert len(desk.lines("client_map.csv")) == 1


def test_a_rule_file_on_a_link_stays_a_link(desk: Desk, tmp_path: Path) -> None:
    path = desk.home.rules / "client_map.csv"
    kept = tmp_path / "repository.csv"
    path.rename(kept)
    path.symlink_to(kept)
    say(desk, "accept", "a1", "connectwise:1")
    assert path.is_symlink()
    assert "pax8,a1,connectwise:1" in kept.read_text()
