"""Laws of rules and counts by day: a rule's effect is bounded by its dates, and nothing before the period shifts it.

Belongs here: random dates of every rule that holds on counted days, against each day counted by itself. Does not belong
here: single contracts (`test_rules_by_day`, `test_amounts_by_day`).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.example_desk import CLIENT, JULY, JUNE, PORTAL, SEAT, Desk
from tests.engine.project import Engine, at_midnight
from tests.engine.settings import effort

PERIOD = [JUNE + timedelta(days=number) for number in range(30)]
PRICE = Decimal("22.00")
ANY_DAY = st.dates(date(2026, 5, 1), date(2026, 7, 31))
UNTIL_JUNE = st.dates(date(2026, 5, 1), PERIOD[-1])


@dataclass(frozen=True)
class Contract:
    """One line under one agreement that prorates; each rule holds from its first day to the day before its second."""

    counts: list[int]
    agreement_from: date
    mapped_from: date
    excluded: tuple[date, date]
    minimum: tuple[date, date]
    included: tuple[int, int]
    included_change: date

    def expected(self, day: date) -> int:
        """What is due on that day, by the rules of that day and by nothing else."""
        if day < self.agreement_from:
            return 0
        is_counted = day >= self.mapped_from and not self.excluded[0] <= day < self.excluded[1]
        used = self.counts[(day - JUNE).days] if is_counted else 0
        included = self.included[0] if day < self.included_change else self.included[1]
        minimum = 12 if self.minimum[0] <= day < self.minimum[1] else 0
        return max(0, used - included, minimum)


def periods() -> st.SearchStrategy[tuple[date, date]]:
    days = st.tuples(ANY_DAY, ANY_DAY).map(sorted)
    return days.map(lambda pair: (pair[0], pair[1] + timedelta(days=1)))


contracts = st.builds(
    Contract,
    counts=st.lists(st.integers(0, 30), min_size=30, max_size=30),
    agreement_from=UNTIL_JUNE,
    mapped_from=UNTIL_JUNE,
    excluded=periods(),
    minimum=periods(),
    included=st.tuples(st.integers(0, 10), st.integers(0, 10)),
    included_change=ANY_DAY,
)


def _unit_days(engine: Engine, contract: Contract) -> tuple[Decimal, Decimal]:
    """Unit-days and expected amount as the models find them."""
    desk = Desk(engine)
    desk.prorates = True
    desk.counting("used", used_source=PORTAL, counted_when="prorated")
    desk.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{CLIENT}",
              valid_from=contract.mapped_from)  # fmt: skip
    desk.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}")
    desk.rule("exclusions", client_id="*", source_system=PORTAL, vendor_product_id="p1", source_record_id="*",
              reason="trial", valid_from=contract.excluded[0], valid_to=contract.excluded[1])  # fmt: skip
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
              minimum_quantity=Decimal(12), minimum_scope="line",
              valid_from=contract.minimum[0], valid_to=contract.minimum[1])  # fmt: skip
    start, change = contract.agreement_from, contract.included_change
    desk.agreements[0]["start_date"] = at_midnight(start.year, start.month, start.day)
    moved = at_midnight(change.year, change.month, change.day)
    first, then = contract.included
    desk.line(20, PRICE, effective_date=None, cancelled_date=moved, less_included=Decimal(first))
    desk.line(20, PRICE, effective_date=moved, less_included=Decimal(then))
    desk.daily(zip(PERIOD, contract.counts, strict=True))
    row = desk.compute()
    return row["unit_days"], row["expected_amount"]


@effort(6)
@given(contract=contracts)
def test_each_day_is_due_by_its_own_rules_alone(engine: Engine, contract: Contract) -> None:
    """Any rule's effect is bounded by its dates."""
    unit_days = sum(contract.expected(day) for day in PERIOD)
    amount = (PRICE * unit_days / 30).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert _unit_days(engine, contract) == (unit_days, amount)


@effort(2)
@given(contract=contracts, moved=st.integers(1, 31))
def test_what_began_before_the_period_may_have_begun_at_any_time(
    engine: Engine, contract: Contract, moved: int
) -> None:
    """Moving the period's start shifts nothing within it: days before it say nothing of its own."""
    at_start = replace(
        contract, agreement_from=JUNE, mapped_from=JUNE, minimum=(JUNE, JULY), excluded=(JUNE, PERIOD[9])
    )
    before = JUNE - timedelta(days=moved)
    earlier = replace(
        at_start, agreement_from=before, mapped_from=before, minimum=(before, JULY), excluded=(before, PERIOD[9])
    )
    assert _unit_days(engine, at_start) == _unit_days(engine, earlier)
