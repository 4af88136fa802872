"""Scores of several worlds on one page; the command around it, without a pipeline."""

from decimal import Decimal

import pytest

from sandbox.figures import WrongRow
from sandbox.score import MoneyScore, Score, Tally
from sandbox.scoreboard import Scoreboard
from scripts import scoreboard


def _score(hit: int = 4, found_money: str = "10.00", wrong: tuple[WrongRow, ...] = ()) -> Score:
    return Score(
        classes=(Tally("underbilled", 4, 5, hit),),
        flags=(Tally("price_drift", 2, 2, 2),),
        money=(MoneyScore("USD", Decimal("10.00"), Decimal(found_money), Decimal(0), Decimal(0)),),
        wrong=wrong,
        rows_expected=9,
        rows_found=10,
        attributed=8,
        misattributed=1,
        side_differences=0,
    )


def test_the_page_adds_worlds_up():
    board = Scoreboard("Two worlds.", {"seed 1": _score(), "seed 2": _score(hit=3)})
    page = board.page()

    assert "| `underbilled` | 8 | 10 | 7 | 70.0 % | 87.5 % |" in page
    assert "| `price_drift` | 4 | 4 | 4 | 100 % | 100 % |" in page
    assert "| underbilled, USD | 20.00 | 20.00 | exact |" in page
    assert "2 worlds, 18 rows of known truth, 0 of them wrong" in page
    assert "Of 16 assessed rows, 2 stand at a client" in page


def test_money_that_is_off_in_two_worlds_does_not_cancel_out():
    board = Scoreboard("Two worlds.", {"seed 1": _score(found_money="11.00"), "seed 2": _score(found_money="9.00")})

    assert "| underbilled, USD | 20.00 | 20.00 | off by 2.00 |" in board.page()
    assert not board.is_perfect


def test_a_world_that_was_not_published_and_a_row_that_differs_are_named():
    wrong = WrongRow("connectwise:1|connectwise:2|*", "different", {"class": "matched"}, {"class": "unbilled"}, "plant")
    board = Scoreboard("Two worlds.", {"seed 1": _score(wrong=(wrong,))}, {"seed 2": "dbt failed\nat once"})
    page = board.page()

    assert "- seed 2 was not published: dbt failed at once" in page
    assert "- seed 1: `connectwise:1|connectwise:2|*: class unbilled (should be matched) [plant]`" in page
    assert not board.is_perfect


def test_nothing_scored_is_not_perfect():
    assert not Scoreboard("None.").is_perfect


@pytest.mark.parametrize("fails", [False, True])
def test_the_command_writes_the_page_and_tells_by_its_exit_code(tmp_path, monkeypatch, capsys, fails):
    def scored(home, seed, clients, features, months):
        if fails and seed == 4:
            raise scoreboard.NotPublishedError("no")
        return _score()

    monkeypatch.setattr(scoreboard, "_scored", scored)
    page = tmp_path / "page.md"
    code = scoreboard.main(
        ["--seeds", "2", "--first", "3", "--clients", "20", "--features", "bundles", "--out", str(page)]
    )

    assert code == int(fails)
    assert "MSPs of 20 clients with bundles, seeds 3 to 4" in page.read_text()
    assert "[2/2] seed 4" in capsys.readouterr().err
