"""Taking decisions back leaves the rules byte for byte as they were, and never touches what people wrote by hand."""

import pytest

from pipelines.home import HomeBusyError
from pipelines.mapping.decide import Decision, decide
from pipelines.mapping.queue import read_queue
from pipelines.mapping.refusals import MappingRefusedError
from pipelines.mapping.undo import last_decisions, undo
from tests.pipelines.mapping.desk import NOW, Desk
from tests.pipelines.mapping.test_decide import say


def take_back(desk: Desk, count: int | None = None) -> None:
    undo(desk.home, last_decisions(desk.home, count), "A. Ruiz", now=NOW)


def both(desk: Desk) -> None:
    queue = read_queue(desk.home)
    decisions = [
        Decision("accept", queue.find("a1"), queue.target("client", "1")),
        Decision("reject", queue.find("a2"), queue.target("client", "2"), "no"),
        Decision("accept", queue.find("p1"), queue.target("product", "771")),
    ]
    decide(desk.home, queue, decisions, "A. Ruiz", now=NOW)


def test_undo_takes_back_all_of_the_last_command_and_the_files_are_as_they_were(desk: Desk) -> None:
    say(desk, "accept", "a3", "connectwise:3", "first")
    before = desk.files()
    both(desk)
    take_back(desk)
    assert desk.files() == before
    assert [item.left_id for item in read_queue(desk.home).items] == ["a1", "a2", "p1"]


def test_undo_again_goes_further_back_until_nothing_is_left(desk: Desk) -> None:
    before = desk.files()
    say(desk, "accept", "a3", "connectwise:3", "first")
    both(desk)
    take_back(desk)
    take_back(desk)
    assert desk.files() == before
    with pytest.raises(MappingRefusedError, match="no decision is left"):
        take_back(desk)


def test_the_last_decisions_can_be_counted(desk: Desk) -> None:
    both(desk)
    take_back(desk, 2)
    assert len(desk.lines("client_map.csv")) == 1
    assert (desk.lines("rejections.csv"), desk.lines("product_map.csv")) == ([], [])
    take_back(desk)
    assert desk.lines("client_map.csv") == []


def test_lines_written_by_hand_around_it_stay(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1")
    desk.rule("client_map.csv", "# mine", "pax8,a2,connectwise:2,2026-01-01,,D. Okafor,2026-01-14,by hand,")
    take_back(desk)
    assert desk.lines("client_map.csv") == ["pax8,a2,connectwise:2,2026-01-01,,D. Okafor,2026-01-14,by hand,"]
    assert (
        (desk.home.rules / "client_map.csv").read_text().endswith("# mine\n" + desk.lines("client_map.csv")[0] + "\n")
    )


def test_a_line_that_was_changed_by_hand_is_left_to_its_writer(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1")
    path = desk.home.rules / "client_map.csv"
    path.write_text(path.read_text().replace("2026-06-01", "2026-05-01"))
    before = desk.files()
    with pytest.raises(MappingRefusedError, match="changed or removed by hand"):
        take_back(desk)
    assert desk.files() == before


def test_a_taken_back_rejection_is_suggested_again(desk: Desk) -> None:
    say(desk, "reject", "a1", "connectwise:1")
    take_back(desk)
    assert read_queue(desk.home).find("a1").suggestions[0].right_id == "connectwise:1"


def test_the_log_only_grows(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1")
    before = desk.home.mapping_log.read_bytes()
    take_back(desk)
    assert desk.home.mapping_log.read_bytes().startswith(before)
    assert b'"undo"' in desk.home.mapping_log.read_bytes()


def test_a_torn_end_of_the_log_costs_that_entry_alone(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1")
    with desk.home.mapping_log.open("ab") as log:
        log.write(b'{"action": "acc')
    say(desk, "accept", "a2", "connectwise:2")
    assert [one.left_id for one in last_decisions(desk.home, 5)] == ["a2", "a1"]


def test_while_a_run_uses_the_home_nothing_is_taken_back(desk: Desk) -> None:
    say(desk, "accept", "a1", "connectwise:1")
    with desk.home.lock("run 8f2c"), pytest.raises(HomeBusyError):
        take_back(desk)
    assert len(desk.lines("client_map.csv")) == 1
