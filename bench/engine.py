"""How much dearer is the whole engine than one hand-written statement? A million billing lines and census rows.

`python -m bench.engine [--rows N]` prints seconds, the ratio, peak memory and the growth from a tenth of the rows, side
by side with pandas and datacompy on the same data, and fails where a stated target is missed.

What is timed: `dbt run` of every model, from the views over the raw tables to the public marts, as a run of tieout
calls it (one process, four threads, DuckDB on disk), by dbt's own clock: parsing the project and starting Python are
left out and shown apart. The statement it is measured against reads the same rows from Parquet, joins, compares and
writes one table. Loading the raw tables and copying the published file belong to neither.
"""

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import engine_rivals
from bench.engine_data import LINES_PER_CLIENT, fill
from pipelines.home import Home
from pipelines.steps.transform import PROJECT, TARGET, prepare, program

MOST_TIMES_THE_STATEMENT = 15.0
MOST_MEMORY = 4.0 * 1024**3
MOST_GROWTH = 1.5
DEAREST = 8
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Measured:
    """One run of the models: seconds by dbt's clock, seconds of the process, peak bytes, seconds by model."""

    rows: int
    seconds: float
    process_seconds: float
    peak_memory: int
    by_model: dict[str, float]
    statement_seconds: float

    @property
    def times_the_statement(self) -> float:
        """How many times the hand-written statement."""
        return self.seconds / self.statement_seconds


def run_models(home: Home) -> tuple[float, float, int, dict[str, float]]:
    """Run `dbt run` on a home: seconds by dbt's clock, of the process, peak bytes of its tree, and by model.

    Raises:
        RuntimeError: dbt failed; carries what it printed.
    """
    target = home.dbt / "target"
    command = [
        *(str(program(home)), "--quiet", "--log-level-file", "info", "run", "--project-dir", str(PROJECT)),
        *("--profiles-dir", str(home.dbt), "--target", TARGET, "--target-path", str(target)),
        *("--log-path", str(target)),
    ]
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, cwd=PROJECT)  # noqa: S603 - ours
        peak = 0
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _memory_of_tree(watched))
            time.sleep(_POLL_SECONDS)
        seconds = time.perf_counter() - started
        if process.returncode != 0:
            printed.seek(0)
            raise RuntimeError(f"dbt run failed:\n{printed.read()}")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    by_model = {result["unique_id"].rpartition(".")[2]: result["execution_time"] for result in results["results"]}
    return float(results["elapsed_time"]), seconds, peak, by_model


def _memory_of_tree(process: psutil.Process) -> int:
    total = 0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total


def measure(rows: int, folder: Path) -> Measured:
    """Make `rows` billing lines and census rows in `folder`, run the models and the hand-written statement on them."""
    home = Home(folder / "home").create()
    prepare(home)
    started = time.perf_counter()
    fill(home.warehouse, folder, rows)
    clients = rows // LINES_PER_CLIENT
    print(f"{rows:,} lines and census rows of {clients:,} clients made in {_since(started)}", flush=True)
    seconds, process_seconds, peak, by_model = run_models(home)
    statement_seconds = min(engine_rivals.statement(folder) for _ in range(2))
    return Measured(rows, seconds, process_seconds, peak, by_model, statement_seconds)


def _since(started: float) -> str:
    return f"{time.perf_counter() - started:.1f} s"


def report(large: Measured, small: Measured, folder: Path) -> int:
    """Print what was measured; exit code 1 where a target is missed."""
    growth = (large.seconds / large.rows) / (small.seconds / small.rows)
    comparison, what = engine_rivals.datacompy(folder)
    merge = engine_rivals.pandas_merge(folder)
    for name, seconds in (
        ("tieout: dbt run, staging to marts", large.seconds),
        ("  the same with start-up of dbt", large.process_seconds),
        ("one DuckDB statement: load, join, compare", large.statement_seconds),
        ("pandas: load, merge, compare", merge),
        ("datacompy: compare only, sums given", comparison),
    ):
        rate = "" if seconds is None else f"{seconds:>8.2f} s {large.rows / seconds:>12,.0f} rows/s"
        print(f"{name:<44} {large.rows:>9,} rows {rate or f'   not measured: {what}'}")
    if comparison is not None:
        print(what)
    print(f"the {DEAREST} dearest of {len(large.by_model)} models:")
    for model, seconds in sorted(large.by_model.items(), key=lambda item: -item[1])[:DEAREST]:
        print(f"  {model:<42} {seconds:>8.2f} s")
    targets = (
        ("times the statement", large.times_the_statement, MOST_TIMES_THE_STATEMENT),
        ("peak memory of the dbt processes, GB", large.peak_memory / 1024**3, MOST_MEMORY / 1024**3),
        (f"time per row, against {small.rows:,} rows", growth, MOST_GROWTH),
    )
    for name, value, most in targets:
        print(f"{name:<44} {value:>9.2f} (at most {most:g}){'' if value <= most else '  MISSED'}")
    return int(any(value > most for _, value, most in targets))


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description="Measure the reconciliation engine.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="billing lines (and census rows) to make")
    rows: int = parser.parse_args(arguments).rows
    with tempfile.TemporaryDirectory() as folder:
        small = measure(rows // 10, Path(folder, "small"))
        large = measure(rows, Path(folder, "large"))
        return report(large, small, Path(folder, "large"))


if __name__ == "__main__":
    raise SystemExit(main())
