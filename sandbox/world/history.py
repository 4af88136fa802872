"""A second month of one MSP: what the first month's truth adds to the second's.

The same seed at a later clock is the same MSP: the same companies, accounts and line keys, with every date moved along.
`generate(..., without=[plant])` leaves an error out of one of the months, so that errors come and go.

Belongs here: what follows from two truths. Does not belong here: how either is judged (`truth.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sandbox.world.model import TruthRow, World

_FINDINGS = frozenset(
    {"unmapped_client", "unmapped_product", "unallocated", "unbilled", "orphan_billing", "underbilled", "overbilled"}
)
_LEAKS = frozenset({"unbilled", "underbilled"})


def truth_after(world: World, earlier: Sequence[World]) -> list[TruthRow]:
    """The truth of `world` where the months of `earlier` (oldest first, directly before it) were published before it.

    A row that is a finding now and was one in any earlier month is a `repeat_finding`. A leak that was one in the
    months directly before has an exposure: what those months lost, and how much of it the contract lets one bill.
    """
    past = [{row.line_key: row for row in month.truth} for month in earlier]
    return [_row_after(row, past, world.backbill_months.get(row.line_key)) for row in world.truth]


def _row_after(row: TruthRow, past: Sequence[dict[str, TruthRow]], limit: int | None) -> TruthRow:
    if row.class_ not in _FINDINGS or not any(_class_in(month, row) in _FINDINGS for month in past):
        return row
    row = replace(row, flags=tuple(sorted({*row.flags, "repeat_finding"})))
    if row.class_ not in _LEAKS:
        return row
    losses: list[Decimal | None] = []
    for month in reversed(past):
        if _class_in(month, row) not in _LEAKS:
            break
        losses.append(month[row.line_key].revenue_impact)
    return replace(row, figures=row.figures | _exposure(losses, limit)) if losses else row


def _class_in(month: dict[str, TruthRow], row: TruthRow) -> str:
    return month[row.line_key].class_ if row.line_key in month else ""


def _exposure(losses: Sequence[Decimal | None], limit: int | None) -> dict[str, Decimal | None]:
    """Exposure of `losses`, newest month first; a month without a price makes the sums that hold it unknown."""
    collectable = None if limit is None else _sum(losses[:limit])
    beyond = None if limit is None else _sum(losses[limit:])
    return {
        "exposure_months": Decimal(len(losses)),
        "exposure_amount": _sum(losses),
        "collectable_amount": collectable,
        "beyond_limit_amount": beyond,
    }


def _sum(losses: Sequence[Decimal | None]) -> Decimal | None:
    known = [loss for loss in losses if loss is not None]
    return sum(known, Decimal(0)) if len(known) == len(losses) else None
