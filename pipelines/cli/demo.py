"""`tieout demo`: the sandbox vendors, a full run on them, and the score against the known truth."""

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
    """
    from pipelines.cli.progress import busy
    from pipelines.cli.run import exit_code, print_closing, run_and_report
    from sandbox.misbehave import Misbehaviour, MisbehaviourError
    from sandbox.score import score

    try:
        faults = [Misbehaviour.parse(text) for text in misbehave or []]
    except MisbehaviourError as error:
        raise typer.BadParameter(str(error), param_hint="--misbehave") from error
    clock = parse_as_of(as_of) or datetime.now(UTC)
    opened = Home(home)
    with ExitStack() as stack:
        with busy(console, f"making a synthetic MSP with {clients:,} clients (seed {seed})"):
            stage = stack.enter_context(staged(opened, seed, clients, clock, faults))
        console.print(f"four vendors answer on {stage.url}, as the sandbox", soft_wrap=True)
        outcome = run_and_report(opened, None, None if as_of is None else clock)
    if faults:
        console.print("No score is taken on a bad day: lines that wait for a source are not assessed.")
        print_closing(console, opened, outcome)
        raise typer.Exit(int(exit_code(outcome)))
    result = score(opened.published, stage.world.truth)
    console.print(result.table())
    print_closing(console, opened, outcome)
    console.print(f"  the truth, which no run reads           {escape(str(stage.truth))}", soft_wrap=True)
    if not result.perfect:
        fail("the result differs from the planted truth", code=Exit.FAILED)


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox that answers, and a home that points at it. `truth` is the file of the truth, beside the home."""

    world: "World"
    url: str
    truth: Path


@contextmanager
def staged(
    home: Home, seed: int, clients: int, clock: datetime, faults: Sequence["Misbehaviour"] = ()
) -> Iterator[Stage]:
    """Make a synthetic MSP, serve it as four vendors for the length of the block, and write a home that reads them.

    Args:
        home: Its settings, secrets and rules are replaced.
        seed: Which MSP.
        clients: How many clients it has.
        clock: The moment at which its vendors stand.
        faults: What the vendors do wrong.
    """
    from sandbox.home import write_home
    from sandbox.server import SandboxServer
    from sandbox.truth import write_truth
    from sandbox.world import generate

    world = generate(seed, clients=clients, clock=clock)
    # Beside the home, never in it: the pipeline must have no way to read the truth.
    truth = write_truth(world, home.path.with_name(f"{home.path.name}-truth"))
    with SandboxServer(world, faults) as server:
        write_home(world, home.path, server.url)
        yield Stage(world, server.url, truth)
