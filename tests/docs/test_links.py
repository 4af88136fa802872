"""Links between the files of the repository lead somewhere; what the documents say can be typed can be typed."""

import re
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.home import Home
from pipelines.settings import load_settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a typer app is a click group
SECRETS = """
[sources.connectwise]
private_key = "p"
client_id = "c"
[sources.pax8]
client_secret = "s"
"""


def _text(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _text(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_to_a_file_and_heading(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _text(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_in_the_documents_exists_with_the_options_shown(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = re.findall(r"(?:^|`)tieout ([a-z]+)([^`\n#]*)", text, flags=re.MULTILINE)
    for command, rest in shown:
        assert command in COMMANDS
        group = getattr(typer.main.get_command(app).commands[command], "commands", {})  # type: ignore[attr-defined]
        below = rest.split()[:1] if group else []
        assert set(below) <= set(group), f"tieout {command} {rest}"
        help_text = CliRunner().invoke(app, [command, *below, "--help"], env={"COLUMNS": "300"}).output
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in help_text, f"tieout {command} {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_in_the_documents_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(named) <= targets


def test_readme_names_every_subcommand() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [command for command in COMMANDS if f"`tieout {command}`" not in text] == []


def test_settings_shown_to_the_engineer_are_read_as_they_stand(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "operations.md").read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "tieout.toml").write_text(example, encoding="utf-8")
    (tmp_path / "secrets.toml").write_text(SECRETS, encoding="utf-8")
    settings = load_settings(Home(tmp_path), environment={})
    given = tomllib.loads(example)
    assert set(settings.enabled_sources) == set(given["sources"])
    assert settings.schedule.cron == given["schedule"]["cron"]
    assert settings.schedule.enabled


def test_every_exit_code_of_the_commands_is_explained_to_the_engineer() -> None:
    from pipelines.cli.console import Exit

    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE) == [str(int(code)) for code in Exit]


def test_pictures_are_small_enough_for_a_readme() -> None:
    pictures = ROOT / "docs" / "pictures"
    assert (pictures / "lineage.png").stat().st_size < 300_000
    assert (pictures / "demo.svg").stat().st_size < 150_000
