"""dbt for one home: its profile, its manifest, and the program that runs it.

Belongs here: files that dbt needs and when they must be made anew. Does not belong here: models (`dbt_project/`), the
Dagster asset that runs them (`pipelines.defs.transform`).
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from pipelines.home import Home
from pipelines.secret_environment import without_secrets

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
TARGET = "home"
# Unit tests prove the models on invented rows: they belong to the test suite, not to every night.
BUILD_ARGUMENTS = ("build", "--exclude-resource-type", "unit_test")
_SOURCE_SUFFIXES = {".sql", ".py", ".yml", ".yaml", ".md", ".csv"}
_NOT_SOURCES = {"target", "logs", "dbt_packages"}
# Names a folder that the homes of a machine share: what one of them parsed, the others copy.
SHARED = "TIEOUT_PARSED_PROJECTS"
_PARSED = ("manifest.json", "partial_parse.msgpack")


class DbtError(RuntimeError):
    """The dbt project cannot be parsed."""


def profile(home: Home) -> str:
    """The dbt profile of a home, as YAML (which JSON is).

    The path is relative to the home, where its dbt program runs. dbt parses a project anew when the path changes: so
    every home can use what another one parsed.
    """
    output = {
        "type": "duckdb",
        "path": home.warehouse.relative_to(home.path).as_posix(),
        "schema": "main",
        "threads": 4,
        # dbt runs in a process of its own that ends with the build, and nobody else opens the file meanwhile. Opening
        # it anew for each of 250 nodes took 37 s where this takes 14 (two busy cores). The price: nothing in Dagster's
        # process may use dbt's adapter (no fetch_row_counts), whose connection would then stay open there.
        "keep_open": True,
        "settings": {
            "TimeZone": "UTC",
            # Rows without ORDER BY may be stored in any order: only then are tables written by all threads.
            "preserve_insertion_order": False,
            # Rows are compressed as they come, not five groups of 120,000 at a time: an eighth less memory.
            "write_buffer_row_group_count": 1,
        },
    }
    return json.dumps({"tieout": {"target": TARGET, "outputs": {TARGET: output}}}, indent=1)


def write_profile(home: Home) -> None:
    """Write the home's profile where dbt looks for it."""
    (home.dbt / "profiles.yml").write_text(profile(home), encoding="utf-8")


def sources_hash(project: Path = PROJECT) -> str:
    """Hash of everything that dbt parses; changes with any model, macro, test or description."""
    digest = hashlib.sha256()
    for path in sorted(project.rglob("*")):
        relative = path.relative_to(project)
        if path.suffix in _SOURCE_SUFFIXES and not _NOT_SOURCES.intersection(relative.parts) and path.is_file():
            content = path.read_bytes()
            digest.update(f"{relative}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def prepare(home: Home, project: Path = PROJECT) -> Path:
    """Write the home's profile and dbt's manifest, unless both are up to date.

    The manifest is made by `dbt parse`, which also leaves the partial parse that lets `dbt build` start quickly.

    Returns:
        The path of `manifest.json`.

    Raises:
        DbtError: dbt refused the project; says why.
    """
    target = home.dbt / "target"
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest = target / "manifest.json"
    stamp = home.dbt / "manifest.key"
    wanted_profile = profile(home)
    # The installation, not the name of its Python: `python` and `python3.11` stand for one program, and the UI and the
    # command line are started by either.
    key = hashlib.sha256(
        "\0".join(
            [sources_hash(project), wanted_profile, version("dbt-core"), version("dbt-duckdb"), sys.prefix]
        ).encode()
    ).hexdigest()
    with _one_at_a_time(home):
        write_program(home)
        if manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == key:
            return manifest
        stamp.unlink(missing_ok=True)
        write_profile(home)
        shared = os.environ.get(SHARED)
        if not shared:
            _parse(home, project, target)
        elif not _copied(Path(shared, key), target):
            _parse(home, project, target)
            _share(target, Path(shared, key))
        stamp.write_text(key, encoding="utf-8")
    return manifest


def _copied(shared: Path, target: Path) -> bool:
    if not shared.is_dir():
        return False
    for name in _PARSED:
        shutil.copyfile(shared / name, target / name)
    return True


def _share(target: Path, shared: Path) -> None:
    """Put what was parsed where other homes find it, whole or not at all."""
    shared.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shared.parent) as folder:
        new = Path(folder, "new")
        new.mkdir()
        for name in _PARSED:
            shutil.copyfile(target / name, new / name)
        # Another home may have been quicker: then its copy stays.
        with suppress(OSError):
            new.rename(shared)


def program(home: Home) -> Path:
    """The dbt program of this home (see `pipelines.steps.dbt_process` for why there is one)."""
    return home.dbt / "dbt"


def write_program(home: Home) -> None:
    """Write the small program that runs dbt with this Python."""
    path = program(home)
    text = (
        f"#!{sys.executable}\n"
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})\n"
        "from pipelines.steps.dbt_process import main\n"
        f"main({str(home.path)!r})\n"
    )
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        temporary.chmod(0o700)
        os.replace(temporary, path)


def _parse(home: Home, project: Path, target: Path) -> None:
    command = [
        str(program(home)),
        "--quiet",
        "parse",
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(home.dbt),
        "--target",
        TARGET,  # dbt parses anew when it differs from the build's, named or not
        "--target-path",
        str(target),
        "--log-path",
        str(target),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project, env=without_secrets())  # noqa: S603  # own program
    if done.returncode != 0 or not (target / "manifest.json").exists():
        raise DbtError(f"dbt cannot parse {project}:\n{(done.stdout + done.stderr).strip()}")


@contextmanager
def _one_at_a_time(home: Home) -> Iterator[None]:
    """The UI and a run may both find the manifest out of date."""
    descriptor = os.open(home.dbt / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
