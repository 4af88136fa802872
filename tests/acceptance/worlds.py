"""Whole runs on sandbox worlds, as `tieout demo` makes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.home import Home
from pipelines.run import RunOutcome, run_pipeline
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
    """A world, what was published of it, and how the run ended."""

    world: World
    home: Home
    outcome: RunOutcome

    def rows(self, query: str) -> list[dict]:
        """Rows of the published copy by column name."""
        with duckdb.connect(str(self.home.published), read_only=True) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run_world(folder: Path, seed: int, clients: int, clock: datetime, *faults: str) -> Ran:
    """Generate a world, serve it with `faults` (as the command line writes them) and run the pipeline on it."""
    world = generate(seed, clients=clients, clock=clock)
    home = Home(folder / "home")
    with SandboxServer(world, [Misbehaviour.parse(fault) for fault in faults]) as server:
        write_home(world, home.path, server.url)
        if faults:
            text = home.settings_file.read_text()
            home.settings_file.write_text(text.replace("freshness_hours = 26\n", f"freshness_hours = 26\n{IMPATIENT}"))
        # The vendors' clocks run on while they are read: a run whose clock stood still would see none of it.
        outcome = run_pipeline(home, as_of=clock + READ_BY)
    return Ran(world, home, outcome)
