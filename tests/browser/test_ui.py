"""The UI as a person meets it: it starts without a warning, shows lineage and checks, and ends when asked to."""

import re
import signal
from collections.abc import Iterator

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from connectors.registry import SYSTEMS
from tests.browser.ui import CHROMEDRIVER, CHROMIUM, Ui, chromium, serving
from tests.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.integration]
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER),
    reason="chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)",
)
PARTS = ("rows", "days", "money", "observations", "lines", "bundles", "minimums", "faults")
STAGES = (
    *("1_public_tables", "1_published_copy", "4_control", "4_rules", "5_staging_control", "5_staging_rules"),
    *("6_canonical", "6_canonical_by_system", "6_canonical_reads", "7_mapping", "9_tie_out"),
    *(f"8_compare_{part}" for part in PARTS),
)
OF_SYSTEM = ("2_raw", "3_source", "5_staging")
GROUPS = {*STAGES, *(f"{kind}_{system}" for kind in OF_SYSTEM for system in SYSTEMS)}
LINEAGE = "{ assetNodes { groupName assetKey { path } dependencyKeys { path } } }"
LOCATIONS = """{
    workspaceOrError { ... on Workspace { locationEntries { name loadStatus locationOrLoadError { __typename } } } }
}"""


@pytest.fixture(scope="module")
def ui(demo_home: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    # The demo's own home: its Dagster storage holds the run whose checks are looked at. Nothing here starts another.
    log = tmp_path_factory.mktemp("ui") / "ui.log"
    with serving(demo_home.home.path, log, behind_shell=True) as started:
        yield started


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


def _wait_for(browser: webdriver.Chrome, *words: str, seconds: float = 60) -> str:
    """The page's text, once all words are in it."""

    def text(_: object) -> str:
        return browser.find_element(By.TAG_NAME, "body").text

    def has_words(_: object) -> bool:
        return all(word in text(None) for word in words)

    WebDriverWait(browser, seconds).until(has_words, message=f"waiting for {words}")
    return text(None)


def _severe(browser: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_code_location_is_loaded(ui: Ui) -> None:
    [location] = ui.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
    assert location["name"] == "tieout"
    assert location["loadStatus"] == "LOADED"
    assert location["locationOrLoadError"]["__typename"] == "RepositoryLocation"


def test_lineage_leads_from_every_source_to_the_published_copy_without_a_break(ui: Ui) -> None:
    nodes = ui.ask(LINEAGE)["assetNodes"]
    group = {tuple(node["assetKey"]["path"]): node["groupName"] for node in nodes}
    below: dict[str, set[str]] = {}
    for node in nodes:
        for path in node["dependencyKeys"]:
            below.setdefault(group[tuple(path["path"])], set()).add(node["groupName"])
    for system in SYSTEMS:
        assert f"2_raw_{system}" in below[f"3_source_{system}"]
        assert f"5_staging_{system}" in below[f"2_raw_{system}"]
    assert "1_published_copy" in below["1_public_tables"]
    assert set(group.values()) == GROUPS


@needs_chromium
def test_lineage_page_shows_every_group_and_no_dialog_in_front(ui: Ui, browser: webdriver.Chrome) -> None:
    browser.get(f"{ui.url}/asset-groups")
    _wait_for(browser, "Global asset lineage", *GROUPS)
    WebDriverWait(browser, 60).until(
        lambda _: len(browser.find_elements(By.CSS_SELECTOR, "svg path[marker-end], svg path")) >= len(GROUPS),
        message="waiting for the graph's edges",
    )
    dialogs = browser.find_elements(By.CSS_SELECTOR, ".bp5-dialog, .bp4-dialog, .dialog, [role=dialog]")
    assert [dialog.text for dialog in dialogs if dialog.is_displayed()] == []
    assert _severe(browser) == []


@needs_chromium
def test_asset_page_shows_each_check_of_a_raw_table_and_the_one_that_failed(ui: Ui, browser: webdriver.Chrome) -> None:
    browser.get(f"{ui.url}/assets/raw_pax8/subscriptions?view=checks")
    text = _wait_for(browser, "read_succeeded", "key_unique", "Succeeded")
    [count] = re.findall(r"Checks \((\d+)\)", text)
    assert text.count("Succeeded") == int(count) - 1 > 10
    # The demo's distributor has one subscription in a state that nobody knows.
    assert re.findall(r"(\w+)\nFailed", text) == ["status_known"]
    assert _severe(browser) == []


@needs_chromium
def test_run_page_shows_the_run_of_the_demo(ui: Ui, browser: webdriver.Chrome, demo_home: Demo) -> None:
    browser.get(f"{ui.url}/runs")
    text = _wait_for(browser, demo_home.outcome.run_id[:8])
    assert "Success" in text
    assert _severe(browser) == []


def test_a_page_of_another_site_cannot_drive_it(ui: Ui, demo_home: Demo) -> None:
    run_id = demo_home.outcome.run_id
    query = f'mutation {{ deletePipelineRun(runId: "{run_id}") {{ __typename }} }}'
    foreign = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert requests.get(f"{ui.url}/graphql", params={"query": query}, headers=foreign, timeout=60).status_code == 403
    assert requests.get(f"{ui.url}/graphql", params={"query": query}, timeout=60).status_code == 405
    assert requests.post(f"{ui.url}/graphql", params={"query": query}, timeout=60).status_code == 403
    found = ui.ask(f'{{ runOrError(runId: "{run_id}") {{ __typename }} }}')
    assert found["runOrError"]["__typename"] == "Run"


def test_nothing_that_it_prints_is_a_warning(ui: Ui) -> None:
    assert [line for line in ui.output.splitlines() if re.search(r"warn|error|exception", line, re.IGNORECASE)] == []


def test_it_ends_when_asked_to_even_behind_a_shell_and_leaves_no_process(ui: Ui) -> None:
    # Last, on the UI that the tests above used: starting another would take as long as all of them.
    assert ui.stop(signal.SIGTERM) == []
    assert ui.process.returncode == 0
