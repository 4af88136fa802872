"""What must be true of a whole run on a world that has everything planted."""

from datetime import datetime

from sandbox.score import score
from tests.acceptance.worlds import Ran

CLASSES = {
    "not_assessed",
    "unmapped_client",
    "unmapped_product",
    "unallocated",
    "excluded",
    "covered_by_bundle",
    "timing",
    "unbilled",
    "orphan_billing",
    "underbilled",
    "overbilled",
    "matched_minimum",
    "matched_tolerance",
    "matched",
}
FLAGS = {
    "zero_price",
    "weak_match",
    "possible_double_billing",
    "price_drift",
    "cost_drift",
    "margin_below_floor",
    "committed_unused",
    "vendor_overcharge",
    "over_assigned",
    "renewal_due",
    "duplicate_device",
    "inactive_seat",
    "shared_mailbox_licensed",
    "coverage_gap",
    "source_restated",
    "rule_difference",
    "amount_difference",
}
OF_DAYS = {"rule_difference", "amount_difference"}


def assert_is_the_truth(ran: Ran, clock: datetime) -> None:
    """Every class and flag is found whole and alone, and money is exact."""
    result = score(ran.home.published, ran.world.truth)
    assert not result.wrong
    assert {line.name for line in result.classes} == CLASSES
    # On the first of a month all ways of counting its days come to one number.
    assert {flag.name for flag in result.flags} == (FLAGS - OF_DAYS if clock.day == 1 else FLAGS)
    assert all(line.precision == line.recall == 1.0 for line in (*result.classes, *result.flags))
    assert result.wrong_client_rate == 0
    assert result.money
    assert all(money.is_exact for money in result.money)
    assert result.perfect
