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
from scripts.matching_parts import Part, Truth, parts
from scripts.matching_variations import client_variations, product_variations

DATA = Path(__file__).parents[1] / "pipelines" / "matching" / "data"
_SYNTHETIC = 0.5  # what made-up pairs weigh against one public set
# In the calibration every public set weighs as much as a set of so many rows, long or short.
_ROWS = 1000
# There are no public products that are hard to match; made-up ones have to calibrate.
_CALIBRATES = {"client": 600.0, "product": 700.0}
VARIATIONS = "variations"


def read_set(folder: Path) -> tuple[NameList, NameList, dict[str, frozenset[str]]]:
    """Left list, right list, and the true right ids by left id."""
    truth: dict[str, set[str]] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truth.setdefault(row["left_id"], set()).add(row["right_id"])
    found = {left_id: frozenset(right_ids) for left_id, right_ids in truth.items()}
    return read_list(folder / "left.csv"), read_list(folder / "right.csv"), found


def labelled_sets(kind: str, folder: Path) -> tuple[list[Labelled], dict[str, str]]:
    """The sets of `folder` for `kind`, parts of them, and the made-up variations; and what each set is, by hash."""
    prefix, vary = {"client": ("company", client_variations), "product": ("product", product_variations)}[kind]
    sets, trained_on = [], {}
    for path in sorted(folder.glob(f"{prefix}_*")):
        sets += _with_parts(kind, path.name, *read_set(path), 1.0, _ROWS)
        trained_on[path.name] = _hash(path)
    sets += _with_parts(kind, VARIATIONS, *vary(), _SYNTHETIC, _CALIBRATES[kind])
    trained_on[VARIATIONS] = "scripts.matching_variations"
    return sets, trained_on


def _with_parts(
    kind: str, name: str, left: NameList, right: NameList, truth: Truth, weight: float, rows: float
) -> list[Labelled]:
    """A set and its parts; together they weigh `weight`, and in the calibration as much as `rows` rows."""
    found: list[Part] = [("", left, right, truth)]
    # Products are told apart by what must agree, not by how many there are.
    found += parts(left, right, truth) if kind == "client" else ()
    return [
        Labelled(
            f"{name}, {part}" if part else name,
            ours,
            theirs,
            known,
            pair(ours, theirs, kind),
            weight / len(found),
            rows / len(ours) / len(found),
            name if part else "",
        )
        for part, ours, theirs, known in found
    ]


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
