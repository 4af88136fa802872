"""The first step: settle period and clock, load the rules, tidy up after killed runs, and plan the reads.

Belongs here: everything that must be decided once and before any source is asked. Does not belong here: asking one.
"""

import pickle
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from connectors.load import ensure_raw_tables
from connectors.reads import Plan
from connectors.registry import SYSTEMS
from pipelines.home import Home
from pipelines.rules import Rules, load_rules
from pipelines.settings import Settings, load_settings
from pipelines.steps.current import CurrentRun
from pipelines.warehouse.connection import connect, create_control_tables
from pipelines.warehouse.control import Run, SourceRow, read_by_folder, write_run, write_sources
from pipelines.warehouse.plans import build_plan
from pipelines.warehouse.rules import replace_rules


class RunParametersError(ValueError):
    """Period and as-of time do not fit together."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the first step decided."""

    current: CurrentRun
    sources: tuple[SourceRow, ...]
    rule_counts: dict[str, int]


def begin_run(
    home: Home,
    run_id: str,
    period: date | None = None,
    as_of: datetime | None = None,
    accept_name_score: Decimal | None = None,
    accept_drops: Sequence[str] = (),
    accepted_by: str | None = None,
) -> Begun:
    """Begin a run.

    Args:
        home: The home.
        run_id: Its name everywhere: Dagster, control tables, log.
        period: Any day of the billing month; default: the month of `as_of` in the home's time zone.
        as_of: The run's clock; default: now, settled once all sources have been read.
        accept_name_score: Names at or above this score decide (`tieout audit` only); None: names never decide.
        accept_drops: Source systems whose tables may be far smaller than in their last trusted read, in this run.
        accepted_by: The person who says so.

    Raises:
        SettingsError: Settings are wrong.
        RulesRefused: A rule is wrong.
        RunParametersError: The clock lies before the period, or a drop is accepted for a source that is not read.
    """
    settings, rules, clock, month = examine(home, period, as_of)
    unread = sorted(set(accept_drops) - set(settings.enabled_sources))
    if unread:
        raise RunParametersError(
            f"a drop is accepted for {', '.join(unread)}, which this home does not read; "
            f"it reads {', '.join(settings.enabled_sources) or 'no source'}."
        )
    current = CurrentRun(
        run=Run(
            run_id=run_id,
            period=month,
            as_of=clock,
            default_currency=settings.default_currency,
            accept_name_score=accept_name_score,
            version=version("tieout"),
            rules_hash=rules.hash,
            timezone=settings.timezone,
        ),
        as_of_given=as_of is not None,
        systems=tuple(settings.enabled_sources),
        accept_drops=tuple(sorted(set(accept_drops))),
        accepted_by=accepted_by,
    )
    tidy_up(home)
    sources = _source_rows(settings)
    with connect(home.warehouse) as connection:
        create_control_tables(connection)
        for system in SYSTEMS:
            ensure_raw_tables(connection, system)
        read_by_folder(connection, [table.name for table in SYSTEMS["exports"].tables])
        counts = replace_rules(connection, rules)
        write_sources(connection, sources)
        connection.execute("DELETE FROM control.decisions")
        write_run(connection, current.run)
        plans = {system: build_plan(connection, system, SYSTEMS[system].tables) for system in current.systems}
    save(home, run_id, "plans", plans)
    current.save(home)
    return Begun(current, sources, counts)


def examine(
    home: Home, period: date | None = None, as_of: datetime | None = None
) -> tuple[Settings, Rules, datetime, date]:
    """Whether a run could begin: settings, rules, clock and first day of the period. Changes nothing.

    Raises:
        SettingsError: Settings are wrong.
        RulesRefused: A rule is wrong.
        RunParametersError: The clock lies before the period.
    """
    settings = load_settings(home)
    rules = load_rules(home.rules)
    clock = datetime.now(UTC) if as_of is None else as_of.astimezone(UTC)
    # The last evening of a month in Denver is the next month's first day in UTC: months are those of the home.
    local = clock.astimezone(ZoneInfo(settings.timezone))
    month = (local.date() if period is None else period).replace(day=1)
    if local.date() < month:
        raise RunParametersError(
            f"as-of {local:%Y-%m-%d %H:%M} {settings.timezone} lies before the period {month:%Y-%m}: nothing of it is "
            "known yet. Choose an earlier period or a later as-of time."
        )
    return settings, rules, clock, month


def tidy_up(home: Home) -> None:
    """Remove what killed runs left behind: their work folders and half-written published copies.

    Only called by a run, which holds the home's lock: nobody else is using them.
    """
    for folder in home.work.iterdir() if home.work.is_dir() else ():
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)
    for leftover in home.published_folder.glob(".new-*"):
        leftover.unlink(missing_ok=True)


def save(home: Home, run_id: str, name: str, value: Any) -> None:
    """Keep a value for a later step of the same run."""
    folder = home.run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{name}.pickle").write_bytes(pickle.dumps(value))


def restore(home: Home, run_id: str, name: str) -> Any:
    """The value that an earlier step of the same run kept.

    Raises:
        FileNotFoundError: No step of this run kept it.
    """
    # Written by this program into a folder that only its user can write.
    return pickle.loads((home.run_folder(run_id) / f"{name}.pickle").read_bytes())  # noqa: S301


def plans_of(home: Home, run_id: str) -> dict[str, Plan]:
    """The plans that `begin_run` made, by source system."""
    plans: dict[str, Plan] = restore(home, run_id, "plans")
    return plans


def _source_rows(settings: Settings) -> tuple[SourceRow, ...]:
    return tuple(
        SourceRow(
            source_system=system,
            role=SYSTEMS[system].role,
            is_enabled=system in settings.enabled_sources,
            limit_hours=getattr(config, "freshness_hours", 26),
        )
        for system, config in settings.sources.items()
    )
