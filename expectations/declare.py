"""The words in which suites are declared: freshness, floors, keys, ranges, codes.

Belongs here: wordings used by more than one system. Does not belong here: one system's codes or limits.

What blocks and what warns: an expectation blocks when a quantity or the identity behind it would be wrong or missing.
A price, a currency, a label or a code that no quantity depends on warns: its rows are still counted right.
"""

from collections.abc import Collection
from typing import Any

from connectors.tables import Table
from expectations.currencies import ISO_4217
from expectations.suite import Expectation, Only

# Far above any seat or device count of a managed client, far below what a shifted decimal or a byte count looks like.
MOST_UNITS = 1_000_000
# Per unit. A dearer unit exists (a yearly fixed fee), so prices outside only warn.
HIGHEST_PRICE = 100_000
# The one expectation that a person's word can make pass (`expectations.runner`).
ROW_COUNT_FLOOR = "row_count_floor"
GUID = r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def about_the_load(table: Table, *, may_be_empty: bool) -> tuple[Expectation, ...]:
    """Freshness, floor, declared total and key of a table; all blocking.

    `may_be_empty` is False where no MSP in business could have an empty table: there an empty answer is a lost
    permission or a lost page, not a fact.
    """
    return (
        *_arrived(may_be_empty=may_be_empty),
        _agrees(
            "all_rows_checked",
            left="rows_checked",
            right="row_count",
            ignore="neither",
            problem="the rows handed to the checks are not the rows of the load",
            remedy="Run again; if it stays, the load was not read whole and its rows must not be used.",
            shows="{rows_checked} rows checked, {row_count} loaded",
        ),
        *_keys(table.key),
    )


def _arrived(*, may_be_empty: bool) -> tuple[Expectation, ...]:
    not_empty = Expectation(
        name="not_empty",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"column": "read_count", "min_value": 1},
        blocking=True,
        problem="the table is empty, which cannot be true",
        remedy="Check that the API user may still see these objects: a lost permission looks like an empty list.",
        scope="facts",
        shows="{row_count} rows",
    )
    return (
        _at_least(
            "fresh",
            larger="limit_hours",
            smaller="age_hours",
            problem="the newest read is older than its limit, or there is none",
            remedy="Look at this source's last reads, mend it and run again; until then its lines are not assessed.",
            shows="{age_hours} h old, limit {limit_hours} h",
        ),
        *(() if may_be_empty else (not_empty,)),
        _at_least(
            ROW_COUNT_FLOOR,
            larger="row_count",
            smaller="floor_count",
            problem="far fewer rows than in the last trusted read",
            remedy="Compare with the vendor's own list: lost pages and lost permissions look like this. If the drop is "
            "real, say so once: tieout run --accept-drop and this source's name.",
            shows="{row_count} rows, {previous_row_count} in the last trusted read, at least {floor_count} expected",
        ),
        _agrees(
            "declared_total_agrees",
            left="received_count",
            right="declared_total",
            ignore="either_value_is_missing",
            problem="the source declares another total than was received",
            remedy="Run again: rows changed while being read, or a page was lost. If it stays, report the endpoint.",
            shows="{received_count} received, declared total {declared_total}",
        ),
    )


def _at_least(name: str, *, larger: str, smaller: str, problem: str, remedy: str, shows: str) -> Expectation:
    # A missing value must fail ("never read" is not fresh), hence no row is ignored.
    arguments = {"column_A": larger, "column_B": smaller, "or_equal": True, "ignore_row_if": "neither"}
    return Expectation(
        name, "ExpectColumnPairValuesAToBeGreaterThanB", arguments, True, problem, remedy, "facts", shows
    )


def _agrees(name: str, *, left: str, right: str, ignore: str, problem: str, remedy: str, shows: str) -> Expectation:
    arguments = {"column_A": left, "column_B": right, "ignore_row_if": ignore}
    return Expectation(name, "ExpectColumnPairValuesToBeEqual", arguments, True, problem, remedy, "facts", shows)


