"""`make bench-matching`: how good and how fast is matching of names, beside what else there is, in one run.

`python -m bench.matching --data FOLDER [--rows N ...]`. FOLDER holds one folder per set (left.csv, right.csv,
truth.csv, perhaps learn.csv; names that begin with "product" hold products). Rivals take their first choice for each
left row, at whichever threshold suits them best on that very set; ours stays at its default. Exit code 1 where ours is
not the best, where a tier `certain` is right in less than 99 in 100, or where the cost grows faster than 1.5 times the
rows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.matching_rivals import set_up_splink, splink
from bench.matching_sets import Measures, PairSet, at_best_threshold, measure, read_pair_set

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_CERTAIN = 0.99
_GROWTH = 2.0
_RIVALS = {"exact": "exact, normalised", "token_set_ratio": "rapidfuzz token_set_ratio", "WRatio": "rapidfuzz WRatio"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything; 0 where all claims hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of sets of pairs; without it only the scaling run is made")
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[5_000, 50_000], help="lengths of the scaling run's lists"
    )
    given = parser.parse_args(arguments)
    misses: list[str] = []
    if given.data is not None:
        folders = sorted(path.parent for path in given.data.glob("*/truth.csv"))
        with tempfile.TemporaryDirectory() as scratch:
            python, reason = set_up_splink(Path(scratch))
            for folder in folders:
                misses += _set(read_pair_set(folder), folder, python, reason, Path(scratch))
        _as_shipped(folders)
        _calibration(given.data)
        _unseen(given.data)
    misses += _scaling(given.rows)
    for miss in misses:
        print(f"MISSED: {miss}")
    return int(bool(misses))


def _one(method: str, what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.matching_one", method, what]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _set(pair_set: PairSet, folder: Path, python: Path | None, reason: str, scratch: Path) -> list[str]:
    rows = f"{len(pair_set.left):,} left, {len(pair_set.right):,} right, {len(pair_set.truth):,} with a counterpart"
    print(f"\n{pair_set.name} ({rows})")
    print(f"  {'method':32} {'from':>6} {'precision':>9} {'recall':>7} {'F1':>7} {'recall@1':>8} {'s':>7} {'MB':>6}")
    ours = _one("ours", str(folder))
    own = measure(ours["best"], pair_set.truth, 0.5, [tuple(pair) for pair in ours["told"]])
    _line("tieout match", own, ours)
    misses, rivals = _tiers(pair_set, ours), {}
    for method, title in _RIVALS.items():
        found = _one(method, str(folder))
        rivals[title] = found["best"]
        _line(title, at_best_threshold(found["best"], pair_set.truth, range(50, 101)), found)
    if python is None:
        print(f"  Splink: not measured, {reason}")
    else:
        cost, best, said = splink(python, pair_set, scratch)
        if best:
            rivals[said] = best
            _line(said, at_best_threshold(best, pair_set.truth, [step / 50 for step in range(1, 51)]), cost)
        else:
            print(f"  Splink: not measured, {said}")
    for title, best in rivals.items():
        steps = [step / 50 for step in range(1, 51)] if title.startswith("Splink") else range(50, 101)
        if at_best_threshold(best, pair_set.truth, steps).f1 >= own.f1:
            misses.append(f"{pair_set.name}: {title} is as good")
    if pair_set.decisions:
        _learned(pair_set, folder)
    return misses


def _line(title: str, found: Measures, cost: dict[str, Any]) -> None:
    print(
        f"  {title:32} {found.threshold:6.2f} {found.precision:9.3f} {found.recall:7.3f} {found.f1:7.4f} "
        f"{found.recall_at_1:8.3f} {cost['seconds']:7.2f} {cost['peak_mb']:6.0f}"
    )


def _tiers(pair_set: PairSet, ours: dict[str, Any]) -> list[str]:
    right: dict[str, list[bool]] = {"certain": [], "likely": [], "possible": []}
    for (a, b), tier in zip(ours["told"], ours["tiers"], strict=True):
        right[tier].append(b in pair_set.truth.get(a, ()))
    print("  tiers: " + ", ".join(f"{tier} {sum(hits)} of {len(hits)} right" for tier, hits in right.items()))
    certain = right["certain"]
    return (
        [f"{pair_set.name}: certain is right in {np.mean(certain):.3f}"] if np.mean(certain or [1]) < _CERTAIN else []
    )


def _learned(pair_set: PairSet, folder: Path) -> None:
    settled = {left_id for left_id, _ in pair_set.decisions.accepted}
    truth = {left_id: rights for left_id, rights in pair_set.truth.items() if left_id not in settled}
    print(f"  the {len(truth):,} rows that no decision settles, before and after {len(settled):,} decisions:")
    for method in ("ours", "ours with learning"):
        found = _one(method, str(folder))
        rest = [tuple(pair) for pair in found["told"] if pair[0] not in settled]
        _line(f"tieout match{method.removeprefix('ours')}", measure(found["best"], truth, 0.5, rest), found)


def _calibration(data: Path) -> None:
    from pipelines.matching.training import calibrated_by_others, train
    from scripts.train_matching import VARIATIONS, labelled_sets

    for kind in ("client", "product"):
        sets, trained_on = labelled_sets(kind, data)
        if len(sets) < 2:
            continue
        _, held_out = train(kind, sets, trained_on)
        parts = calibrated_by_others(held_out, sets)
        print(f"\ncalibration of {kind}s, cross-validated: mean score / share right (rows), by tenths of the rows")
        parts = [part for part, one in zip(parts, sets, strict=True) if not one.part_of]
        public = [part for part in parts if part[0] != VARIATIONS]
        for name, score, correct in parts:
            _tenths(name, score, correct)
        _tenths("all public sets", np.concatenate([p[1] for p in public]), np.concatenate([p[2] for p in public]))


def _tenths(name: str, score: Floats, correct: Flags) -> None:
    tenths = [tenth for tenth in np.array_split(np.argsort(score, kind="stable"), 10) if len(tenth)]
    cells = [f"{score[tenth].mean():.2f}/{correct[tenth].mean():.2f}" for tenth in tenths]
    worst = max(abs(float(score[tenth].mean() - correct[tenth].mean())) for tenth in tenths)
    print(f"  {name:28} {' '.join(cells)} ({len(tenths[0])})  furthest apart {worst:.2f}")


def _as_shipped(folders: Sequence[Path]) -> None:
    """The scores that a user gets: the first prediction of each left row that has any."""
    from pipelines.matching.matching import match

    print("\ncalibration as shipped: first predictions, mean score / share right (rows), by tenths of the rows")
    told: list[tuple[Floats, Flags]] = []
    for folder in folders:
        pair_set = read_pair_set(folder)
        first: dict[str, tuple[float, bool]] = {}
        for row in match(pair_set.left, pair_set.right, pair_set.kind).predictions.to_pylist():
            is_right = row["right_id"] in pair_set.truth.get(row["left_id"], ())
            first.setdefault(row["left_id"], (row["score"], is_right))
        told.append((np.array([s for s, _ in first.values()]), np.array([r for _, r in first.values()])))
        _tenths(pair_set.name, *told[-1])
    _tenths("all sets", np.concatenate([s for s, _ in told]), np.concatenate([r for _, r in told]))


def _unseen(data: Path) -> None:
    """Each public set of clients matched by a model that was trained without it: what new lists may expect."""
    from pipelines.matching.matching import match
    from pipelines.matching.training import train
    from scripts.train_matching import VARIATIONS, labelled_sets

    sets, _ = labelled_sets("client", data)
    print("\neach public set by a model trained on the others and on variations")
    for unseen in (one for one in sets if not one.part_of and one.name != VARIATIONS):
        model, _ = train("client", [one for one in sets if unseen.name not in (one.name, one.part_of)], {})
        matches = match(unseen.left, unseen.right, "client", model=model)
        columns = [matches.predictions[name].to_pylist() for name in ("left_id", "right_id", "tier")]
        told = list(zip(columns[0], columns[1], strict=True))
        found = measure([], dict(unseen.truth), 0.5, told)
        certain = [
            b in unseen.truth.get(a, ()) for (a, b), tier in zip(told, columns[2], strict=True) if tier == "certain"
        ]
        print(
            f"  {unseen.name:28} precision {found.precision:.3f}, recall {found.recall:.3f}, F1 {found.f1:.4f}; "
            f"certain: {sum(certain)} of {len(certain)} right"
        )


def _scaling(lengths: Sequence[int]) -> list[str]:
    print("\nscaling, made-up clients, as many rows on either side")
    found = []
    for rows in lengths:
        ours, brute = _one("scale", str(rows)), _one("brute", str(rows))
        found.append((rows, ours["cpu"]))
        print(
            f"  {rows:7,} rows: {ours['seconds']:.1f} s ({ours['cpu']:.1f} s of processor), {ours['peak_mb']:.0f} MB, "
            f"precision {ours['precision']:.3f}, recall {ours['recall']:.3f}; "
            f"all pairs by rapidfuzz WRatio (200 rows scaled up): {brute['cpu']:,.0f} s of processor, "
            f"{brute['cpu'] / ours['cpu']:,.0f} times as much"
        )
    if len(found) < 2:
        return []
    (few, short), (many, long) = found[0], found[-1]
    growth = (long / short) / (many / few)
    print(f"  {many / few:.0f} times the rows cost {long / short:.1f} times the processor's seconds")
    return [f"cost grows {growth:.1f} times as fast as the rows"] if growth > _GROWTH else []


if __name__ == "__main__":
    raise SystemExit(main())
