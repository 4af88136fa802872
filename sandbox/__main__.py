"""`python -m sandbox`: generate a world and serve it until interrupted.

Argument reading and printing only; generating belongs to `sandbox/world`, serving to `sandbox/server.py`, homes to
`sandbox/home.py`.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sandbox.misbehave import KINDS, SYSTEMS, Misbehaviour, MisbehaviourError
from sandbox.server import SandboxServer, SandboxServerError
from sandbox.world.features import DEFAULT, chosen
from sandbox.world.model import World

CLOCK_HELP = "the world's now, for example 2026-06-15T12:00Z, where it then stays (default: now, running on)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a world as the command line asks, until interrupted; return the exit code."""
    options = _parser().parse_args(arguments)
    # Imported late: a wrong option should answer at once.
    from sandbox.world import generate

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    clock = options.clock or datetime.now(UTC)
    world = generate(options.seed, clients=options.clients, clock=clock, features=options.features)
    return _serve(world, options, stopped)


def _serve(world: World, options: argparse.Namespace, stopped: threading.Event) -> int:
    server = SandboxServer(
        world,
        options.misbehave,
        options.port,
        requests_per_second=options.requests_per_second,
        token_seconds=options.token_seconds,
        holds_clock=options.clock is not None,
    )
    try:
        server.start()
    except SandboxServerError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        _announce(world, server, options)
        stopped.wait()
    finally:
        server.stop()
    return 0


def _announce(world: World, server: SandboxServer, options: argparse.Namespace) -> None:
    print(f"Serving the world of seed {world.seed} with {options.clients} clients at {server.url}")
    runs_on = "and runs on from there" if options.clock is None else "and stays there"
    print(f"Its clock stands at {world.clock.isoformat()} {runs_on}.")
    for system in SYSTEMS:
        print(f"  {system}: {server.url}/{system}")
    for rule in options.misbehave:
        print(f"Misbehaving: {rule.system} {rule.kind} {rule.endpoint or 'everywhere'}")
    if options.write_home is None:
        print("Add --write-home DIR to write a home whose settings, secrets and rules fit this world.")
    else:
        from sandbox.home import write_home

        write_home(world, options.write_home, server.url)
        print(f"Home for it: {options.write_home} (use it with TIEOUT_HOME={options.write_home})")
        if options.clock is not None:
            print(f"Run it at that time: tieout run --home {options.write_home} --as-of {_written(options.clock)}")
    print("Stop with Ctrl+C.", flush=True)


def _written(moment: datetime) -> str:
    """A moment as `tieout run --as-of` reads it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Serve a synthetic MSP as its PSA's and vendors' APIs would, on 127.0.0.1.",
    )
    parser.add_argument("--seed", type=int, default=7, help="which world (default 7)")
    parser.add_argument("--clients", type=int, default=60, help="number of clients (default 60)")
    parser.add_argument("--port", type=int, default=8088, help="port; 0 is any free one (default 8088)")
    parser.add_argument("--clock", type=_moment, help=CLOCK_HELP)
    parser.add_argument(
        "--features",
        type=_features,
        metavar="NAME,NAME",
        help=f"what to plant beside ordinary errors (default: {', '.join(sorted(DEFAULT))})",
    )
    parser.add_argument("--write-home", type=Path, metavar="DIR", help="also write a home folder that reads this world")
    parser.add_argument("--requests-per-second", type=float, help="rate limit of each system (default none)")
    parser.add_argument("--token-seconds", type=float, help="life of tokens (default each vendor's own)")
    parser.add_argument(
        "--misbehave",
        type=_misbehaviour,
        nargs="+",
        action="extend",
        default=[],
        metavar="SYSTEM:KIND[:ENDPOINT][:NAME=VALUE]",
        help=f"plant faults; systems {', '.join(SYSTEMS)}; kinds {', '.join(sorted(KINDS))}; "
        "names after, times, seconds, retry_after, shape",
    )
    return parser


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-06-15T12:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _features(text: str) -> frozenset[str]:
    try:
        return chosen(name for name in text.split(",") if name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _misbehaviour(text: str) -> Misbehaviour:
    try:
        return Misbehaviour.parse(text)
    except MisbehaviourError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
