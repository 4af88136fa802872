import os
import subprocess
import sys
import time

import pytest

from pipelines.home import Home
from pipelines.steps import transform
from pipelines.steps.dbt_process import forget_secrets

PARENT = """
import subprocess, sys, time
code = "from pipelines.steps.dbt_process import die_with_parent; die_with_parent(); print('ready', flush=True); " \\
    "import time; time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux kills a child with its parent")
def test_dbt_dies_with_a_killed_run() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def test_dbt_knows_no_credential_and_keeps_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_PAX8__CLIENT_SECRET", "secret")
    monkeypatch.setenv("TIEOUT_HOME", "home")
    forget_secrets()
    assert "TIEOUT_PAX8__CLIENT_SECRET" not in os.environ
    assert os.environ["TIEOUT_HOME"] == "home"


def test_the_version_is_answered_without_loading_dbt(home: Home) -> None:
    transform.write_program(home)
    done = subprocess.run([str(transform.program(home)), "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("installed: 1.11.")


def test_the_manifest_is_made_anew_only_when_the_project_changes(home: Home, tmp_path, monkeypatch) -> None:
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "models" / "a.sql").write_text("select 1 as x")
    parsed = []

    def parse(home: Home, project, target) -> None:
        parsed.append(project)
        (target / "manifest.json").write_text("{}")

    monkeypatch.setattr(transform, "_parse", parse)
    monkeypatch.delenv(transform.SHARED, raising=False)
    for _ in range(2):
        transform.prepare(home, project)
    assert len(parsed) == 1
    (project / "target").mkdir()
    (project / "target" / "run.sql").write_text("select 2")
    transform.prepare(home, project)
    assert len(parsed) == 1
    (project / "models" / "a.sql").write_text("select 2 as x")
    transform.prepare(home, project)
    assert len(parsed) == 2


def test_a_project_that_dbt_refuses_is_told_in_dbts_words(home: Home, tmp_path) -> None:
    with pytest.raises(transform.DbtError, match=r"dbt_project\.yml"):
        transform.prepare(home, tmp_path)


def test_homes_that_share_a_folder_parse_a_project_once(tmp_path, monkeypatch) -> None:
    parsed = []

    def parse(home: Home, project, target) -> None:
        parsed.append(home)
        for name in ("manifest.json", "partial_parse.msgpack"):
            (target / name).write_text(f"{name} of {(project / 'a.sql').read_text()}")

    monkeypatch.setattr(transform, "_parse", parse)
    monkeypatch.setenv(transform.SHARED, str(tmp_path / "shared"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.sql").write_text("select 1")
    homes = [Home(tmp_path / name).create() for name in ("one", "other")]
    assert {transform.prepare(one, project).read_text() for one in homes} == {"manifest.json of select 1"}
    assert (homes[1].dbt / "target" / "partial_parse.msgpack").read_text() == "partial_parse.msgpack of select 1"
    assert parsed == homes[:1]
    (project / "a.sql").write_text("select 2")
    assert {transform.prepare(one, project).read_text() for one in homes} == {"manifest.json of select 2"}
    assert parsed == [homes[0], homes[0]]
    monkeypatch.delenv(transform.SHARED)
    transform.prepare(Home(tmp_path / "third").create(), project)
    assert len(parsed) == 3


def test_the_profile_is_the_same_in_every_home(tmp_path) -> None:
    assert transform.profile(Home(tmp_path / "one")) == transform.profile(Home(tmp_path / "other"))
