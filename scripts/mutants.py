"""`make mutants`: breaks the models on purpose, one at a time, and tells which of the run's controls notice.

A mutant that changes no number of a public table is no mutant, and one that cannot be run is none either: another is
drawn in its place.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain as joined
from pathlib import Path

from pipelines.cli.demo import staged
from pipelines.home import Home
from pipelines.run import run_pipeline
from scripts.mutation.chain import Chain, Verdict
from scripts.mutation.draw import drawn, named
from scripts.mutation.operators import Mutant

CLOCK = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
# The day of the world: against today's clock every source would be stale, and a stale source excuses its controls.
AS_OF = CLOCK + timedelta(minutes=10)
Judged = list[tuple[Mutant, Verdict]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try as many mutants as asked for; exit code 1 when fewer than 95 of 100 are stopped."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tieout-mutants-") as folder:
        home = options.home or _made(Home(Path(folder) / "home"), options.seed, options.clients)
        models = Chain(home.dbt / "target" / "manifest.json", home.warehouse, Path(folder))
        try:
            judged = round_of(models, joined(named(models), drawn(models, options.seed)), options.mutants)
        finally:
            models.close()
    _tell(report(judged))
    return 0 if sum(verdict.is_killed for _, verdict in judged) >= 0.95 * len(judged) else 1


def round_of(models: Chain, mutants: Iterator[Mutant], wanted: int) -> Judged:
    """The first `wanted` mutants that change a public number, each with what became of it."""
    judged: Judged = []
    for mutant in mutants:
        began = time.monotonic()
        verdict = models.judge({mutant.model: mutant.query})
        if verdict.error or not verdict.moved:
            continue
        judged.append((mutant, verdict))
        became = f"stopped by {', '.join(verdict.controls)}" if verdict.is_killed else "LIVES"
        _tell(f"[{len(judged)}/{wanted}] {mutant}: {became} ({time.monotonic() - began:.1f} s)")
        if len(judged) == wanted:
            break
    return judged


def report(judged: Judged) -> str:
    """Kills and survivors: by kind of change, by control, and the survivors by name."""
    killed = [verdict for _, verdict in judged if verdict.is_killed]
    by_control = Counter(_group(control) for verdict in killed for control in {_group(c) for c in verdict.controls})
    alone = Counter(groups.pop() for verdict in killed if len(groups := {_group(c) for c in verdict.controls}) == 1)
    kinds = Counter(mutant.kind for mutant, _ in judged)
    stopped = Counter(mutant.kind for mutant, verdict in judged if verdict.is_killed)
    lines = [f"\n{len(killed)} of {len(judged)} mutants stopped\n", f"{'kind of change':32}{'tried':>7}{'stopped':>9}"]
    lines += [f"{kind:32}{kinds[kind]:7}{stopped[kind]:9}" for kind in sorted(kinds)]
    lines += ["", f"{'control':32}{'stops':>7}{'alone':>9}"]
    lines += [f"{control:32}{count:7}{alone[control]:9}" for control, count in by_control.most_common()]
    survivors = [(mutant, verdict) for mutant, verdict in judged if not verdict.is_killed]
    lines += ["", "survivors:" if survivors else "no survivor"]
    lines += [f"  {mutant} (moved {', '.join(verdict.moved)})" for mutant, verdict in survivors]
    return "\n".join(lines)


def _group(control: str) -> str:
    """Tests of one column or table are one control of the report: there are a hundred and more of them."""
    return control if control.startswith(("tie_out", "test assert")) else "tests of columns and keys"


def _made(home: Home, seed: int, clients: int) -> Home:
    _tell(f"a sandbox home of {clients} clients, seed {seed} ...")
    with staged(home, seed, clients, CLOCK):
        outcome = run_pipeline(home, as_of=AS_OF)
    if not outcome.published:
        raise SystemExit(f"the home was not published: {outcome.error}")
    return home


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a script's answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=100, help="how many mutants (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the world and of the draw (default 1)")
    parser.add_argument("--clients", type=int, default=40, help="clients of the world (default 40)")
    parser.add_argument(
        "--home", type=lambda text: Home(Path(text)), help="a finished home to use instead of a new one"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
