"""One method on one set in a process of its own, so that its peak memory is its own: prints one line of JSON.

`python -m bench.matching_one METHOD FOLDER` on a set, `python -m bench.matching_one scale ROWS` on made-up lists.
Seconds begin after the imports and the reading of the files.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.matching_data import clients
from bench.matching_sets import Best, PairSet, read_pair_set
from pipelines.matching.decisions import Decisions
from pipelines.matching.folding import fold
from pipelines.matching.lists import NameList

_CHUNK = 200


def main(arguments: list[str]) -> None:
    """Run one method."""
    method, what = arguments
    if method == "scale":
        left, right, truth = clients(int(what))
        _ours(PairSet("scale", "client", *clients(200)[:2], {}, Decisions()), learn=False)  # data files, late imports
        found = _ours(PairSet("scale", "client", left, right, {}, Decisions()), learn=False)
        correct = sum(truth.get(a) == b for a, b in found["told"])
        found = {
            "seconds": found["seconds"],
            "cpu": found["cpu"],
            "precision": correct / len(found["told"]),
            "recall": correct / len(truth),
        }
    elif method == "brute":
        left, right, _ = clients(int(what))
        started = time.process_time()
        _nearest(NameList(left.ids[:_CHUNK], left.names[:_CHUNK]), right, "WRatio")
        found = {"cpu": (time.process_time() - started) * len(left) / _CHUNK}
    else:
        found = _run(method, read_pair_set(Path(what)))
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def _run(method: str, pair_set: PairSet) -> dict[str, Any]:
    if method in ("ours", "ours with learning"):
        return _ours(pair_set, learn=method != "ours")
    started = time.perf_counter()
    best = _exact(pair_set) if method == "exact" else _nearest(pair_set.left, pair_set.right, method)
    return {"seconds": time.perf_counter() - started, "best": best}


def _ours(pair_set: PairSet, *, learn: bool) -> dict[str, Any]:
    from pipelines.matching.matching import match, score
    from pipelines.matching.pairing import pair
    from pipelines.matching.training import best_of_rows

    left, right = pair_set.left, pair_set.right
    decisions = pair_set.decisions if learn else Decisions()
    started, cpu = time.perf_counter(), time.process_time()
    matches = match(left, right, pair_set.kind, decisions)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    columns = [matches.predictions[name].to_pylist() for name in ("left_id", "right_id", "tier")]
    told = list(zip(columns[0], columns[1], strict=True))
    if pair_set.name == "scale":
        return {"seconds": seconds, "cpu": cpu, "told": told}
    scored = score(pair(left, right, pair_set.kind, decisions), left, right, matches.model, decisions)
    first = best_of_rows(scored.left_row, scored.odds)
    best = [
        (left.ids[scored.left_row[i]], right.ids[scored.right_row[i]], float(scored.score[i])) for i in first.tolist()
    ]
    return {"seconds": seconds, "best": best, "told": told, "tiers": columns[2]}


def _exact(pair_set: PairSet) -> Best:
    right: dict[str, str] = {}
    for right_id, name in zip(pair_set.right.ids, pair_set.right.names, strict=True):
        right.setdefault(fold(name), right_id)
    rows = zip(pair_set.left.ids, map(fold, pair_set.left.names), strict=True)
    return [(left_id, right[name], 100.0) for left_id, name in rows if name in right]


def _nearest(left: NameList, right: NameList, scorer: str) -> Best:
    """For each left row the right row that rapidfuzz scores highest, by comparing all pairs."""
    from rapidfuzz import fuzz, process, utils

    ours, theirs = ([utils.default_process(name) for name in side.names] for side in (left, right))
    best: Best = []
    for start in range(0, len(ours), _CHUNK):
        scores = process.cdist(ours[start : start + _CHUNK], theirs, scorer=getattr(fuzz, scorer), dtype=np.float32)
        places = scores.argmax(axis=1)
        rows = zip(left.ids[start : start + _CHUNK], places, scores.max(axis=1), strict=True)
        best.extend((left_id, right.ids[place], float(score)) for left_id, place, score in rows)
    return best


if __name__ == "__main__":
    main(sys.argv[1:])
