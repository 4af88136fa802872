"""Whole runs on sandbox worlds, as people start them: `tieout run` on a home."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.home import Home
from sandbox.home import write_home
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world import generate
from sandbox.world.model import World

# A test has no hour to wait: two tries, short pauses. Small pages, so that there is a second one to go wrong.
IMPATIENT = "page_size = 50\nmax_attempts = 2\nbackoff_seconds = 0.01\ntimeout_seconds = 5\n"
READ_BY = timedelta(minutes=10)


@dataclass(frozen=True)
class Ran:
    """A world, what was published of it, and how `tieout run` ended."""

    world: World
    home: Home
    exit_code: int
    errors: str

    def rows(self, query: str) -> list[dict]:
        """Rows of the published copy by column name."""
        with duckdb.connect(str(self.home.published), read_only=True) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run_world(
    folder: Path,
    seed: int,
    clients: int,
    clock: datetime,
    *faults: str,
    features: Iterable[str] | None = None,
    read_on: Iterable[date] = (),
) -> Ran:
    """Generate a world, serve it with `faults` (as the command line writes them) and run the pipeline on it.

    `features` are those of the sandbox, `read_on` the days on which the home in `folder` was read before.
    """
    world = generate(seed, clients=clients, clock=clock, features=features, read_on=read_on)
    home = Home(folder / "home")
    with SandboxServer(world, [Misbehaviour.parse(fault) for fault in faults]) as server:
        write_home(world, home.path, server.url)
        if faults:
            text = home.settings_file.read_text()
            for system in ("connectwise", "microsoft_graph", "pax8", "ninjaone"):
                text = text.replace(f"[sources.{system}]\n", f"[sources.{system}]\n{IMPATIENT}")
            home.settings_file.write_text(text)
        # The vendors' clocks run on while they are read: a run whose clock stood still would see none of it.
        as_of = (clock + READ_BY).isoformat()
        done = CliRunner().invoke(app, ["run", "--home", str(home.path), "--as-of", as_of], env={"COLUMNS": "120"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert home.published.exists(), done.stderr
    return Ran(world, home, done.exit_code, done.stderr)
