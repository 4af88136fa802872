"""Credentials of the environment stay with the pipeline: programs that it starts do not inherit them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.defs.transform import dbt_resource
from pipelines.home import Home
from pipelines.secret_environment import environment, hidden, without_secrets
from pipelines.settings import load_settings
from pipelines.steps import transform

NAME = "TIEOUT_PAX8__CLIENT_SECRET"
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "do-not-show-this")
    monkeypatch.setenv("TIEOUT_PAX8__CLIENT_ID", "me")
    monkeypatch.setenv("TIEOUT_HOME", "home")


def child(**about) -> dict[str, str]:
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True, **about)
    return json.loads(done.stdout)


def test_a_program_is_started_without_them(home: Home) -> None:
    assert NAME in child()
    with hidden():
        found = child()
        assert "do-not-show-this" not in found.values()
        assert found["TIEOUT_HOME"] == "home"
        assert environment()[NAME] == "do-not-show-this"
        # Another thread that reads settings meanwhile still has them.
        assert load_settings(home).sources["pax8"].client_secret.get_secret_value() == "do-not-show-this"  # type: ignore[attr-defined]
    assert os.environ[NAME] == "do-not-show-this"
    assert "do-not-show-this" not in child(env=without_secrets()).values()


def test_they_come_back_after_an_error() -> None:
    with pytest.raises(RuntimeError), hidden():
        raise RuntimeError
    assert os.environ[NAME] == "do-not-show-this"


def test_dbt_as_dagster_starts_it_never_has_them(home: Home, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    transform.program(home).write_text(
        f"#!{sys.executable}\nimport os, sys\nopen({str(seen)!r}, 'a').write(repr(dict(os.environ)))\n"
        "print('installed: 1.11.0')\n"
    )
    transform.program(home).chmod(0o700)
    (home.dbt / "profiles.yml").write_text(transform.profile(home))
    with hidden():
        dbt_resource(home).cli(["build"], target_path=home.dbt / "target", raise_on_error=False).wait()
    assert "DBT_PROFILES_DIR" in seen.read_text()
    assert "do-not-show-this" not in seen.read_text()


def test_dbt_as_we_start_it_never_has_them(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(transform.SHARED, raising=False)
    given: list[dict[str, str]] = []

    def run(command: list[str], **about):
        given.append(about["env"])
        return subprocess.CompletedProcess(command, 1, "", "enough seen")

    monkeypatch.setattr(transform.subprocess, "run", run)
    with pytest.raises(transform.DbtError):
        transform.prepare(home, tmp_path)
    assert [NAME in one for one in given] == [False]
