"""What is wrong between the cells of one counting rule (`counting.csv`).

Belongs here: the checks of that one file. Does not belong here: its columns (`files.py`) or single cells (`cells.py`).
"""

from collections.abc import Iterator

from pipelines.rules.declare import Values

# Every month has these days; a rule for the 31st would have no count in half of the months.
_DAYS = range(1, 29)


def basis_has_a_source(values: Values) -> Iterator[tuple[str, str]]:
    """A basis without the system that tells it could never be assessed."""
    basis = values["basis"]
    if basis != "fixed" and not values[f"{basis}_source"]:
        yield f"{basis}_source", f"is empty, but basis {basis} needs the system that tells the {basis} quantity"


def several_sources_fit_the_day(values: Values) -> Iterator[tuple[str, str]]:
    """What several systems own together is known of the last day alone."""
    if "+" in (values["owned_source"] or "") and (
        values["counted_when"] not in (None, "last_day") or values["vendor_counted_when"] is not None
    ):
        yield "owned_source", "names several systems, which are added up on the last day alone"


def inactivity_has_a_census(values: Values) -> Iterator[tuple[str, str]]:
    """A limit of days needs something that is used."""
    days = values["inactive_days"]
    if days is None:
        return
    if days < 1:
        yield "inactive_days", f"{days} is not a number of days; leave it empty to count devices however old"
    elif not values["used_source"]:
        yield "inactive_days", "has no effect without a used_source"


def day_fits_the_rule(values: Values) -> Iterator[tuple[str, str]]:
    """A fixed day needs its day, and no other way of counting has one."""
    yield from _day_fits(values, "counted_when", "count_day")
    when = values["counted_when"]
    if when not in (None, "last_day") and values["basis"] == "fixed":
        yield "counted_when", f"{when} has no effect where the agreement fixes the quantity"


def vendor_day_fits_the_vendor_rule(values: Values) -> Iterator[tuple[str, str]]:
    """The vendor's own way of counting is written like the contract's."""
    yield from _day_fits(values, "vendor_counted_when", "vendor_count_day")
    when = values["vendor_counted_when"]
    if when is not None and values["basis"] == "fixed":
        yield "vendor_counted_when", f"{when} has no effect where the agreement fixes the quantity"


def _day_fits(values: Values, when: str, day: str) -> Iterator[tuple[str, str]]:
    if values[when] == "fixed_day":
        if values[day] is None:
            yield day, f"is empty, but {when} fixed_day needs the day of the month"
        elif values[day] not in _DAYS:
            yield day, f"{values[day]} is not a day that every month has, from {_DAYS.start} to {_DAYS.stop - 1}"
    elif values[day] is not None:
        yield day, f"has no effect unless {when} is fixed_day"
