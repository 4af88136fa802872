"""`tieout init`: a new home, from a few answers or from options."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import available_timezones

import typer
from rich.markup import escape

from pipelines.cli.console import Exit, console, fail, program
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.new_home.create import Export, Made
    from pipelines.new_home.known import Setting

_ABOUT = {
    "connectwise": "ConnectWise PSA: what is billed",
    "microsoft_graph": "Microsoft 365 tenants: seats owned and used",
    "pax8": "Pax8: seats owned and charged",
    "ninjaone": "NinjaOne: devices",
    "exports": "CSV and XLSX exports of any other system",
}
_FOLDER = re.compile(r"[a-z0-9][a-z0-9_-]*")


def init(
    home: Annotated[Path, typer.Argument(metavar="HOME", help="The folder to make.", show_default=True)] = Path("home"),
    system: Annotated[
        list[str] | None,
        typer.Option(
            "--system", metavar="SYSTEM", help=f"A system to read: {', '.join(_ABOUT)}. Repeat it for several."
        ),
    ] = None,
    psa: Annotated[
        str | None,
        typer.Option("--psa", metavar="[NAME=]FILE", help="An export of what is billed, copied into the inbox."),
    ] = None,
    vendor: Annotated[
        list[str] | None,
        typer.Option(
            "--vendor",
            metavar="[NAME=]FILE",
            help="A vendor's export, copied into the inbox; with a name for each where there are several.",
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="SYSTEM.NAME=VALUE", help="A setting that is no secret, such as pax8.client_id=..."
        ),
    ] = None,
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help="ISO code for rows that name no currency.")
    ] = "USD",
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="ZONE", help="Where months begin and end, such as America/Denver.")
    ] = "UTC",
) -> None:
    """Make a home: settings, secrets to fill in, every rule file, and the inbox for exports.

    Without options it asks which systems to read. Every setting stands in tieout.toml with its meaning and default;
    secrets.toml names the secrets, which are never given on the command line. Nothing that exists is overwritten: a
    second call adds only what is missing.

    Try: tieout init home --psa billing.csv --vendor licences.xlsx
    """
    from pipelines.new_home.create import create
    from pipelines.new_home.known import known_settings

    known = known_settings()
    _check(currency, timezone)
    exports = _exports(psa, vendor or [])
    values = _values(setting or [], known)
    systems = list(dict.fromkeys([*(system or []), *(name for name, _ in values), *(["exports"] if exports else [])]))
    for name in systems:
        if name not in known:
            raise typer.BadParameter(f"'{name}' is no system; there are {', '.join(known)}", param_hint="--system")
    if not systems:
        systems = _asked(known, values)
    if "exports" in systems and not exports:
        exports = _folders_without_files(systems)
    opened = Home(home)
    try:
        made = create(opened, systems, exports, values, currency, timezone)
    except OSError as error:
        fail(f"{opened.path} cannot be made: {error}")
    _tell(opened, made)
    _refuse_unreadable(opened, exports, currency)
    _next(opened, systems, made)


def _check(currency: str, timezone: str) -> None:
    if not re.fullmatch("[A-Z]{3}", currency):
        raise typer.BadParameter(f"'{currency}' is not three capital letters", param_hint="--currency")
    if timezone not in available_timezones():
        raise typer.BadParameter(f"'{timezone}' is no time zone, such as America/Denver", param_hint="--timezone")


def _exports(psa: str | None, vendors: Sequence[str]) -> "list[Export]":
    """The exports that were named, each with the folder that its name is."""
    from connectors.registry import SYSTEMS
    from pipelines.new_home.create import Export

    found: list[Export] = []
    named = [(psa, "psa", "billing", "--psa")] if psa else []
    for text, default, kind, option in (*named, *((one, "vendor", "vendor", "--vendor") for one in vendors)):
        name, equals, path = text.partition("=")
        if not equals or Path(text).is_file():
            name, path = default, text
        file = Path(path)
        if not file.is_file():
            raise typer.BadParameter(f"{file} is no file", param_hint=option)
        if not _FOLDER.fullmatch(name) or name in SYSTEMS:
            raise typer.BadParameter(
                f"'{name}' cannot name a folder of the inbox: small letters, digits, - and _, and no system's name",
                param_hint=option,
            )
        if name in [one.folder for one in found]:
            raise typer.BadParameter(
                f"two exports are called '{name}'; give each a name, such as backup=FILE", param_hint=option
            )
        found.append(Export(name, kind, file))
    return found


def _values(settings: Sequence[str], known: "dict[str, list[Setting]]") -> dict[tuple[str, str], str]:
    found = {}
    for text in settings:
        key, equals, value = text.partition("=")
        system, _, name = key.partition(".")
        one = next((one for one in known.get(system, ()) if one.name == name), None)
        if not equals or one is None:
            raise typer.BadParameter(
                f"'{key}' is no setting; all stand in docs/settings.md, such as pax8.client_id", param_hint="--set"
            )
        if one.is_secret:
            raise typer.BadParameter(
                f"{key} is a secret: write it into secrets.toml, or set {one.variable}; other programs can read the "
                "command line",
                param_hint="--set",
            )
        found[system, name] = value
    return found


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _asked(known: "dict[str, list[Setting]]", values: dict[tuple[str, str], str]) -> list[str]:
    """The systems that a person chooses, and what must be set of them."""
    if not is_terminal():
        fail(
            "no system is named, and there is no terminal to ask on",
            f"name what to read: --system {' --system '.join(known)}",
            "or give two exports: --psa billing.csv --vendor licences.xlsx",
            code=Exit.USAGE,
        )
    console.print("Which systems should this home read?")
    systems = [name for name in known if typer.confirm(f"  {_ABOUT.get(name, name)}?", default=False)]
    if not systems:
        fail("no system was chosen; nothing was written", code=Exit.USAGE)
    for name in systems:
        for one in known[name]:
            if one.is_required and not one.is_secret:
                answer = typer.prompt(f"{name}: {one.description} (empty: later)", default="", show_default=False)
                if answer.strip():
                    values[name, one.name] = answer.strip()
    return systems


def _folders_without_files(systems: Sequence[str]) -> "list[Export]":
    """Folders for exports that come later; the PSA's only where no PSA is read over its API."""
    from pipelines.new_home.create import Export

    psa = [] if "connectwise" in systems else [Export("psa", "billing")]
    return [*psa, Export("vendor", "vendor")]


