"""Predictions as a CSV file.

Belongs here: writing. Does not belong here: what is predicted.
"""

import csv
import os
import tempfile
from pathlib import Path

import pyarrow as pa


def write_predictions(predictions: pa.Table, path: Path) -> None:
    """Writes `predictions` to `path` as UTF-8 CSV, whole or not at all; values are quoted where they have to be.

    The text of names stands in it as it was read: whoever opens the file in a spreadsheet opens the names of both
    lists.

    Raises:
        OSError: The file cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", text=True)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="", errors="surrogateescape") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(predictions.column_names)
            writer.writerows(zip(*(column.to_pylist() for column in predictions.columns), strict=True))
        # mkstemp makes files that nobody else may read; a result is as open as the user's other files.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
