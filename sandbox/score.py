"""Compares a published reconciliation with the truth of a world, row by row and to the cent.

Belongs here: measuring. Does not belong here: judging what is true (`sandbox/world/truth.py`) or how a result is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.currencies import decimals
from sandbox.figures import WrongRow, wrong_figures
from sandbox.truth import truth_table
from sandbox.world.model import TruthRow

if TYPE_CHECKING:
    from rich.console import Group

UNDER = ("unbilled", "underbilled")
OVER = ("orphan_billing", "overbilled")
OPEN = ("not_assessed", "unmapped_client", "unmapped_product", "unallocated")
"""Classes of rows that are not assessed: nothing is said of whose they are."""

# A unit price is compared where the truth names one: nothing fixes it for excluded and unmapped rows. The
# same rows carry no money, so neither does their currency count.
_COMPARE = """
    WITH result AS (
        SELECT line_key, client_id, class, billed_quantity AS billed, expected_quantity AS expected, variance,
               unit_price, currency, revenue_impact, owned_quantity AS owned, used_quantity AS used,
               charged_quantity AS charged, list_sort(flags) AS flags
        FROM analytics.reconciliation
        WHERE period = $period
    )
    SELECT coalesce(truth.line_key, result.line_key) AS line_key,
           truth.line_key IS NOT NULL AS is_expected, result.line_key IS NOT NULL AS is_found,
           truth.line_key IS NOT NULL AND result.line_key IS NOT NULL
           AND truth.client_id IS NOT DISTINCT FROM result.client_id
           AND truth.class IS NOT DISTINCT FROM result.class
           AND (truth.billed IS NULL OR truth.billed IS NOT DISTINCT FROM result.billed)
           AND truth.expected IS NOT DISTINCT FROM result.expected
           AND truth.variance IS NOT DISTINCT FROM result.variance
           AND truth.revenue_impact IS NOT DISTINCT FROM result.revenue_impact
           AND (truth.unit_price IS NULL OR truth.unit_price IS NOT DISTINCT FROM result.unit_price)
           AND (truth.unit_price IS NULL OR truth.currency IS NOT DISTINCT FROM result.currency)
           AND truth.flags IS NOT DISTINCT FROM result.flags AS is_right,
           truth.owned IS DISTINCT FROM result.owned OR truth.used IS DISTINCT FROM result.used
           OR truth.charged IS DISTINCT FROM result.charged AS has_other_sides,
           truth.client_id AS true_client_id, result.client_id AS found_client_id,
           truth.class AS true_class, result.class AS found_class,
           truth.billed AS true_billed, result.billed AS found_billed,
           truth.expected AS true_expected, result.expected AS found_expected,
           truth.variance AS true_variance, result.variance AS found_variance,
           truth.unit_price AS true_unit_price, result.unit_price AS found_unit_price,
           truth.currency AS true_currency, result.currency AS found_currency,
           truth.revenue_impact AS true_revenue_impact, result.revenue_impact AS found_revenue_impact,
           truth.flags AS true_flags, result.flags AS found_flags, truth.note
    FROM truth FULL JOIN result ON truth.line_key = result.line_key
"""
_CLASSES = """
    SELECT class, sum(expected)::BIGINT AS expected, sum(found)::BIGINT AS found, sum(hit)::BIGINT AS hit
    FROM (
        SELECT true_class AS class, 1 AS expected, 0 AS found, 0 AS hit FROM compared WHERE is_expected
        UNION ALL
        SELECT found_class, 0, 1, (found_class IS NOT DISTINCT FROM true_class)::INTEGER FROM compared WHERE is_found
    )
    GROUP BY class ORDER BY class
"""
_FLAGS = """
    SELECT flag, sum(expected)::BIGINT AS expected, sum(found)::BIGINT AS found, sum(hit)::BIGINT AS hit
    FROM (
        SELECT unnest(true_flags) AS flag, 1 AS expected, 0 AS found, 0 AS hit FROM compared WHERE is_expected
        UNION ALL
        SELECT flag, 0, 1, coalesce(list_contains(true_flags, flag), false)::INTEGER
        FROM (SELECT unnest(found_flags) AS flag, true_flags FROM compared WHERE is_found)
    )
    GROUP BY flag ORDER BY flag