def _tell(home: Home, made: "Made") -> None:
    rules = [path for path in made.written if path.parent == home.rules]
    console.print(f"[bold]{escape(str(home.path))}[/]", soft_wrap=True)
    for path in made.written:
        if path not in rules:
            console.print(f"  written  {escape(path.relative_to(home.path).as_posix())}", soft_wrap=True)
    if rules:
        console.print(f"  written  rules/: {len(rules)} files, each with its header and examples (docs/rules.md)")
    for path in made.kept:
        console.print(f"  kept     {escape(path.relative_to(home.path).as_posix())}", soft_wrap=True)


def _refuse_unreadable(home: Home, exports: "Sequence[Export]", currency: str) -> None:
    """Reads the files once: a person hears now what a run would refuse."""
    from connectors.exports.config import ExportsConfig
    from connectors.exports.source import ExportReads
    from connectors.reads import Plan

    if not any(export.file for export in exports):
        return
    config = ExportsConfig.model_validate({"inbox": home.inbox, "currency": currency})
    failed = [read for read in ExportReads(config, Plan()).reads() if read.status != "ok"]
    if failed:
        told = dict.fromkeys(line for read in failed for line in (read.message or "").splitlines())
        folder = failed[0].account_id or exports[0].folder
        fail(
            "the home is made, but a file cannot be read for certain",
            *told,
            f"say how it is read: {program()} exports profile {home.inbox / folder}/FILE (docs/exports.md)",
            code=Exit.USAGE,
        )


def _next(home: Home, systems: Sequence[str], made: "Made") -> None:
    from pipelines.new_home.known import known_settings

    known = known_settings()
    path = escape(str(home.path))
    if home.settings_file in made.kept:
        console.print("tieout.toml was there and is kept: add systems to it by hand (docs/settings.md)")
    secrets = [one for name in systems for one in known[name] if one.is_secret]
    console.print("Next:")
    if secrets:
        names = ", ".join(f"{one.system}.{one.name}" for one in secrets)
        console.print(f"  fill in {escape(str(home.secrets_file))}: {names}", soft_wrap=True)
        console.print(f"  [bold]{program()} doctor --home {path}[/]", soft_wrap=True)
    elif home.inbox.is_dir() and not any(file.is_file() for file in home.inbox.glob("*/*") if file.suffix != ".toml"):
        console.print(f"  put the exports into the folders of {escape(str(home.inbox))}", soft_wrap=True)
    console.print(f"  [bold]{program()} run --home {path}[/]", soft_wrap=True)
