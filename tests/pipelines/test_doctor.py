"""What the doctor finds, one finding at a time, each with a way to mend it, and never with a secret."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.doctor import Finding, examine
from pipelines.home import Home
from pipelines.warehouse.connection import create_control_tables
from sandbox.credentials import CONNECTWISE, MICROSOFT_GRAPH, NINJAONE, PAX8
from sandbox.home import write_home
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world import generate
from sandbox.world.model import World

SECRETS = (CONNECTWISE.private_key, MICROSOFT_GRAPH.client_secret, PAX8.client_secret, NINJAONE.client_secret)
SOURCES = {"connectwise", "microsoft_graph", "pax8", "ninjaone"}


@pytest.fixture(scope="module")
def small_world() -> World:
    return generate(7, clients=10, clock=datetime.now(UTC))


@pytest.fixture(scope="module")
def sandbox(small_world: World) -> Iterator[SandboxServer]:
    with SandboxServer(small_world) as server:
        yield server


@pytest.fixture
def sound(sandbox: SandboxServer, small_world: World, tmp_path: Path) -> Home:
    """A home that could run: every source answers."""
    sandbox.set([])
    home = Home(tmp_path / "home").create()
    write_home(small_world, home.path, sandbox.url)
    # Seconds of waiting between attempts show nothing here.
    text = home.settings_file.read_text().replace("enabled = true", "enabled = true\nmax_attempts = 1")
    home.settings_file.write_text(text)
    return home


def findings(home: Home) -> dict[str, Finding]:
    """Findings by subject; every problem must come with a remedy, and nothing may show a secret."""
    found = list(examine(home))
    assert [finding for finding in found if finding.status == "problem" and not finding.remedy] == []
    for secret in SECRETS:
        assert not any(secret in finding.detail + finding.remedy for finding in found)
    return {finding.subject: finding for finding in found}


def test_a_sound_home_has_no_problem_and_every_source_answers(sound: Home) -> None:
    found = findings(sound)
    assert {finding.status for finding in found.values()} <= {"ok", "warning"}
    assert found.keys() >= SOURCES
    assert all(found[source].status == "ok" for source in SOURCES)


def test_versions_of_python_and_of_the_libraries_are_told(sound: Home) -> None:
    found = findings(sound)
    assert found["python"].detail.startswith("3.")
    assert "dagster 1." in found["packages"].detail


def test_a_library_of_another_version_is_a_problem(sound: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipelines.doctor

    real = pipelines.doctor.version
    monkeypatch.setattr(pipelines.doctor, "version", lambda name: "0.1" if name == "dagster" else real(name))
    found = findings(sound)["packages"]
    assert found.status == "problem"
    assert "dagster is 0.1, wanted" in found.detail
    assert "make setup" in found.remedy


def test_without_a_home_it_says_how_to_get_one_and_looks_no_further(tmp_path: Path) -> None:
    found = findings(Home(tmp_path / "nowhere"))
    assert found["home"].status == "problem"
    assert "tieout demo" in found["home"].remedy
    assert not SOURCES & found.keys()
    assert not (tmp_path / "nowhere").exists()


def test_secrets_that_others_can_read_are_a_problem_with_the_command_that_mends_it(sound: Home) -> None:
    sound.secrets_file.chmod(0o644)
    found = findings(sound)["permissions"]
    assert found.status == "problem"
    assert f"{sound.secrets_file} has mode 0644" in found.detail
    assert found.remedy == f"chmod 600 {sound.secrets_file}"


def test_a_home_that_others_can_enter_is_a_problem(sound: Home) -> None:
    sound.path.chmod(0o755)
    assert findings(sound)["permissions"].remedy == f"chmod 700 {sound.path}"


def test_a_wrong_key_in_the_settings_is_named_with_file_and_the_likely_key(sound: Home) -> None:
    sound.settings_file.write_text(sound.settings_file.read_text().replace("company_id", "compny_id"))
    problems = [finding.detail for finding in examine(sound) if finding.subject == "settings"]
    [unknown] = [detail for detail in problems if "unknown key" in detail]
    assert str(sound.settings_file) in unknown
    assert "sources.connectwise.compny_id" in unknown
    assert "did you mean 'company_id'" in unknown


def test_settings_that_are_no_toml_are_a_problem_with_the_line(sound: Home) -> None:
    sound.settings_file.write_text("default_currency = USD\n")
    found = findings(sound)["settings"]
    assert found.status == "problem"
    assert "line 1" in found.detail


def test_a_home_without_any_source_is_a_problem(tmp_path: Path) -> None:
    found = findings(Home(tmp_path / "home").create())
    assert found["sources"].status == "problem"
    assert "[sources.<system>]" in found["sources"].remedy


def test_a_source_that_cannot_be_reached_is_a_problem_and_the_others_are_asked_all_the_same(sound: Home) -> None:
    text = sound.settings_file.read_text()
    start = text.index("[sources.pax8]")
    port = text[text.index("127.0.0.1:", start) :].split("/", 1)[0]
    # Port 9 (discard) has no server on any machine of today.
    sound.settings_file.write_text(text[:start] + text[start:].replace(port, "127.0.0.1:9", 2))
    found = findings(sound)
    assert found["pax8"].status == "problem"
    assert "pax8" in found["pax8"].detail
    assert "addresses of [sources.pax8]" in found["pax8"].remedy
    assert found["connectwise"].status == found["microsoft_graph"].status == "ok"


@pytest.mark.parametrize(
    ("system", "secret"),
    [
        ("connectwise", CONNECTWISE.private_key),
        ("microsoft_graph", MICROSOFT_GRAPH.client_secret),
        ("pax8", PAX8.client_secret),
        ("ninjaone", NINJAONE.client_secret),
    ],
)
def test_refused_credentials_are_a_problem_of_that_source_and_are_not_shown(
    system: str, secret: str, sound: Home
) -> None:
    sound.secrets_file.write_text(sound.secrets_file.read_text().replace(f'"{secret}"', '"wrong-but-still-a-secret"'))
    found = findings(sound)
    assert found[system].status == "problem"
    assert "credentials" in found[system].remedy
    assert {name for name in SOURCES if found[name].status == "problem"} == {system}
    assert not any("wrong-but-still-a-secret" in finding.detail + finding.remedy for finding in found.values())


def test_a_source_that_answers_with_an_error_is_a_problem(sound: Home, sandbox: SandboxServer) -> None:
    sandbox.set([Misbehaviour(system="ninjaone", kind="http_500")])
    found = findings(sound)["ninjaone"]
    assert found.status == "problem"
    assert "500" in found.detail


def test_a_wrong_line_of_the_rules_is_named_with_file_line_and_reason(sound: Home) -> None:
    counting = sound.rules / "counting.csv"
    lines = counting.read_text().splitlines()
    basis = lines[0].split(",").index("basis")
    cells = lines[2].split(",")
    cells[basis] = "guessed"
    counting.write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:]]) + "\n")
    found = findings(sound)["rules"]
    assert found.status == "problem"
    assert "counting.csv" in found.detail
    assert "3" in found.detail
    assert "guessed" in found.detail
    assert "docs/rules.md" in found.remedy


def test_a_rule_that_names_a_client_the_psa_does_not_have_is_a_warning_with_file_and_line(sound: Home) -> None:
    mapped = sound.rules / "client_map.csv"
    for other in set(sound.rules.iterdir()) - {mapped}:
        other.unlink()
    header, first = mapped.read_text().splitlines()[:2]
    client = first.split(",")[header.split(",").index("client_id")]
    with duckdb.connect(str(sound.warehouse)) as connection:
        create_control_tables(connection)
        connection.execute("CREATE SCHEMA canonical")
        for table, column in (("clients", "client_id"), ("agreements", "agreement_id"), ("products", "product_id")):
            connection.execute(
                f"CREATE TABLE canonical.{table} ({column} VARCHAR, source_system VARCHAR, is_deleted BOOLEAN)"
            )
        connection.execute(
            "CREATE TABLE canonical.billing_lines "
            "(client_id VARCHAR, product_id VARCHAR, agreement_id VARCHAR, is_live BOOLEAN, bill_mode VARCHAR)"
        )
        connection.execute("INSERT INTO canonical.clients VALUES (?, 'connectwise', false)", [client])
    mapped.write_text("\n".join([header, first]) + "\n")
    assert "no such client" not in findings(sound)["rules"].detail
    mapped.write_text("\n".join([header, "# moved last month", first.replace(client, "connectwise:0")]) + "\n")
    found = findings(sound)["rules"]
    assert found.status == "warning"
    assert "client_map.csv:3: client_id: connectwise:0: the PSA has no such client" in found.detail


def test_a_home_without_rules_is_a_warning_only(sound: Home) -> None:
    for file in sound.rules.glob("*.csv"):
        file.unlink()
    assert findings(sound)["rules"].status == "warning"


def test_a_broken_warehouse_is_a_problem_and_a_published_copy_is_looked_for(sound: Home) -> None:
    assert "first run makes it" in findings(sound)["warehouse"].detail
    sound.warehouse.write_bytes(b"no database" * 1000)
    found = findings(sound)
    assert found["warehouse"].status == "problem"
    assert "tieout run" in found["published copy"].remedy


def test_a_warehouse_in_order_opens(sound: Home) -> None:
    duckdb.connect(str(sound.warehouse)).close()
    assert findings(sound)["warehouse"].status == "ok"


def test_the_command_shows_findings_with_remedies_and_ends_with_1_only_for_problems(sound: Home) -> None:
    well = CliRunner().invoke(app, ["doctor", "--home", str(sound.path)], env={"COLUMNS": "200"})
    assert well.exit_code == 0
    assert "0 problems" in well.stdout
    sound.secrets_file.chmod(0o644)
    ill = CliRunner().invoke(app, ["doctor", "--home", str(sound.path)], env={"COLUMNS": "200"})
    assert ill.exit_code == 1
    assert "mend: chmod 600" in ill.stdout
    assert "1 problem, " in ill.stdout
    assert not any(secret in well.output + ill.output for secret in SECRETS)
