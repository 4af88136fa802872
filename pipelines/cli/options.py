"""Options that several subcommands share, with one help text and one way of reading each."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipelines.home import Home, HomePathError

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="TIEOUT_HOME",
        help="The folder that holds settings, rules, warehouse and published copy.",
        show_default=True,
    ),
]
DEFAULT_HOME = Path("home")
# Outside of them, a year is a slip of the keyboard.
YEARS = range(2000, 2200)
_OUTSIDE = f"is outside the years {YEARS.start} to {YEARS.stop - 1}: check the year"
# A day that has begun elsewhere, and clocks that run ahead.
AHEAD = timedelta(days=1)

PeriodOption = Annotated[
    str | None,
    typer.Option("--period", metavar="YYYY-MM", help="The billing month. Default: the month of the as-of time."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="The clock of the run, ISO 8601 (2026-06-30T22:00Z; UTC if no zone is given): nothing later is looked at. "
        "Default: now.",
    ),
]
AcceptDropOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accept-drop",
        metavar="SYSTEM",
        help="This source's tables may be far smaller than in their last trusted read: you checked that the drop is "
        "real. For this run only, recorded under your user name; repeat it for several sources.",
    ),
]


def parse_period(text: str | None) -> date | None:
    """The first day of the month that `text` names (YYYY-MM or YYYY-MM-DD).

    Raises:
        typer.BadParameter: It names no month.
    """
    if text is None:
        return None
    for form in ("%Y-%m", "%Y-%m-%d"):
        try:
            month = datetime.strptime(text, form).replace(tzinfo=UTC).date().replace(day=1)
        except ValueError:
            continue
        if month.year not in YEARS:
            raise typer.BadParameter(f"'{text}' {_OUTSIDE}", param_hint="--period")
        return month
    raise typer.BadParameter(f"'{text}' is not a month; write it as 2026-06", param_hint="--period")


def parse_as_of(text: str | None) -> datetime | None:
    """The moment that `text` names, in UTC.

    Raises:
        typer.BadParameter: It is not an ISO 8601 time.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"'{text}' is not a time; write it as 2026-06-30T22:00Z", param_hint="--as-of"
        ) from error
    # Before the zone is reckoned in: at the ends of the calendar there is no day before or after.
    if moment.year not in YEARS:
        raise typer.BadParameter(f"'{text}' {_OUTSIDE}", param_hint="--as-of")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_past(text: str | None) -> datetime | None:
    """The moment that `text` names, which a source can have been read by.

    Raises:
        typer.BadParameter: It is not an ISO 8601 time, or lies in the future.
    """
    moment = parse_as_of(text)
    if moment is not None and moment > datetime.now(UTC) + AHEAD:
        raise typer.BadParameter(
            f"'{text}' lies in the future, of which no source knows anything: give a time up to now, or leave it out",
            param_hint="--as-of",
        )
    return moment


def parse_accept_drops(systems: list[str] | None) -> tuple[str, ...]:
    """The source systems in `systems`.

    Raises:
        typer.BadParameter: One is no source system.
    """
    from connectors.registry import SYSTEMS

    for system in systems or ():
        if system not in SYSTEMS:
            raise typer.BadParameter(
                f"'{system}' is no source system; there are {', '.join(SYSTEMS)}", param_hint="--accept-drop"
            )
    return tuple(systems or ())


def open_home(path: Path) -> Home:
    """The home at `path`, which must exist.

    Raises:
        typer.Exit: There is no home, with a hint how to get one.
    """
    from pipelines.cli.console import Exit, fail

    home = Home(path)
    try:
        home.check_path()
    except HomePathError as error:
        fail(str(error), code=Exit.USAGE)
    if not home.settings_file.exists():
        fail(
            f"{home.path} is not a tieout home: it has no tieout.toml",
            "to try tieout without any account: tieout demo",
            "to make one for your own systems or exports: tieout init (docs/first-hour.md)",
            code=Exit.USAGE,
        )
    return home
