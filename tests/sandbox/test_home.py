import csv
import tomllib
from datetime import UTC, datetime

import pytest

from pipelines.home import Home
from pipelines.rules.load import load_rules
from pipelines.settings import load_settings
from sandbox import credentials
from sandbox.home import write_home
from sandbox.world import generate
from sandbox.world.features import ALL, DATED_COUNTS, INACTIVE_SEATS
from sandbox.world.rules import COLUMNS

CLOCK = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
URL = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def world():
    return generate(3, clock=CLOCK, features=[])


@pytest.fixture
def home(world, tmp_path):
    write_home(world, tmp_path / "home", URL + "/")
    return tmp_path / "home"


def test_the_settings_point_every_source_at_the_server(home, world):
    settings = load_settings(Home(home), environment={})

    assert settings.default_currency == "USD"
    assert settings.schedule.cron == "0 5 * * *"
    assert set(settings.enabled_sources) == {"connectwise", "microsoft_graph", "pax8", "ninjaone"}
    assert settings.sources["connectwise"].api_url == f"{URL}/connectwise"
    assert settings.sources["pax8"].login_url == f"{URL}/pax8/v1/token"
    assert settings.sources["microsoft_graph"].partner_tenant_id == world.microsoft_graph.partner_tenant_id


def test_the_rules_are_accepted_by_the_loader(tmp_path):
    world = generate(3, clock=CLOCK, features=ALL)
    write_home(world, tmp_path, URL)
    tables = load_rules(tmp_path / "rules").tables

    for name in COLUMNS:
        assert tables[name].num_rows == len(getattr(world.rules, name)) > 0


def test_a_world_asks_for_sign_ins_only_where_it_plants_them(home, tmp_path):
    write_home(generate(3, clock=CLOCK, features=[INACTIVE_SEATS]), tmp_path / "other", URL)

    assert "reads_sign_in" not in (home / "tieout.toml").read_text()
    settings = tomllib.loads((tmp_path / "other" / "tieout.toml").read_text())["sources"]
    assert [name for name, source in settings.items() if source.get("reads_sign_in")] == ["microsoft_graph"]


def test_the_inbox_holds_the_portals_files(tmp_path):
    world = generate(3, clock=CLOCK, features=[DATED_COUNTS])
    write_home(world, tmp_path / "other", URL)
    written = tmp_path / "other" / "inbox" / "seatwatch" / "daily-counts.csv"

    profile = tomllib.loads((tmp_path / "other" / "inbox" / "seatwatch" / "profile.toml").read_text())
    assert profile == {"kind": "vendor", "side": "used", "as_of": CLOCK}
    assert written.read_text() == world.inbox.files["seatwatch/daily-counts.csv"]


def test_each_rule_file_has_the_header_of_the_contract_even_when_empty(tmp_path):
    world = generate(3, clock=CLOCK)
    world.rules.client_map.clear()
    write_home(world, tmp_path, URL)

    for name, columns in COLUMNS.items():
        with (tmp_path / "rules" / f"{name}.csv").open() as file:
            assert tuple(next(csv.reader(file))) == columns
    assert len((tmp_path / "rules" / "client_map.csv").read_text().splitlines()) == 1


def test_secrets_stand_only_in_the_file_that_its_owner_alone_reads(home):
    assert (home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    secrets = tomllib.loads((home / "secrets.toml").read_text())["sources"]
    assert secrets["connectwise"]["private_key"] == credentials.CONNECTWISE.private_key
    for value in (entry for section in secrets.values() for entry in section.values()):
        if "secret" in value or "Private" in value:
            assert value not in (home / "tieout.toml").read_text()


def test_writing_again_keeps_the_mode_and_other_files(home, world):
    (home / "secrets.toml").chmod(0o644)
    (home / "notes.txt").write_text("mine")
    write_home(world, home, URL)

    assert (home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    assert (home / "notes.txt").read_text() == "mine"


def test_a_home_holds_nothing_of_the_truth(home, world):
    text = "".join(path.read_text() for path in home.rglob("*") if path.is_file())

    assert "unbilled" not in text
    assert "truth" not in text
    assert not any(row.note and row.note in text for row in world.truth if len(row.note) > 20 and "|" in row.line_key)
