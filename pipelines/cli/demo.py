"""`tieout demo`: the sandbox vendors, a full run on them, and the score against the known truth."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import Exit, console, fail
from pipelines.cli.options import AsOfOption, parse_as_of
from pipelines.home import Home

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
    discrepancy was found with the right money and nothing else was reported (with --misbehave: when the run published).
    """
    from sandbox.score import score
    from sandbox.truth import write_truth

    from pipelines.cli.run import run_and_report
    from sandbox.home import write_home
    from sandbox.misbehave import Misbehaviour, MisbehaviourError
    from sandbox.server import SandboxServer
    from sandbox.world import generate

    try:
        faults = [Misbehaviour.parse(text) for text in misbehave or []]
    except MisbehaviourError as error:
        raise typer.BadParameter(str(error), param_hint="--misbehave") from error
    clock = parse_as_of(as_of)
    opened = Home(home)
    with console.status(f"making a synthetic MSP with {clients:,} clients (seed {seed})"):
        world = generate(seed, clients=clients, clock=clock or datetime.now(UTC))
        # Beside the home, never in it: the pipeline must have no way to read the truth.
        truth_file = write_truth(world, opened.path.with_name(f"{opened.path.name}-truth"))
    with SandboxServer(world, faults) as server:
        write_home(world, opened.path, server.url)
        console.print(f"The sandbox answers as four vendors on {server.url} (seed {seed}, {clients:,} clients)")
        code = run_and_report(opened, None, clock)
    if faults:
        console.print("No score is taken on a bad day: lines that wait for a source are not assessed.")
        raise typer.Exit(int(code))
    result = score(opened.published, world.truth)
    console.print(result.table())
    console.print(f"Truth, which the pipeline never reads: {truth_file}")
    if not result.perfect:
        fail("the result differs from the planted truth", code=Exit.FAILED)