"""
_MONEY = """
    SELECT currency,
           coalesce(sum(amount) FILTER (side = 'true' AND list_contains($under, class)), 0) AS under_expected,
           coalesce(sum(amount) FILTER (side = 'found' AND list_contains($under, class)), 0) AS under_found,
           coalesce(-sum(amount) FILTER (side = 'true' AND list_contains($over, class)), 0) AS over_expected,
           coalesce(-sum(amount) FILTER (side = 'found' AND list_contains($over, class)), 0) AS over_found
    FROM (
        SELECT 'true' AS side, true_class AS class, true_currency AS currency, true_revenue_impact AS amount
        FROM compared WHERE is_expected
        UNION ALL
        SELECT 'found', found_class, found_currency, found_revenue_impact FROM compared WHERE is_found
    )
    WHERE list_contains($under, class) OR list_contains($over, class)
    GROUP BY currency ORDER BY currency
"""
_FIELDS = ("client_id", "class", "billed", "expected", "variance", "unit_price", "currency", "revenue_impact", "flags")
_WRONG = f"""
    SELECT line_key, is_expected, is_found, note,
           {", ".join(f"true_{name}, found_{name}" for name in _FIELDS)}
    FROM compared WHERE NOT is_right ORDER BY line_key
"""  # noqa: S608 - the names are the constants above
_COUNTS = """
    SELECT count(*) FILTER (is_expected), count(*) FILTER (is_found), count(*) FILTER (is_attributed),
           count(*) FILTER (is_attributed AND (NOT is_expected OR true_client_id IS DISTINCT FROM found_client_id)),
           count(*) FILTER (is_right AND has_other_sides)
    FROM (
        SELECT *, found_client_id IS NOT NULL AND NOT list_contains($open, found_class) AS is_attributed FROM compared
    )
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """One class or flag: rows the truth has, rows the result has, rows that both call so. No rows, no rate."""

    name: str
    expected: int
    found: int
    hit: int

    @property
    def precision(self) -> float | None:
        """Share of the result's rows of this name that the truth calls so."""
        return self.hit / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of the truth's rows of this name that the result calls so."""
        return self.hit / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class MoneyScore:
    """Monthly money of one currency, both sides positive; rows without a price count nothing."""

    currency: str
    under_expected: Decimal
    under_found: Decimal
    over_expected: Decimal
    over_found: Decimal

    @property
    def is_exact(self) -> bool:
        """Whether both totals agree to the cent."""
        return self.under_expected == self.under_found and self.over_expected == self.over_found


