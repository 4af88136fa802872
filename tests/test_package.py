"""An installed tieout holds everything that runs, not only the Python files."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[1]
RUNS = ("connectors", "dbt_project", "expectations", "pipelines", "sandbox")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built offline from a copy of the tracked files, as a fresh clone has them."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*tracked(*RUNS), "pyproject.toml", "requirements.in", "README.md", "LICENSE"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    # What a developer's folder also holds must not slip in.
    (source / "dbt_project" / "target").mkdir()
    (source / "dbt_project" / "target" / "compiled.sql").write_text("select 1")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
         "--wheel-dir", str(out), str(source)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def tracked(*folders: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_wheel_holds_every_tracked_file_of_the_folders_that_run_and_nothing_else(wheel: set[str]) -> None:
    expected = set(tracked(*RUNS))
    assert {"dbt_project/dbt_project.yml", "connectors/exports/aliases.toml", "pipelines/workspace.yaml"} <= expected
    assert (expected - wheel, wheel - expected) == (set(), set())
