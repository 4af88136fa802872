"""Run by `bench.matching_rivals` in an environment that holds Splink: matches two lists of names, writes scored pairs.

`python splink_alone.py FOLDER` reads left.parquet and right.parquet (unique_id, name, first, words) and writes
pairs.parquet (left_id, right_id, score). The settings follow Splink's own advice for one name column: levels of
Jaro-Winkler and of shared words with term frequencies, u by random sampling, m by expectation maximisation.
"""

import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import splink.comparison_library as cl  # type: ignore[import-not-found]  # not beside our pins: see bench/splink.in
from splink import Linker, SettingsCreator, block_on  # type: ignore[import-not-found]
from splink.internals.duckdb.database_api import DuckDBAPI  # type: ignore[import-not-found]


def main() -> None:
    """Match the lists of the folder given."""
    folder = Path(sys.argv[1])
    started = time.perf_counter()
    database = DuckDBAPI()
    left, right = (pq.read_table(folder / f"{side}.parquet") for side in ("left", "right"))
    shared_word = block_on("words", arrays_to_explode=["words"])
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=[shared_word, block_on("substr(name, 1, 4)")],
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85, 0.75]).configure(term_frequency_adjustments=True),
            cl.ArrayIntersectAtSizes("words", [3, 2, 1]),
            cl.ExactMatch("first").configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=False,
    )
    sides = [
        database.register(side, table_name=name, dataset_display_name=name)
        for side, name in ((left, "a_left"), (right, "b_right"))
    ]
    linker = Linker(sides, settings)
    linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("substr(name, 1, 4)"))
    pairs = linker.inference.predict(threshold_match_probability=0.01).as_duckdbpyrelation().to_arrow_table()
    out = pa.table(
        [pairs["unique_id_l"], pairs["unique_id_r"], pairs["match_probability"]], ["left_id", "right_id", "score"]
    )
    pq.write_table(out, folder / "pairs.parquet")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - started:.3f} {peak:.0f} Splink {version('splink')}")


if __name__ == "__main__":
    main()