def _keys(key: tuple[str, ...]) -> tuple[Expectation, ...]:
    remedy = "Run again; if it stays, report the endpoint: rows cannot be told apart, so none of them is used."
    named = ", ".join(key)
    kind = "ExpectColumnValuesToBeUnique"
    arguments: dict[str, Any] = {"column": key[0]}
    if len(key) > 1:
        kind = "ExpectCompoundColumnsToBeUnique"
        arguments = {"column_list": list(key), "ignore_row_if": "never"}
    return (
        *(present(column, blocking=True, remedy=remedy) for column in key),
        Expectation("key_unique", kind, arguments, True, f"the key ({named}) is not unique", remedy),
    )


def present(column: str, *, blocking: bool, remedy: str, only: Only | None = None) -> Expectation:
    """No row lacks `column`."""
    arguments = {"column": column}
    problem = f"{column} is missing"
    return Expectation(
        f"{column}_present", "ExpectColumnValuesToNotBeNull", arguments, blocking, problem, remedy, only=only
    )


def either_present(column: str, other: str, *, blocking: bool, remedy: str) -> Expectation:
    """No row lacks both columns."""
    return Expectation(
        f"{column}_or_{other}_present",
        "ExpectColumnValuesToNotBeNull",
        {"column": other},
        blocking,
        f"neither {column} nor {other} is given",
        remedy,
        only=Only(column, None),
    )


def between(
    column: str,
    low: int | None,
    high: int | None,
    *,
    blocking: bool,
    remedy: str,
    name: str | None = None,
    only: Only | None = None,
) -> Expectation:
    """`column` lies in [low, high]; missing values are another expectation's matter."""
    if high is None:
        problem = f"{column} is below {low:,}"
    elif low is None:
        problem = f"{column} is above {high:,}"
    else:
        problem = f"{column} is outside {low:,} to {high:,}"
    arguments = {"column": column, "min_value": low, "max_value": high}
    return Expectation(
        name or f"{column}_in_range",
        "ExpectColumnValuesToBeBetween",
        arguments,
        blocking,
        problem,
        remedy,
        only=only,
    )


def price(column: str, *, where: str, low: int = 0) -> Expectation:
    """A unit price or cost lies in [low, 100,000]; only a warning, since no quantity depends on it."""
    remedy = f"Check the amount in {where}: impact in money is only as right as this figure."
    return between(column, low, HIGHEST_PRICE, blocking=False, remedy=remedy)


def known(column: str, codes: Collection[str], *, blocking: bool, remedy: str) -> Expectation:
    """`column` holds one of `codes` wherever it holds anything."""
    return Expectation(
        f"{column}_known",
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": sorted(codes)},
        blocking,
        f"{column} holds a code that tieout does not know",
        remedy,
    )


def currency(column: str) -> Expectation:
    """`column` holds an ISO 4217 code wherever it holds anything; a warning."""
    remedy = "Correct the currency at the source: money in an unknown currency is in no total."
    return known(column, ISO_4217, blocking=False, remedy=remedy)


def guid(column: str) -> Expectation:
    """`column` looks like a GUID; a warning."""
    return Expectation(
        f"{column}_is_guid",
        "ExpectColumnValuesToMatchRegex",
        {"column": column, "regex": GUID},
        False,
        f"{column} does not look like a GUID",
        "Compare with the vendor's portal: mappings are written for GUIDs and will not find these rows.",
    )


def in_order(earlier: str, later: str, *, blocking: bool, remedy: str, only: Only | None = None) -> Expectation:
    """`later` is not before (or, for numbers, not below) `earlier`; rows that lack one of the two are left out."""
    return Expectation(
        f"{later}_not_before_{earlier}",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {"column_A": later, "column_B": earlier, "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        blocking,
        f"{later} is before {earlier}",
        remedy,
        only=only,
    )
