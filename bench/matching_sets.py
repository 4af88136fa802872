"""Sets of pairs to measure matching on, and the measures.

Belongs here: reading a set, precision, recall, F1, recall@1. Does not belong here: methods.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.matching.decisions import Decisions, read_decisions
from pipelines.matching.lists import NameList, read_list

Best = list[tuple[str, str, float]]  # (left id, right id, score): what a method puts first for each left row


@dataclass(frozen=True)
class PairSet:
    """Two lists and the true pairs; `decisions` are earlier ones that come with the set, empty if none do."""

    name: str
    kind: str
    left: NameList
    right: NameList
    truth: dict[str, frozenset[str]]
    decisions: Decisions


@dataclass(frozen=True)
class Measures:
    """How good a method is. `threshold`: from which score on its first choices count."""

    threshold: float
    precision: float
    recall: float
    f1: float
    recall_at_1: float


def read_pair_set(folder: Path) -> PairSet:
    """The set in `folder`: left.csv, right.csv, truth.csv and, perhaps, learn.csv. Its name says what it holds."""
    truth: dict[str, set[str]] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truth.setdefault(row["left_id"], set()).add(row["right_id"])
    learn = folder / "learn.csv"
    return PairSet(
        folder.name,
        "product" if folder.name.startswith("product") else "client",
        read_list(folder / "left.csv"),
        read_list(folder / "right.csv"),
        {left_id: frozenset(right_ids) for left_id, right_ids in truth.items()},
        read_decisions(learn) if learn.exists() else Decisions(),
    )


def measure(
    best: Best, truth: dict[str, frozenset[str]], threshold: float, told: Iterable[tuple[str, str]] | None = None
) -> Measures:
    """The measures of first choices from a threshold on; with `told`, of these pairs instead."""
    pairs = [(a, b) for a, b, score in best if score >= threshold] if told is None else list(told)
    right = sum(b in truth.get(a, ()) for a, b in pairs)
    total = sum(map(len, truth.values()))
    precision, recall = right / max(len(pairs), 1), right / max(total, 1)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    first = {a: b for a, b, _ in best}
    at_1 = sum(first.get(a) in rights for a, rights in truth.items()) / max(len(truth), 1)
    return Measures(threshold, precision, recall, f1, at_1)


def at_best_threshold(best: Best, truth: dict[str, frozenset[str]], steps: Sequence[float]) -> Measures:
    """The measures at whichever threshold gives the highest F1 on this very set: kinder than life is."""
    return max((measure(best, truth, step) for step in steps), key=lambda found: found.f1)
