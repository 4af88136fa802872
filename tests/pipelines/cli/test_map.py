"""`tieout map` as a person types it: exit codes, what is said, and that nothing happens unasked."""

from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.cli.console import console
from pipelines.home import Home
from tests.pipelines.mapping.desk import Desk, usual
from tests.pipelines.mapping.test_workbook import decided


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which no name wraps: rich takes its width from the moment of its first import."""
    monkeypatch.setattr(console, "_width", 220)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return usual(tmp_path)


def tell(desk: Desk, *arguments: str, typed: str | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(
        app, ["map", *arguments, "--home", str(desk.home.path)], input=typed, env={"COLUMNS": "220", "USER": "a.ruiz"}
    )
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_the_list_ranks_by_money_and_names_suggestions_and_what_has_none(desk: Desk) -> None:
    text = tell(desk, "list").output
    places = [text.index(name) for name in ("99.00 USD", "98.00 USD", "price unknown", "M365 Business Premium")]
    assert places == sorted(places)
    assert "certain 0.99 same name" in text
    assert "3 clients to confirm" in text


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["clients"], ["Acme Dental", "Harbor Logistics", "Northwind"]),
        (["products"], ["M365 Business Premium"]),
        (["--search", "HARBOR"], ["Harbor Logistics"]),
        (["--system", "ninjaone"], []),
        (["clients", "--limit", "1"], ["Acme Dental"]),
    ],
)
def test_the_list_can_be_narrowed(desk: Desk, arguments: list[str], names: list[str]) -> None:
    text = tell(desk, "list", *arguments).output
    everything = ["Acme Dental", "Harbor Logistics", "Northwind", "M365 Business Premium"]
    assert [name for name in everything if f"{name} " in text] == names


def test_one_is_shown_with_both_sides_and_the_evidence(desk: Desk) -> None:
    text = tell(desk, "show", "pax8:a1").output
    for said in ("Acme Dental", "c1.example", "3 seats", "connectwise:1", "same name", "connectwise:2", "look at both"):
        assert said in text


def test_accepting_says_which_line_it_wrote_and_what_to_do_next(desk: Desk) -> None:
    text = tell(desk, "accept", "a1", "1", "--by", "A. Ruiz", "--reason", "order form", "--from", "2026-05-01").output
    assert "rules/client_map.csv: 1 line added" in text
    assert "pax8,a1,connectwise:1,2026-05-01,,A. Ruiz," in text
    assert "run --home" in text


def test_the_login_user_decides_where_nobody_else_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "m.okafor")
    tell(desk, "reject", "a1", "1")
    assert ",m.okafor," in desk.lines("rejections.csv")[0]


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["accept", "nobody", "1"], "nothing waits under 'nobody'", 1),
        (["accept", "a1", "99"], "the PSA has no client '99'", 1),
        (["accept", "a3", "3"], "was not suggested, so say why", 1),
        (["accept", "a1", "1", "--from", "May"], "'May' is not a date; write it as 2026-06-01", 2),
        (["accept-all", "--above", "95"], "--above", 2),
        (["undo"], "no decision is left to take back", 1),
        (["export", "queue.csv"], "ends in .xlsx", 2),
        (["import", "missing.xlsx"], "missing.xlsx", 2),
        (["frobnicate"], "No such command", 2),
    ],
)
def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(
    desk: Desk, arguments: list[str], says: str, code: int
) -> None:
    before = desk.files()
    assert says in " ".join(tell(desk, *arguments, code=code).output.split())
    assert desk.files() == before


def test_accept_all_shows_asks_and_leaves_what_has_a_rival_or_scores_less(desk: Desk) -> None:
    desk.suggests("a3", "connectwise:3", "0.9600", is_unambiguous=False)
    desk.publish()
    before = desk.files()
    text = tell(desk, "accept-all", "clients", "--above", "0.95", typed="n\n", code=1).output
    assert "Acme Dental" in text
    assert "Accept these 2?" in text
    assert desk.files() == before
    tell(desk, "accept-all", "clients", "--above", "0.95", typed="y\n")
    assert [line.split(",")[1] for line in desk.lines("client_map.csv")] == ["a1", "a2"]
    assert desk.lines("product_map.csv") == []


def test_accept_all_of_nothing_says_so(desk: Desk) -> None:
    assert "nothing was changed" in tell(desk, "accept-all", "--above", "1").output


def test_undo_shows_asks_and_takes_the_last_command_back(desk: Desk) -> None:
    before = desk.files()
    tell(desk, "accept-all", "--above", "0.9", "--yes")
    after = desk.files()
    text = tell(desk, "undo", typed="n\n", code=1).output
    assert "accept pax8:a1 (Acme Dental) as connectwise:1" in text
    assert desk.files() == after
    assert "Taken back: 3" in tell(desk, "undo", "--yes").output
    assert desk.files() == before


def test_a_workbook_goes_out_and_comes_back_and_a_second_import_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    assert "map import" in tell(desk, "export", str(path)).output
    filled = decided(path, a1={"Decision": "accept"}, a2={"Decision": "reject"})
    before = desk.files()
    assert "would be accepted 1, would be rejected 1" in tell(desk, "import", str(filled), "--dry-run").output
    assert desk.files() == before
    text = tell(desk, "import", str(filled)).output
    assert "accepted 1, rejected 1, 0 held already, 2 left for another day, 0 refused" in text
    after = desk.files()
    assert "accepted 0, rejected 0, 2 held already" in tell(desk, "import", str(filled)).output
    assert desk.files() == after


def test_stale_rows_end_with_3_and_are_named_while_the_others_are_taken(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    tell(desk, "export", str(path))
    filled = decided(path, a1={"Decision": "accept"}, a2={"Decision": "accept"})
    desk.rule("client_map.csv", "pax8,a1,connectwise:2,2026-01-01,,D. Okafor,2026-01-14,by hand,")
    text = tell(desk, "import", str(filled), code=3).output
    assert "refused Accounts row 2 (Acme Dental): decided meanwhile by client_map.csv:" in text
    assert [line.split(",")[1] for line in desk.lines("client_map.csv")] == ["a1", "a2"]


def test_a_malformed_row_refuses_the_file_and_every_such_row_is_named(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    tell(desk, "export", str(path))
    before = desk.files()
    filled = decided(path, a1={"Decision": "yes"}, a2={"Decision": "accept"}, p1={"Decision": "??"})
    text = tell(desk, "import", str(filled), code=1).output
    assert "2 rows are malformed, so nothing was changed" in text
    assert "Accounts row 2" in text
    assert "Products row 2" in text
    assert desk.files() == before


def test_while_a_run_uses_the_home_every_decision_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    tell(desk, "export", str(path))
    filled = decided(path, a1={"Decision": "accept"})
    before = desk.files()
    with desk.home.lock("run 8f2c"):
        for arguments in (["accept", "a1", "1"], ["reject", "a1", "1"], ["accept-all", "--above", "0.9", "--yes"],
                          ["import", str(filled)]):  # fmt: skip
            assert "another run is using" in tell(desk, *arguments, code=1).output
        tell(desk, "list")
    assert desk.files() == before


def test_wrong_rules_are_named_before_anything_is_decided(desk: Desk) -> None:
    desk.rule("client_map.csv", "pax8,a1,2,2026-01-01,,D. Okafor,2026-01-14,no system,")
    text = tell(desk, "list", code=1).output
    assert "the rules are wrong as they stand" in text
    assert "client_map.csv:" in text


def test_before_the_first_run_it_says_how_to_run(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    result = CliRunner().invoke(app, ["map", "list", "--home", str(home.path)])
    assert result.exit_code == 1
    assert "tieout run" in result.stderr


@pytest.mark.parametrize("name", ["[red]x[/red]", "\x1b[31mred", "a\nb", "[/]", "x" * 500, "‮evil"])
def test_hostile_names_neither_colour_nor_break_the_terminal(tmp_path: Path, name: str) -> None:
    desk = usual(tmp_path, (name, "Harbor", "Northwind"))
    desk.rows["mapping_queue"][0]["holds"] = name
    desk.rows["mapping_suggestions"][0]["reasons"] = name
    desk.publish()
    for arguments in (["list"], ["show", "a1"], ["accept", "a1", "1"], ["undo", "--yes"],
                      ["accept-all", "--above", "0.9", "--yes"], ["undo", "--yes"]):  # fmt: skip
        text = tell(desk, *arguments).output
        assert "\x1b" not in text
        assert "‮" not in text


def test_the_workbook_lists_all_targets_for_the_drop_down(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "queue.xlsx"
    tell(desk, "export", str(path))
    listed = [cell.value for cell in load_workbook(path)["PSA clients"]["A"][1:]]
    assert listed == [
        "connectwise:1 | Acme Dental Inc", "connectwise:2 | Harbor Logistics Inc", "connectwise:3 | Northwind Inc"
    ]  # fmt: skip
