"""No library reports on its use: each is asked itself, with its own settings against it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import DagsterInstance

from pipelines.defs.instance import open_instance
from pipelines.home import Home
from pipelines.steps.transform import PROJECT
from pipelines.telemetry import SWITCHES, switch_off
from tests.conftest import Demo


def test_dagster_is_off_also_in_a_file_that_a_person_took_over(home: Home) -> None:
    for theirs in ("telemetry: {enabled: true}\n", "run_monitoring: {enabled: true}\n", ""):
        (home.dagster / "dagster.yaml").write_text(theirs)
        with open_instance(home) as instance:
            assert not instance.telemetry_enabled
            # What the web server, the daemon and the workers of the UI are given.
            with DagsterInstance.from_ref(instance.get_ref()) as elsewhere:
                assert not elsewhere.telemetry_enabled


def test_dlt_is_off_whatever_its_own_files_and_the_environment_say(tmp_path: Path) -> None:
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text("[runtime]\ndlthub_telemetry = true\n")
    code = (
        "from pipelines.telemetry import switch_off; switch_off()\n"
        "from connectors.dlt_source import configure; configure()\n"
        "from dlt.common.configuration.resolve import resolve_configuration\n"
        "from dlt.common.configuration.specs import RuntimeConfiguration\n"
        "print(resolve_configuration(RuntimeConfiguration()).dlthub_telemetry)"
    )
    root = str(Path(__file__).parents[2])
    given = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "true", "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=given, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split()[-1] == "False"


def test_dbt_is_off_in_the_project_and_in_what_a_run_left(demo_home: Demo) -> None:
    assert "send_anonymous_usage_stats: false" in (PROJECT / "dbt_project.yml").read_text()
    manifest = json.loads((demo_home.home.dbt / "target" / "manifest.json").read_text())
    assert manifest["metadata"]["send_anonymous_usage_stats"] is False


def test_every_switch_is_set_against_what_a_person_had(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SWITCHES:
        monkeypatch.setenv(name, "true")
    switch_off()
    assert {name: os.environ[name] for name in SWITCHES} == {
        "DO_NOT_TRACK": "1",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "GX_ANALYTICS_ENABLED": "false",
    }
