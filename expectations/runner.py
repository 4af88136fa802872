"""Runs one suite over one raw table with Great Expectations and returns plain results.

Belongs here: the only code that drives Great Expectations. Does not belong here: fetching frames, storing results, what
a failure means for the run. Great Expectations is imported inside the functions: its import takes seconds.

Measured on two cores, after the import: about 0.1 s a table, nearly all of it per expectation and not per row, so the
five tables of one system stay under a second at 10,000 rows each.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from connectors.tables import INTEGER
from expectations.declare import ROW_COUNT_FLOOR
from expectations.result import ExpectationResult, Facts
from expectations.suite import Expectation, Suite

if TYPE_CHECKING:
    import pandas

_SAMPLE = 20
_VALUES_SHOWN = 3
_VALUE_LENGTH = 60


def warm_up() -> None:
    """Import Great Expectations now, for instance in a thread while sources are being read (five seconds or more)."""
    import_module("great_expectations.expectations")


def run(frame: "pandas.DataFrame", facts: Facts, suite: Suite) -> list[ExpectationResult]:
    """Check one raw table.

    Args:
        frame: The rows the run would use, with at least `suite.columns`, best fetched through `suite.select`; decimals
            may be floats or `Decimal` objects. Row order does not matter. Rows of every account together.
        facts: What is known about the load besides its rows.
        suite: What the table must satisfy.

    Returns:
        One result per expectation of the suite, in declared order. An expectation that cannot be evaluated fails.

    Raises:
        ValueError: `frame` lacks a column of the suite.
    """
    import pandas as pd

    rows = _rows(frame, suite)
    known = _facts(facts, suite.floor_percent, len(rows))
    with _quiet():
        outcomes = {
            **_validate(rows, suite.build("rows")),
            **_validate(pd.DataFrame([known], dtype="float64"), suite.build("facts")),
        }
    keys = rows[list(suite.table.key)]
    results = [_result(item, outcomes.get(item.name), suite, keys, known) for item in suite.expectations]
    return [_accepted(result, facts) for result in results]


def _rows(frame: "pandas.DataFrame", suite: Suite) -> "pandas.DataFrame":
    """The suite's columns, numbers as floats, ordered by key so that samples are the same whatever the row order."""
    import pandas as pd

    missing = [name for name in suite.columns if name not in frame.columns]
    if missing:
        raise ValueError(f"{suite.system}.{suite.table.name}: the frame lacks {', '.join(missing)}")
    rows = frame[list(suite.columns)].copy()
    for name in suite.columns:
        declared = suite.table.column(name).type
        numeric = declared == INTEGER or declared.startswith("DECIMAL")
        if numeric and name not in suite.table.key and not pd.api.types.is_numeric_dtype(rows[name]):
            rows[name] = pd.to_numeric(rows[name])
    return rows.sort_values(list(suite.table.key), ignore_index=True)


def _facts(facts: Facts, floor_percent: int, checked: int) -> dict[str, float | None]:
    previous = facts.previous_row_count
    return {
        "row_count": facts.row_count,
        "rows_checked": checked,
        # Without a read nothing is known to be empty; that it was not read is told by its age.
        "read_count": None if facts.age_hours is None else facts.row_count,
        "previous_row_count": previous,
        # Rounded up in whole numbers: 80 % of 4 is 3.2, and 3 rows are less than that.
        "floor_count": 0 if previous is None else -(-previous * floor_percent // 100),
        "age_hours": facts.age_hours,
        "limit_hours": facts.limit_hours,
        "received_count": facts.row_count if facts.received_count is None else facts.received_count,
        "declared_total": facts.declared_total,
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations logs what the results already say; its errors still pass."""
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _validate(frame: "pandas.DataFrame", expectations: list[Any]) -> dict[str, Any]:
    """One validation over one frame, in a context of its own: name of the expectation -> the library's result.

    The suite and the validation definition are added to the context before the run, as version 1.24 wants it. Keys of
    offending rows come back as row positions (SUMMARY, no index columns): asking the library for key columns makes it
    look them up row by row, 3.5 s instead of 0.1 s at 100,000 offending rows.
    """
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    settings = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=settings)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    suite = context.suites.add(gx.ExpectationSuite("suite", expectations=expectations))
    definition = gx.ValidationDefinition(name="validation", data=whole, suite=suite)
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame},
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": _SAMPLE},
    )
    results: list[Any] = outcome.results
    return {result.expectation_config.meta["name"]: result for result in results}


def _result(
    item: Expectation,
    outcome: Any,
    suite: Suite,
    keys: "pandas.DataFrame",
    known: Mapping[str, float | None],
) -> ExpectationResult:
    passed = bool(outcome is not None and outcome.success)
    sample: list[str] = []
    count: int | None = None
    found = {} if outcome is None else outcome.result
    if item.scope == "facts":
        observed = item.shows.format(**{name: _plain(value) for name, value in known.items()})
    elif "unexpected_count" not in found:
        observed = "could not be evaluated"
    else:
        count = int(found["unexpected_count"])
        sample = _sample(keys, found["partial_unexpected_index_list"])
        observed = f"{count} of {found['element_count']} rows" + _values(found["partial_unexpected_list"])
    message = "" if passed else f"{suite.system}.{suite.table.name}: {item.problem} ({observed}). {item.remedy}"
    return ExpectationResult(
        suite.system,
        suite.table.name,
        item.name,
        item.blocking,
        passed,
        observed,
        count,
        json.dumps(sample, ensure_ascii=False),
        message,
    )


def _accepted(result: ExpectationResult, facts: Facts) -> ExpectationResult:
    """A floor that does not hold passes on a person's word, which is recorded with what they accepted.

    Who changes the profile says as well which rows are right: by it, and not by a lost page, there are fewer.
    """
    if result.expectation != ROW_COUNT_FLOOR or result.passed:
        return result
    if facts.drop_accepted_by is not None:
        word = f"drop accepted by {facts.drop_accepted_by}"
    elif facts.profile_changed:
        word = "the profile was changed since the last trusted read, which may well be why there are fewer rows"
    else:
        return result
    return replace(
        result, passed=True, message=f"{result.source_system}.{result.table_name}: {word} ({result.observed})."
    )


def _sample(keys: "pandas.DataFrame", positions: list[int]) -> list[str]:
    picked = keys.iloc[positions[:_SAMPLE]].astype("string").fillna("").astype(str)
    return picked.agg("|".join, axis=1).tolist() if len(picked) else []


def _values(values: list[Any]) -> str:
    """The first few offending values; none for missing values or compound keys, which the sample of keys shows."""
    # NaN is a missing number: it differs from itself.
    real = [value for value in values if isinstance(value, str | int | float) and value == value]
    shown = [value[:_VALUE_LENGTH] if isinstance(value, str) else f"{value:.10g}" for value in real]
    few = list(dict.fromkeys(shown))[:_VALUES_SHOWN]
    return f", for example {', '.join(few)}" if few else ""


def _plain(value: float | None) -> str:
    if value is None:
        return "unknown"
    return str(int(value)) if value == int(value) else f"{value:.1f}"
