"""`tieout demo`: the sandbox vendors, a full run on them, and the score against the known truth."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipelines.cli.console import Exit, console, fail
from pipelines.cli.options import AsOfOption, parse_as_of
from pipelines.home import Home

if TYPE_CHECKING:
    from sandbox.misbehave import Misbehaviour
    from sandbox.world.model import World

DEMO_HOME = Path("home") / "demo"


def demo(
    home: Annotated[
        Path, typer.Option("--home", help="Home of the demo. Its settings and rules are written anew.")
    ] = DEMO_HOME,
    seed: Annotated[int, typer.Option(help="Which synthetic MSP: the same seed gives the same one.")] = 7,
    clients: Annotated[int, typer.Option(min=10, max=20_000, help="How many clients it has.")] = 60,
    as_of: AsOfOption = None,
    months: Annotated[
        int,
        typer.Option(
            min=1, max=12, help="Play so many months one after another, the last of them at --as-of: findings repeat."
        ),
    ] = 1,
    misbehave: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SYSTEM:KIND[:ENDPOINT]",
            help="Show a bad day: pax8:http_500, ninjaone:empty_page:devices, microsoft_graph:html_200, ... "
            "Can be given several times; python -m sandbox --help lists the kinds.",
        ),
    ] = None,
) -> None:
    """Start the sandbox, run the whole pipeline on it, and score the result against the planted truth.

    The sandbox is a local server that answers as ConnectWise PSA, Microsoft Graph, Pax8 and NinjaOne do, from a
    synthetic MSP with planted discrepancies. It needs no account and no network. The exit code is 0 when every planted
    discrepancy was found with the right money and nothing else was reported, 1 when not. With --misbehave it is 3 when
    the run published without a source.

    With --as-of the vendors' clock stands still at that moment. A home that was run at a later time, or in another
    month, is started over.
    """
    from pipelines.cli.progress import busy
    from pipelines.cli.render import print_changes
    from pipelines.cli.run import exit_code, print_closing, run_and_report
    from pipelines.reports.changes import read_changes
    from sandbox.misbehave import Misbehaviour, MisbehaviourError
    from sandbox.score import score
    from sandbox.world.history import SHRINKS, months_before, truth_after

    try:
        faults = [Misbehaviour.parse(text) for text in misbehave or []]
    except MisbehaviourError as error:
        raise typer.BadParameter(str(error), param_hint="--misbehave") from error
    clock = parse_as_of(as_of) or datetime.now(UTC)
    opened = Home(home)
    opened.check_path()
    _refuse_other_homes(opened)
    if months > 1 or _is_of_another_time(opened, clock):
        _start_over(opened)
    is_held = as_of is not None or months > 1
    earlier = [_played(opened, seed, clients, months_before(clock, back), clock) for back in range(months - 1, 0, -1)]
    with ExitStack() as stack:
        with busy(console, f"making a synthetic MSP with {clients:,} clients (seed {seed})"):
            stage = stack.enter_context(
                staged(opened, seed, clients, clock, faults, holds_clock=is_held, last=clock if earlier else None)
            )
        console.print(f"four vendors answer on {stage.url}, as the sandbox", soft_wrap=True)
        outcome = run_and_report(opened, None, clock if is_held else None, SHRINKS if earlier else ())
    print_changes(console, read_changes(opened.published))
    if faults:
        console.print("No score is taken on a bad day: lines that wait for a source are not assessed.")
        print_closing(console, opened, outcome)
        raise typer.Exit(int(exit_code(outcome)))
    result = score(opened.published, truth_after(stage.world, earlier))
    console.print(result.table())
    print_closing(console, opened, outcome)
    console.print(f"  the truth, which no run reads           {escape(str(stage.truth))}", soft_wrap=True)
    if not result.perfect:
        fail("the result differs from the planted truth", code=Exit.FAILED)


def _played(home: Home, seed: int, clients: int, clock: datetime, last: datetime) -> "World":
    """One month before the last: its world served, run and published, told in a line."""
    from pipelines.cli.progress import busy
    from pipelines.run import run_pipeline
    from sandbox.world.history import SHRINKS

    drops = SHRINKS if home.published.exists() else ()
    with (
        busy(console, f"playing {clock:%B %Y}"),
        staged(home, seed, clients, clock, holds_clock=True, last=last) as one,
    ):
        outcome = run_pipeline(home, as_of=clock, accept_drops=drops)
    if not outcome.published:
        fail(f"{clock:%B %Y}: {outcome.error or 'the run failed'}", f"log: {outcome.log}")
    console.print(f"{clock:%B %Y} is published ({outcome.seconds:.0f} s)")
    return one.world


def _refuse_other_homes(home: Home) -> None:
    """A person's own home is never overwritten with invented settings and rules."""
    from sandbox.home import is_of_the_sandbox

    if home.settings_file.exists() and not is_of_the_sandbox(home.path):
        fail(
            f"{home.path} is a home of its own, and a demo would replace its settings, secrets and rules",
            "give another folder: tieout demo --home home/demo",
            code=Exit.USAGE,
        )


def _is_of_another_time(home: Home, clock: datetime) -> bool:
    """Whether the home was run in another month, or later than `clock`: its history would not fit what is played."""
    try:
        as_of = datetime.fromisoformat(json.loads(home.published_summary.read_text(encoding="utf-8"))["as_of"])
    except (OSError, ValueError, KeyError):
        return home.warehouse.exists()
    as_of = as_of.astimezone(UTC)
    return as_of > clock or (as_of.year, as_of.month) != (clock.year, clock.month)


def _start_over(home: Home) -> None:
    """Forget what earlier demos read and published here."""
    with home.lock("tieout demo"):
        for path in (home.warehouse, home.warehouse.with_name(f"{home.warehouse.name}.wal")):
            path.unlink(missing_ok=True)
        for folder in (home.published_folder, home.work):
            shutil.rmtree(folder, ignore_errors=True)
    console.print(f"{home.path} is started over", soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox that answers, and a home that points at it. `truth` is the file of the truth, beside the home."""

    world: "World"
    url: str
    truth: Path


@contextmanager
def staged(
    home: Home,
    seed: int,
    clients: int,
    clock: datetime,
    faults: Sequence["Misbehaviour"] = (),
    *,
    holds_clock: bool = False,
    last: datetime | None = None,
) -> Iterator[Stage]:
    """Make a synthetic MSP, serve it as four vendors for the length of the block, and write a home that reads them.

    Args:
        home: Its settings, secrets and rules are replaced.
        seed: Which MSP.
        clients: How many clients it has.
        clock: The moment at which its vendors stand.
        faults: What the vendors do wrong.
        holds_clock: The vendors' clock stands still there; else it runs on.
        last: The last of several months that are played, so that errors come and go; None: one month alone.
    """
    from sandbox.home import write_home
    from sandbox.server import SandboxServer
    from sandbox.truth import write_truth
    from sandbox.world import generate
    from sandbox.world.history import left_out

    world = generate(seed, clients=clients, clock=clock, without=() if last is None else left_out(clock, last))
    # Beside the home, never in it: the pipeline must have no way to read the truth.
    truth = write_truth(world, home.path.with_name(f"{home.path.name}-truth"))
    with SandboxServer(world, faults, holds_clock=holds_clock) as server:
        write_home(world, home.path, server.url)
        yield Stage(world, server.url, truth)