@dataclass(frozen=True, slots=True)
class Score:
    """How a result compares with the truth.

    `attributed`: the result's assessed rows at a client; `misattributed`: those of them that the truth has not there,
    because it gives their records to another client, or to none. `side_differences`: right rows whose owned, used or
    charged quantity differs; they decide nothing, so they do not spoil `perfect`.
    """

    classes: tuple[Tally, ...]
    flags: tuple[Tally, ...]
    money: tuple[MoneyScore, ...]
    wrong: tuple[WrongRow, ...]
    rows_expected: int
    rows_found: int
    attributed: int
    misattributed: int
    side_differences: int

    @property
    def wrong_client_rate(self) -> float:
        """Share of the attributed rows that stand at a wrong client."""
        return self.misattributed / self.attributed if self.attributed else 0.0

    @property
    def perfect(self) -> bool:
        """No row missing, extra or different, and every money total right to the cent."""
        return not self.wrong and all(total.is_exact for total in self.money)

    def rows(self) -> list[tuple[str, ...]]:
        """Text cells for a table: class or flag, expected, found, right, precision, recall; then the money."""
        named = [(t.name, t) for t in self.classes] + [(f"flag {t.name}", t) for t in self.flags]
        cells: list[tuple[str, ...]] = [
            (name, str(t.expected), str(t.found), str(t.hit), percent(t.precision), percent(t.recall))
            for name, t in named
        ]
        for total in self.money:
            for name, expected, found in (
                ("underbilled", total.under_expected, total.under_found),
                ("overbilled", total.over_expected, total.over_found),
            ):
                places = decimals(total.currency)
                verdict = "exact" if expected == found else f"off by {found - expected:.{places}f}"
                amounts = f"{expected:.{places}f}", f"{found:.{places}f}"
                cells.append((f"{name} money, {total.currency}", *amounts, verdict, "", ""))
        return cells

    def table(self, wrong_rows: int = 20) -> "Group":
        """The score for a terminal: classes, flags and money, the verdict, and up to `wrong_rows` rows that differ."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(title="Result against the planted truth")
        table.add_column("class, flag or money")
        for name in ("expected", "found", "right", "precision", "recall"):
            table.add_column(name, justify="right")
        for cells in self.rows():
            table.add_row(*(Text(cell) for cell in cells))
        verdict = (
            f"{self.rows_expected} rows expected, {self.rows_found} found, {len(self.wrong)} wrong, "
            f"{percent(self.wrong_client_rate)} of the assessed at a wrong client"
        )
        # Text, not markup: line keys come from vendors' ids.
        lines = [Text(verdict), *(Text(f"  {row}") for row in self.wrong[:wrong_rows])]
        if len(self.wrong) > wrong_rows:
            lines.append(Text(f"  and {len(self.wrong) - wrong_rows} more"))
        return Group(table, *lines)


def percent(share: float | None) -> str:
    """A share for people, empty rows as a dash."""
    # 99.96 % must not read as 100 %.
    return "-" if share is None else "100 %" if share == 1 else f"{min(share * 100, 99.9):.1f} %"


def score(published_duckdb: Path, truth: Sequence[TruthRow], period: date | None = None) -> Score:
    """Compare the published reconciliation with `truth`.

    Args:
        published_duckdb: the analysts' copy; opened read-only.
        truth: every row that should be there.
        period: first day of the billing month to compare; default the newest published one.

    Raises:
        FileNotFoundError: nothing has been published there.
        ValueError: the copy holds no reconciliation of that period.
    """
    if not published_duckdb.is_file():
        raise FileNotFoundError(f"nothing is published at {published_duckdb}")
    with duckdb.connect(str(published_duckdb), read_only=True) as connection:
        newest = connection.execute("SELECT max(period) FROM analytics.reconciliation").fetchone()
        period = period or (newest[0] if newest else None)
        if period is None:
            raise ValueError(f"the reconciliation at {published_duckdb} is empty")
        differing = wrong_figures(connection, truth, period)
        connection.register("truth", truth_table(truth))
        compared = connection.execute(_COMPARE, {"period": period}).to_arrow_table()
    with duckdb.connect() as memory:
        memory.register("compared", compared)
        money = memory.execute(_MONEY, {"under": UNDER, "over": OVER}).fetchall()
        expected, found, at_client, at_wrong_client, other_sides = memory.execute(_COUNTS, {"open": OPEN}).fetchall()[0]
        if not found:
            raise ValueError(f"the reconciliation at {published_duckdb} has no row of {period}")
        wrong = memory.execute(_WRONG).to_arrow_table().to_pylist()
        return Score(
            classes=tuple(Tally(*row) for row in memory.execute(_CLASSES).fetchall()),
            flags=tuple(Tally(*row) for row in memory.execute(_FLAGS).fetchall()),
            money=tuple(MoneyScore(*row) for row in money),
            wrong=(*(_wrong_row(row) for row in wrong), *differing),
            rows_expected=expected,
            rows_found=found,
            attributed=at_client,
            misattributed=at_wrong_client,
            side_differences=other_sides,
        )


def _wrong_row(row: dict[str, Any]) -> WrongRow:
    problem = "different" if row["is_expected"] and row["is_found"] else "missing" if row["is_expected"] else "extra"
    names = [name for name in _FIELDS if row[f"true_{name}"] != row[f"found_{name}"]]
    return WrongRow(
        line_key=row["line_key"],
        problem=problem,
        expected={name: row[f"true_{name}"] for name in names} if row["is_expected"] else {},
        got={name: row[f"found_{name}"] for name in names} if row["is_found"] else {},
        note=row["note"] or "",
    )
