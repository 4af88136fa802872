"""A second month of one MSP: what the first month's truth adds to the second's.

The same seed at a later clock is the same MSP: the same companies, accounts and line keys, with every date moved along.
`generate(..., without=[plant])` leaves an error out of one of the months, so that errors come and go.

Belongs here: the clocks and errors of such months, and what follows from two truths. Does not belong here: how either
is judged (`truth.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.world.model import TruthRow, World

_FINDINGS = frozenset(
    {"unmapped_client", "unmapped_product", "unallocated", "unbilled", "orphan_billing", "underbilled", "overbilled"}
)
_LEAKS = frozenset({"unbilled", "underbilled"})
# Lines that stand on an assessed quantity, whether or not they are right now: what their months before lost is theirs.
_COMPARED = _LEAKS | {"overbilled", "orphan_billing", "timing", "matched", "matched_minimum", "matched_tolerance"}
# Months of which nothing is known, or that were not lost when they ended.
_GAPS = frozenset({"not_assessed", "unmapped_client", "unmapped_product", "timing"})


# Each month's world numbers its documents anew: a whole read no longer holds those of the month before.
SHRINKS = ("pax8",)


def months_before(clock: datetime, months: int) -> datetime:
    """The last evening of the month `months` before that of `clock`; `clock` itself for none."""
    if not months:
        return clock
    index = clock.year * 12 + clock.month - months
    return datetime(index // 12, index % 12 + 1, 1, 20, 0, tzinfo=UTC) - timedelta(days=1)


def left_out(then: datetime, last: datetime) -> tuple[str, ...]:
    """Errors that were not there yet at an earlier moment `then`, or have been mended by the `last` one.

    Seats that came between two reads of the last seven days can be given back, whatever the vendor's dates say: a
    moment so near the last one has the same errors as that.
    """
    if last - then > timedelta(days=7):
        return ("vendor grew, nobody told the PSA",)
    return ("vendor shrank, nobody told the PSA", "second subscription, nobody told the PSA")


def truth_after(world: World, earlier: Sequence[World]) -> list[TruthRow]:
    """The truth of `world` where the months of `earlier` (oldest first, directly before it) were published before it.

    A row that is a finding now and was one in any earlier month is a `repeat_finding`. A line that was a leak in the
    months directly before has an exposure, also where it is right by now: what those months lost, and how much of it
    the contract lets one bill. A difference that was expected a month ago already is no lag any more, whatever line is
    promised.
    """
    past: list[dict[str, TruthRow]] = []
    for month in (*earlier, world):
        past.append(
            {row.line_key: _row_after(row, past, month.backbill_months.get(row.line_key)) for row in month.truth}
        )
    return list(past[-1].values())


def _row_after(row: TruthRow, past: Sequence[dict[str, TruthRow]], limit: int | None) -> TruthRow:
    row = _unless_lag(row, past)
    if row.class_ in _FINDINGS and any(_class_in(month, row) in _FINDINGS for month in past):
        row = replace(row, flags=tuple(sorted({*row.flags, "repeat_finding"})))
    if row.class_ not in _COMPARED:
        return row
    losses: dict[int, Decimal | None] = {}
    for back, month in enumerate(reversed(past), start=1):
        if _class_in(month, row) in _LEAKS:
            losses[back] = _loss(month[row.line_key])
        elif _class_in(month, row) not in _GAPS:
            break
    return replace(row, figures=row.figures | _exposure(losses, limit)) if losses else row


def _unless_lag(row: TruthRow, past: Sequence[dict[str, TruthRow]]) -> TruthRow:
    """The row as it is, or the finding that it is where its units were expected in an earlier month already."""
    if row.class_ != "timing" or row.variance is None or row.billed is None:
        return row
    known = [month[row.line_key].expected for month in past if row.line_key in month]
    before = next((expected for expected in reversed(known) if expected is not None), None)
    if before is None:
        return row
    if row.variance > 0:
        return row if before <= row.billed else replace(row, class_="underbilled" if row.billed else "unbilled")
    return row if before >= row.billed else replace(row, class_="overbilled")


def _loss(row: TruthRow) -> Decimal | None:
    """What a month was short of: its amounts' difference by the day, else what its units and a wrong price come to."""
    if "amount_variance" in row.figures or row.revenue_impact is None:
        return row.figures.get("amount_variance")
    return row.revenue_impact + (row.figures.get("price_drift_amount") or 0)


def _class_in(month: dict[str, TruthRow], row: TruthRow) -> str:
    return month[row.line_key].class_ if row.line_key in month else ""


def _exposure(losses: Mapping[int, Decimal | None], limit: int | None) -> dict[str, Decimal | None]:
    """Exposure of `losses` by months back; a month without a price makes the sums that hold it unknown."""
    collectable = None if limit is None else _sum([loss for back, loss in losses.items() if back <= limit])
    beyond = None if limit is None else _sum([loss for back, loss in losses.items() if back > limit])
    return {
        "exposure_months": Decimal(len(losses)),
        "exposure_amount": _sum(list(losses.values())),
        "collectable_amount": collectable,
        "beyond_limit_amount": beyond,
    }


def _sum(losses: Sequence[Decimal | None]) -> Decimal | None:
    known = [loss for loss in losses if loss is not None]
    return sum(known, Decimal(0)) if len(known) == len(losses) else None
