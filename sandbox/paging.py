"""Pages of rows: slices of a world's lists, the faults that spoil them, and the orderings they are cut from.

How a vendor writes a page down (envelope, Link header, nextLink, cursor) belongs to that vendor's module.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.misbehave import Misbehaviour, Switchboard

Row = Mapping[str, Any]

_LOAD_BEARING: Final = (
    "quantity",
    "consumedUnits",
    "totalLicenses",
    "lastContact",
    "unitPrice",
    "price",
    "total",
    "billAmount",
    "assignedLicenses",
    "timestamp",
)
"""Fields that a reconciliation rests on: the first one a row has is what `type_change` spoils."""


@dataclass(frozen=True)
class Page:
    """One page as it is sent.

    Attributes:
        rows: The rows to send, faults applied.
        sent_start: Position of the first row sent.
        sent_stop: Position after the last row sent: where vendors whose answers name the next page go on. When a page
            is repeated it lies before the page asked for, so that a client that follows is sent round in a circle.
        total: Number of rows in the whole list, which a fault never changes.
    """

    rows: Sequence[Row]
    sent_start: int
    sent_stop: int
    total: int


def page_of(rows: Sequence[Row], start: int, size: int, *, switchboard: Switchboard, system: str, path: str) -> Page:
    """Cut one page out of an ordered list and let the switchboard spoil it.

    Args:
        rows: The whole list in the vendor's order.
        start: Position of the first row, 0 or more; may lie behind the end.
        size: Rows per page, 1 or more.
        switchboard: Faults in force.
        system: System asked.
        path: Path as the switchboard's rules match it.

    Returns:
        The page; its rows are the world's own objects, never copies, unless their type was changed.
    """
    total = len(rows)
    start = min(start, total)
    stop = min(start + size, total)
    cut = rows[start:stop]
    fault = switchboard.page_fault(system, path, has_rows=bool(cut), has_previous=start > 0)
    if fault is None:
        return Page(cut, start, stop, total)
    if fault.kind == "short_pages":
        stop = min(stop, start + fault.rows)
        return Page(rows[start:stop], start, stop, total)
    if fault.kind == "empty_page":
        return Page((), start, stop, total)
    if fault.kind == "hollow_page":
        return Page((), start, start, total)
    if fault.kind == "repeated_page":
        previous = max(0, start - size)
        return Page(rows[previous:start], previous, start, total)
    return Page([_with_changed_type(row, fault) for row in cut], start, stop, total)


def _with_changed_type(row: Row, fault: Misbehaviour) -> Row:
    name = next((name for name in _LOAD_BEARING if name in row), None)
    if name is None:
        numbers = (key for key, value in row.items() if isinstance(value, (int, float)) and not isinstance(value, bool))
        lists = (key for key, value in row.items() if isinstance(value, list))
        name = next(numbers, None) or next(lists, None) or next(iter(row))
    value = row[name]
    if fault.shape == "object":
        return {**row, name: {"value": value, "unit": "seats"}}
    return {**row, name: f"{len(value) if isinstance(value, list) else value} seats"}


class Views:
    """Filtered or sorted forms of a world's lists, kept so that each page need not sort the whole list again.

    A kept view is dropped when its list changes length. After changing rows in place, call `clear`.
    """

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[object, ...], Sequence[Row]] = OrderedDict()

    def get(self, key: tuple[object, ...], rows: Sequence[Row], build: Callable[[], Sequence[Row]]) -> Sequence[Row]:
        """Return the view named `key` of `rows`, building it when it is not kept."""
        full_key = (*key, id(rows), len(rows))
        view = self._kept.get(full_key)
        if view is None:
            view = self._kept[full_key] = build()
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(full_key)
        return view

    def clear(self) -> None:
        """Forget every view."""
        self._kept = OrderedDict()
