"""Run by `bench.engine_rivals` in an environment that holds datacompy: times one comparison of two Parquet files.

Prints the seconds and what they measure. Joining and comparing only: both sides come already added up.
"""

import sys
import time
from importlib.metadata import version
from pathlib import Path

import datacompy  # type: ignore[import-not-found]  # not beside our pins: see bench/datacompy.in
import pandas as pd


def main() -> None:
    """Compare `left.parquet` with `right.parquet` of the folder given."""
    folder = Path(sys.argv[1])
    started = time.perf_counter()
    left, right = (pd.read_parquet(folder / f"{side}.parquet") for side in ("left", "right"))
    compare_class = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
    compared = compare_class(left, right, join_columns=["client", "product"])
    unequal = len(compared.intersect_rows) - compared.count_matching_rows()
    seconds = time.perf_counter() - started
    print(f"{seconds:.3f} datacompy {version('datacompy')}: {unequal:,} rows differ")


if __name__ == "__main__":
    main()
