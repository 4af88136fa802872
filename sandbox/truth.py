"""The truth of a world as a file and as an Arrow table, for people and for the score.

Belongs here: how truth rows are written down. Does not belong here: how they are judged (`sandbox/world/truth.py`).
The file belongs outside every home: a pipeline that could read it would prove nothing.
"""

import csv
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

import pyarrow as pa

from sandbox.world.model import TruthRow, World

_QUANTITY, _MONEY = pa.decimal128(18, 4), pa.decimal128(18, 6)
SCHEMA = pa.schema(
    [
        ("line_key", pa.string()),
        ("client_id", pa.string()),
        ("product_id", pa.string()),
        ("class", pa.string()),
        ("billed", _QUANTITY),
        ("expected", _QUANTITY),
        ("variance", _QUANTITY),
        ("owned", _QUANTITY),
        ("used", _QUANTITY),
        ("charged", _QUANTITY),
        ("unit_price", _MONEY),
        ("currency", pa.string()),
        ("revenue_impact", _MONEY),
        ("note", pa.string()),
        ("flags", pa.list_(pa.string())),
    ]
)


def truth_table(truth: Sequence[TruthRow]) -> pa.Table:
    """Truth rows as Arrow, columns as in `SCHEMA` (the fields of `TruthRow`, in order; quantities and money exact)."""
    names = [field.name for field in fields(TruthRow)][: len(SCHEMA)]
    columns = [
        pa.array([getattr(row, name) for row in truth], type=column.type)
        for name, column in zip(names, SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def write_truth(world: World, folder: Path) -> Path:
    """Write `truth.csv` into `folder` (made if missing) and give back its path; unknown figures are empty cells."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "truth.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*SCHEMA.names, "figures"])
        writer.writerows(_cells(row) for row in world.truth)
    return path


def _cells(row: TruthRow) -> tuple[object, ...]:
    *cells, flags, figures = astuple(row)
    stated = (f"{name}={'unknown' if value is None else value}" for name, value in sorted(figures.items()))
    return (*cells, " ".join(flags), " ".join(stated))
