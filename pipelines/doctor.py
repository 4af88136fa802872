"""What `tieout doctor` looks at, as findings. No terminal here, and nothing is changed anywhere.

Belongs here: one function per subject, each yielding findings with a remedy. Does not belong here: printing
(`pipelines.cli.doctor`), or checks of the data itself (`expectations/`).
"""

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Literal

from packaging.requirements import Requirement

from pipelines.home import Home
from pipelines.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from pipelines.rules import Rules

FREE_GIGABYTES = 2  # a run copies the public tables once more before the copy takes the old one's place


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `remedy` is empty when there is nothing to mend."""

    status: Literal["ok", "warning", "problem"]
    subject: str
    detail: str
    remedy: str = ""


def examine(home: Home) -> Iterator[Finding]:
    """Look at the machine, then at the home, then at each source that is switched on."""
    yield from _python()
    yield from _packages()
    if not home.settings_file.exists():
        yield Finding(
            "problem",
            "home",
            f"{home.path} holds no tieout.toml",
            f"tieout demo makes a sandbox home; tieout init {home.path} makes one for your own systems",
        )
        return
    yield from _files(home)
    yield from _rules(home)
    yield from _warehouse(home)
    try:
        settings = load_settings(home)
    except SettingsError as error:
        for line in str(error).splitlines():
            yield Finding("problem", "settings", line, "correct the key named here, then run tieout doctor again")
        return
    yield from _sources(home, settings)


def _python() -> Iterator[Finding]:
    found = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("ok", "python", found)


def _packages() -> Iterator[Finding]:
    """Compare what is installed with what the project declares; versions that disagree break in odd places."""
    wrong = []
    for text in requires("tieout") or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} is {installed}, wanted {requirement.specifier}")
    if wrong:
        yield Finding("problem", "packages", "; ".join(wrong), "make setup installs the locked versions")
    else:
        names = ("dagster", "dbt-core", "dlt", "duckdb", "great-expectations")
        yield Finding("ok", "packages", ", ".join(f"{name} {version(name)}" for name in names))


def _files(home: Home) -> Iterator[Finding]:
    problems = home.permission_problems()
    for problem in problems:
        detail, _, remedy = problem.rpartition(": ")
        yield Finding("problem", "permissions", detail, remedy)
    if not problems:
        yield Finding("ok", "permissions", f"{home.path} is yours alone")
    free = shutil.disk_usage(home.path).free / 1e9
    if free < FREE_GIGABYTES:
        yield Finding("warning", "disk", f"{free:.1f} GB free", f"keep {FREE_GIGABYTES} GB free where the home lies")


def _rules(home: Home) -> Iterator[Finding]:
    from pipelines.rules import RulesRefused, load_rules

    try:
        rules = load_rules(home.rules)
    except RulesRefused as refused:
        for line in str(refused).splitlines():
            yield Finding("problem", "rules", line, "correct that line; docs/rules.md shows each file")
        return
    counts = ", ".join(f"{name} {table.num_rows}" for name, table in sorted(rules.tables.items()) if table.num_rows)
    yield Finding("ok" if counts else "warning", "rules", counts or "no rule yet: every line will be unmapped")
    yield from _dangling(home, rules)


def _dangling(home: Home, rules: "Rules") -> Iterator[Finding]:
    """The rules as their files stand now, against what the last run knew of the PSA."""
    import duckdb

    from pipelines.rules import dangling
    from pipelines.warehouse.connection import WarehouseLockedError, connect

    if not home.warehouse.exists():
        return
    try:
        with connect(home.warehouse, read_only=True, patience=2) as connection:
            warnings = dangling(connection, rules)
    except (WarehouseLockedError, duckdb.Error):
        return  # told with its remedy where the warehouse itself is looked at
    for warning in warnings:
        yield Finding("warning", "rules", str(warning), "correct or end this rule: it does nothing; docs/rules.md")


def _warehouse(home: Home) -> Iterator[Finding]:
    import duckdb

    from pipelines.warehouse.connection import WarehouseLockedError, connect

    if not home.warehouse.exists():
        yield Finding("ok", "warehouse", "not there yet; the first run makes it")
    else:
        try:
            with connect(home.warehouse, read_only=True, patience=2):
                yield Finding("ok", "warehouse", f"{home.warehouse.stat().st_size / 1e6:.0f} MB, opens")
        except WarehouseLockedError as error:
            yield Finding("warning", "warehouse", str(error), "wait for the run to end, or close what has it open")
        except duckdb.Error as error:
            yield Finding("problem", "warehouse", str(error), "move the file away; the next run reads the sources anew")
    if home.published.exists():
        yield Finding("ok", "published copy", str(home.published))
    else:
        yield Finding("warning", "published copy", "nothing published yet", f"tieout run --home {home.path}")


def _sources(home: Home, settings: Settings) -> Iterator[Finding]:
    from connectors.probe import probe

    if not settings.enabled_sources:
        yield Finding(
            "problem",
            "sources",
            "no source is switched on",
            f"add a [sources.<system>] section to {home.settings_file}",
        )
        return
    with ThreadPoolExecutor(max_workers=len(settings.enabled_sources)) as pool:
        answers = {name: pool.submit(probe, name, config) for name, config in settings.enabled_sources.items()}
        for name, answer in answers.items():
            result = answer.result()
            yield Finding("ok" if result.reachable else "problem", name, result.detail, result.remedy)
