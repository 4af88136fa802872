"""What a terminal gets: no name of a client, a product or a file can steer it."""

import io
from pathlib import Path

import pytest
import typer
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from pipelines.cli import console as terminal
from pipelines.cli.app import app
from pipelines.cli.console import SafeConsole, harmless

# Clears the screen, renames the window, writes over the line, turns the direction of writing; the same with one byte.
NAMES = ["\x1b[2J", "\x1b]0;owned\x07", "\rAll healthy", "\x08\x08\x08", "\x9b31m", "\u202elanigiro", "a\x00b", "\x7f"]


def printed(thing: object, **how: object) -> str:
    console = SafeConsole(file=io.StringIO(), force_terminal=True, width=60, color_system="truecolor", highlight=False)
    console.print(thing, **how)  # type: ignore[arg-type]
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def table_of(name: str) -> Table:
    table = Table(title=name)
    table.add_column(name)
    table.add_row(name)
    table.add_row(Text(name))
    return table


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form", [str, Text, table_of, Panel, lambda name: Text.assemble((name, "bold red")), lambda name: Panel(Text(name))]
)
def test_a_name_never_steers_the_terminal_however_it_is_printed(name: str, form) -> None:
    text = printed(form(f"Acme {name} Ltd"), markup=False)
    plain = printed(form("Acme  Ltd"), markup=False)
    for steering in {*name} & {*"\x1b\x07\r\x08\x9b\u202e\x00\x7f"}:
        # Colours are rich's own, and as many as without the name.
        assert text.count(steering) <= plain.count(steering), ascii(text)
    assert "Acme" in text
    assert "Ltd" in text


def test_what_is_printed_otherwise_is_left_alone() -> None:
    for text in ("Größe ✓ 日本語 😀", "two\nlines", "[/tmp/a]", "می‌خواهم"):
        assert harmless(text) == text
    assert "\x1b[1mbold" in printed("[bold]bold[/]")
    assert harmless("\x1b[2J") == r"\x1b[2J"


def test_an_error_about_a_file_shows_its_name_without_obeying_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "errors", SafeConsole(file=io.StringIO(), force_terminal=True, color_system=None))
    with pytest.raises(typer.Exit):
        terminal.fail("inbox/\x1b[2Jdrop.csv cannot be read", "see \x1b]0;x\x07")
    text = terminal.errors.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert r"inbox/\x1b[2Jdrop.csv cannot be read" in text


@pytest.mark.parametrize("command", [["run", "--home"], ["map", "import"], ["exports", "profile"]])
def test_wrong_usage_quotes_its_arguments_without_obeying_them(command: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, [*command, "\x1b[2Jevil\x9b"], env={"COLUMNS": "200", "TIEOUT_HOME": str(tmp_path)}
    )
    assert result.exit_code == 2
    assert "evil" in result.output
    assert "\x1b[2J" not in result.output
    assert "\x9b" not in result.output
