import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.home import Home, HomeBusyError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_is_its_owners_alone(home: Home) -> None:
    assert mode(home.path) == 0o700
    for folder in (home.rules, home.inbox, home.work, home.dagster, home.dbt, home.logs, home.published_folder):
        assert mode(folder) == 0o700
    assert home.permission_problems() == []


def test_paths_are_absolute_whatever_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home(Path("somewhere")).warehouse == tmp_path / "somewhere" / "warehouse.duckdb"


def test_creating_again_keeps_what_is_there(home: Home) -> None:
    home.settings_file.write_text('default_currency = "EUR"\n')
    home.create()
    assert home.settings_file.read_text() == 'default_currency = "EUR"\n'


def test_creating_again_leaves_the_mode_of_the_published_folder_to_its_owner(home: Home) -> None:
    for wanted in (0o755, 0o750, 0o700):
        home.published_folder.chmod(wanted)
        home.create()
        assert mode(home.published_folder) == wanted


def test_open_secrets_are_reported_with_the_remedy_and_closed_by_create(home: Home) -> None:
    home.secrets_file.write_text("")
    home.secrets_file.chmod(0o644)
    (problem,) = home.permission_problems()
    assert "secrets.toml" in problem
    assert "chmod 600" in problem
    home.create()
    assert mode(home.secrets_file) == 0o600


def test_a_file_in_the_place_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="a home is a folder"):
        Home(tmp_path / "file").create()


def test_a_second_run_on_one_home_is_told_who_holds_it(home: Home) -> None:
    told = pytest.raises(HomeBusyError, match=f"run 1234, process {os.getpid()}")
    with home.lock("run 1234"), told, home.lock("run 5678"):
        pass


def test_two_homes_do_not_lock_each_other(tmp_path: Path) -> None:
    with Home(tmp_path / "a").lock("run a"), Home(tmp_path / "b").lock("run b"):
        pass


def test_the_lock_of_a_killed_process_is_gone_with_it(home: Home) -> None:
    code = (
        "import sys, time; from pathlib import Path; from pipelines.home import Home\n"
        "with Home(Path(sys.argv[1])).lock('run killed'):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(home.path)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(HomeBusyError, match="run killed"), home.lock("run next"):
            pass
    finally:
        child.kill()
        child.wait()
    time.sleep(0.05)
    with home.lock("run next"):
        pass
