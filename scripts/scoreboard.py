"""`make scoreboard`: runs synthetic MSPs one after another through the whole pipeline and adds their scores up.

Each world is served, read, compared and published in a home of its own that is thrown away. The page is written anew
after every world, so a run that is stopped leaves what it has.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.home import Home
from pipelines.run import RunOutcome, run_pipeline
from sandbox.home import write_home
from sandbox.score import Score, score
from sandbox.scoreboard import Scoreboard
from sandbox.server import SandboxServer
from sandbox.world import generate
from sandbox.world.features import chosen
from sandbox.world.history import SHRINKS, left_out, months_before, truth_after
from sandbox.world.model import World

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scoreboard.md"
# Dates are where worlds go wrong: an ordinary day, both ends of a month, a leap day, the ends of a year.
CLOCKS = (
    datetime(2026, 11, 17, 12, 0, tzinfo=UTC),
    datetime(2026, 6, 30, 21, 30, tzinfo=UTC),
    datetime(2026, 3, 1, 0, 10, tzinfo=UTC),
    datetime(2028, 2, 29, 6, 0, tzinfo=UTC),
    datetime(2025, 12, 31, 20, 0, tzinfo=UTC),
    datetime(2027, 1, 1, 9, 0, tzinfo=UTC),
    datetime(2026, 9, 9, 15, 45, tzinfo=UTC),
)
# The vendors' clocks run on while they are read: a run whose clock stood still would see none of it.
READ_BY = timedelta(minutes=10)


class NotPublishedError(RuntimeError):
    """A run ended without publishing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Score as many worlds as asked for; exit code 1 when one of them is not perfect."""
    options = _parser().parse_args(arguments)
    features = chosen(None if options.features is None else [name for name in options.features.split(",") if name])
    named = f"with {', '.join(sorted(features))}" if features else "with ordinary errors"
    board = Scoreboard(
        f"Synthetic MSPs of {options.clients} clients {named}, seeds {options.first} to "
        f"{options.first + options.seeds - 1}, over {options.months} month{'s' if options.months > 1 else ''} each; "
        f"planted errors against what the pipeline published. Made by `make scoreboard`."
    )
    for number in range(options.seeds):
        seed = options.first + number
        began = time.monotonic()
        _tell(f"[{number + 1}/{options.seeds}] seed {seed} ...")
        try:
            with tempfile.TemporaryDirectory(prefix="tieout-scoreboard-") as folder:
                result = _scored(Home(Path(folder) / "home"), seed, options.clients, features, options.months)
        except NotPublishedError as error:
            board.failed[f"seed {seed}"] = str(error)
            told = "not published"
        else:
            board.scores[f"seed {seed}"] = result
            told = f"{result.rows_expected} rows, {len(result.wrong)} wrong"
        options.out.write_text(board.page(), encoding="utf-8")
        _tell(f"[{number + 1}/{options.seeds}] seed {seed}: {told}, {time.monotonic() - began:.0f} s")
    _tell(f"\n{board.page()}\nwritten to {options.out}")
    return 0 if board.is_perfect else 1


def _scored(home: Home, seed: int, clients: int, features: frozenset[str], months: int) -> Score:
    clock = CLOCKS[seed % len(CLOCKS)]
    worlds = [
        generate(seed, clients, then, features, without=left_out(then, clock))
        for then in (months_before(clock, back) for back in range(months - 1, -1, -1))
    ]
    for number, world in enumerate(worlds):
        _publish(home, world, accept_drops=SHRINKS if number else ())
    return score(home.published, truth_after(worlds[-1], worlds[:-1]))


def _publish(home: Home, world: World, accept_drops: Sequence[str] = ()) -> None:
    with SandboxServer(world) as server:
        write_home(world, home.path, server.url)
        _accept(run_pipeline(home, as_of=world.clock + READ_BY, accept_drops=accept_drops))


def _accept(outcome: RunOutcome) -> None:
    if not outcome.published:
        raise NotPublishedError(str(outcome.error))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # a script's answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.scoreboard", description="Score the pipeline on several synthetic MSPs, one by one."
    )
    parser.add_argument("--seeds", type=int, default=10, help="how many worlds (default 10)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default 1)")
    parser.add_argument("--clients", type=int, default=60, help="clients of each world (default 60)")
    parser.add_argument(
        "--months",
        type=int,
        default=2,
        help="months each MSP is run for; the last is scored (default 2, so that findings can repeat)",
    )
    parser.add_argument("--features", help="features to plant, by comma (default: those that are judged right today)")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page to write (default docs/scoreboard.md)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
