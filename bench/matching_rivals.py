"""Splink on a set, in an environment of its own: it asks for versions that are not ours.

Belongs here: setting it up, handing lists over, taking scored pairs back. Does not belong here: its settings
(`bench.splink_alone`).
"""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.matching_sets import Best, PairSet
from pipelines.matching.folding import fold
from pipelines.matching.lists import NameList

SPLINK_LOCK = Path(__file__).parent / "splink.lock"


def set_up_splink(folder: Path) -> tuple[Path | None, str]:
    """The Python that holds Splink, made in `folder`; None with the reason where that fails."""
    uv, python = Path(sys.executable).with_name("uv"), folder / "splink" / "bin" / "python"
    steps = (
        [str(uv), "venv", "-q", "--python", sys.executable, str(python.parents[1])],
        [
            *(str(uv), "pip", "install", "-q", "--system-certs", "--require-hashes", "--python", str(python)),
            *("-r", str(SPLINK_LOCK)),
        ],
    )
    for step in steps:
        reason = _run(step)[1]
        if reason:
            return None, reason
    return python, ""


def splink(python: Path, pair_set: PairSet, folder: Path) -> tuple[dict[str, float], Best, str]:
    """Seconds and peak memory of Splink, its first choices, and a reason where it failed."""
    for side, names in (("left", pair_set.left), ("right", pair_set.right)):
        pq.write_table(_table(names), folder / f"{side}.parquet")
    output, reason = _run([str(python), str(Path(__file__).with_name("splink_alone.py")), str(folder)])
    if reason:
        return {}, [], reason
    seconds, peak, what = output.strip().splitlines()[-1].split(" ", 2)
    pairs = pq.read_table(folder / "pairs.parquet").to_pylist()
    left_ids = set(pair_set.left.ids)
    best: dict[str, tuple[str, float]] = {}
    for pair in pairs:
        a, b = (
            (pair["left_id"], pair["right_id"]) if pair["left_id"] in left_ids else (pair["right_id"], pair["left_id"])
        )
        if a not in best or pair["score"] > best[a][1]:
            best[a] = b, pair["score"]
    return {"seconds": float(seconds), "peak_mb": float(peak)}, [(a, b, score) for a, (b, score) in best.items()], what


def _table(side: NameList) -> pa.Table:
    names = [fold(name) for name in side.names]
    words = [name.split() for name in names]
    columns = [
        list(side.ids),
        names,
        [some[0] if some else "" for some in words],
        [sorted(set(some)) for some in words],
    ]
    return pa.table([pa.array(columns[0]), *map(pa.array, columns[1:])], ["unique_id", "name", "first", "words"])


def _run(step: list[str]) -> tuple[str, str]:
    """What a process printed, and why it failed (empty: it did not)."""
    try:
        done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=900)  # noqa: S603 - ours
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    if done.returncode != 0:
        return "", (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return done.stdout, ""
