"""Trains the default models of `pipelines.matching`: `python -m scripts.train_matching --data FOLDER`.

FOLDER holds one folder per public set of pairs (left.csv, right.csv, truth.csv); a set whose name begins with "company"
trains the model of clients, one that begins with "product" that of products. Variations of public names that are made
here, from a fixed seed, stand for what the sets lack. The models say which files they were trained on, by hash.
"""

import argparse
import csv
import hashlib
import json
from pathlib import Path

from pipelines.matching.lists import NameList, read_list
from pipelines.matching.pairing import pair
from pipelines.matching.training import HeldOut, Labelled, train
from scripts.matching_variations import client_variations, product_variations

DATA = Path(__file__).parents[1] / "pipelines" / "matching" / "data"
_SYNTHETIC = 0.5  # what made-up pairs weigh against one public set
# In the calibration every public set weighs as much as a set of so many rows, long or short.
_ROWS = 1000
# There are no public products that are hard to match; made-up ones have to calibrate.
_CALIBRATES = {"client": 0.2, "product": 1.0}


def read_set(folder: Path) -> tuple[NameList, NameList, dict[str, frozenset[str]]]:
    """Left list, right list, and the true right ids by left id."""
    truth: dict[str, set[str]] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truth.setdefault(row["left_id"], set()).add(row["right_id"])
    found = {left_id: frozenset(right_ids) for left_id, right_ids in truth.items()}
    return read_list(folder / "left.csv"), read_list(folder / "right.csv"), found


def labelled_sets(kind: str, folder: Path) -> tuple[list[Labelled], dict[str, str]]:
    """The sets of `folder` for `kind` and the made-up variations, and what each set is, by hash."""
    prefix, vary = {"client": ("company", client_variations), "product": ("product", product_variations)}[kind]
    sets, trained_on = [], {}
    for path in sorted(folder.glob(f"{prefix}_*")):
        left, right, truth = read_set(path)
        paired = pair(left, right, kind)
        sets.append(Labelled(path.name, left, right, truth, paired, calibrates=_ROWS / len(left)))
        trained_on[path.name] = _hash(path)
    left, right, truth = vary()
    sets.append(Labelled("variations", left, right, truth, pair(left, right, kind), _SYNTHETIC, _CALIBRATES[kind]))
    trained_on["variations"] = "scripts.matching_variations"
    return sets, trained_on


def main() -> None:
    """Train and write both models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public sets of pairs")
    folder: Path = parser.parse_args().data
    for kind in ("client", "product"):
        model, held_out = train(kind, *labelled_sets(kind, folder))
        path = DATA / f"model_{kind}.json"
        path.write_text(json.dumps(model.to_json(), indent=2) + "\n", encoding="utf-8")
        print(f"{path.name}: {sum(map(_count, held_out)):,} held-out rows")  # noqa: T201 - a script


def _count(part: HeldOut) -> int:
    return len(part.correct)


def _hash(folder: Path) -> str:
    files = [folder / name for name in ("left.csv", "right.csv", "truth.csv")]
    return "sha256:" + hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


if __name__ == "__main__":
    main()
