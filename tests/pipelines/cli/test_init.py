"""`tieout init`: what a new home holds, what is asked, what is refused, and that nothing is overwritten."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.home import Home
from pipelines.new_home.known import known_settings
from pipelines.rules import load_rules
from pipelines.rules.files import FILES
from pipelines.settings import SettingsError, load_settings

PSA = "Client,Product,Quantity,Unit Price\nAcme,P,3,2.50\n"
VENDOR = "Company,Product,Seats\nAcme,P,4\n"


def made(home: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["init", str(home), *options], env={"COLUMNS": "200"})


@pytest.fixture
def exports(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "billing.csv").write_text(PSA)
    (tmp_path / "licences.csv").write_text(VENDOR)
    return str(tmp_path / "billing.csv"), str(tmp_path / "licences.csv")


def test_two_exports_make_a_home_that_can_be_run(tmp_path: Path, exports: tuple[str, str]) -> None:
    home = Home(tmp_path / "home")
    result = made(home.path, "--psa", exports[0], "--vendor", exports[1], "--currency", "EUR")
    assert result.exit_code == 0, result.output
    assert f"run --home {home.path}" in result.output
    settings = load_settings(home, environment={})
    assert (settings.default_currency, list(settings.sources)) == ("EUR", ["exports"])
    assert (home.inbox / "psa" / "billing.csv").read_text() == PSA
    assert tomllib.loads((home.inbox / "vendor" / "profile.toml").read_text()) == {"kind": "vendor"}
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_every_setting_of_each_chosen_system_stands_in_the_home_with_its_meaning(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    made(
        home.path, "--system", "connectwise", "--system", "microsoft_graph", "--system", "pax8", "--system", "ninjaone"
    )
    text = " ".join(home.settings_file.read_text().replace("\n# ", " ").split())
    for system, settings in known_settings().items():
        for one in settings if system != "exports" else ():
            assert f"{one.name} = " in text or f"{one.name}: a secret" in text, one
            if not one.is_secret:
                assert one.description[1:] in text, one
    assert "partner_tenant_id" in text
    assert 'audience = "https://api.pax8.com"' in text


def test_secrets_are_named_in_a_file_of_the_owners_alone_and_have_no_value(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    result = made(home.path, "--system", "connectwise", "--system", "pax8", "--set", "pax8.client_id=abc")
    assert stat.S_IMODE(os.stat(home.secrets_file).st_mode) == 0o600
    text = home.secrets_file.read_text()
    assert tomllib.loads(text) == {"sources": {"connectwise": {}, "pax8": {}}}
    assert '# private_key = ""' in text
    assert "connectwise.private_key, connectwise.client_id, pax8.client_secret" in result.output
    assert f"doctor --home {home.path}" in result.output
    with pytest.raises(SettingsError, match=r"sources.pax8.client_secret: missing"):
        load_settings(home, environment={})


def test_a_secret_is_refused_on_the_command_line_and_not_repeated(tmp_path: Path) -> None:
    result = made(tmp_path / "home", "--set", "pax8.client_secret=hush")
    assert result.exit_code == 2
    assert "pax8.client_secret is a secret" in " ".join(result.output.split())
    assert "hush" not in result.output
    assert not (tmp_path / "home").exists()


def test_every_rule_file_has_header_and_examples_and_holds_no_rule(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    made(home.path, "--system", "ninjaone")
    for declared in FILES:
        lines = (home.rules / declared.file).read_text().splitlines()
        assert lines[-1] == ",".join(declared.column_names)
        assert sum(line.startswith("# ") for line in lines) >= 3, declared.file
    assert sum(table.num_rows for table in load_rules(home.rules).tables.values()) == 0


def test_nothing_that_is_there_is_overwritten_and_what_is_missing_is_added(
    tmp_path: Path, exports: tuple[str, str]
) -> None:
    home = Home(tmp_path / "home")
    made(home.path, "--psa", exports[0], "--vendor", exports[1])
    for path in (home.settings_file, home.rules / "terms.csv", home.inbox / "psa" / "billing.csv"):
        path.write_text(f"# mine\n{path.read_text()}")
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    (home.rules / "splits.csv").unlink()
    result = made(home.path, "--system", "pax8", "--vendor", f"backup={exports[1]}")
    assert "kept     tieout.toml" in result.output
    assert "tieout.toml was there and is kept" in " ".join(result.output.split())
    after = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    added = {path.relative_to(home.path).as_posix() for path in after.keys() - before.keys()}
    # What was read is kept as well, under its hash.
    assert {name for name in added if not name.startswith("inbox/.kept/")} == {
        "inbox/backup/licences.csv",
        "inbox/backup/profile.toml",
    }


def test_a_file_that_cannot_be_read_is_told_with_place_and_remedy(tmp_path: Path, exports: tuple[str, str]) -> None:
    Path(exports[1]).write_text(VENDOR.replace("4", "four"))
    result = made(tmp_path / "home", "--psa", exports[0], "--vendor", exports[1])
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert 'vendor/licences.csv, line 2, column "Seats": not a number' in said
    assert "exports profile" in said


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "no system is named, and there is no terminal to ask on"),
        (["--system", "sage"], "'sage' is no system"),
        (["--set", "pax8.colour=blue"], "'pax8.colour' is no setting"),
        (["--psa", "nowhere.csv"], "nowhere.csv is no file"),
        (["--system", "pax8", "--currency", "usd"], "not three capital letters"),
        (["--system", "pax8", "--timezone", "Denver"], "is no time zone"),
    ],
)
def test_what_is_not_understood_is_refused_and_nothing_is_written(
    tmp_path: Path, options: list[str], reason: str
) -> None:
    result = made(tmp_path / "home", *options)
    assert result.exit_code == 2
    assert reason in " ".join(result.output.replace("│", " ").split())
    assert not (tmp_path / "home").exists()


def test_on_a_terminal_it_asks_for_systems_and_for_what_they_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.cli.init.is_terminal", lambda: True)
    answers = "n\ny\nn\nn\nn\ntenant-1\n\n"  # Microsoft 365 alone: its tenant, and the application's id later
    result = CliRunner().invoke(app, ["init", str(tmp_path / "home")], input=answers, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    text = (tmp_path / "home" / "tieout.toml").read_text()
    assert tomllib.loads(text)["sources"] == {"microsoft_graph": {"partner_tenant_id": "tenant-1"}}
    assert '# client_id = ""' in text
