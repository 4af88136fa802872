from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from json import dumps

import pytest

from sandbox.world import World, generate

CLOCK = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
CLASSES = {
    "not_assessed",
    "unmapped_client",
    "unmapped_product",
    "excluded",
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
}


def _fingerprint(world: World) -> str:
    def plain(value):
        return sorted(value) if isinstance(value, set) else str(value)

    return sha256(dumps(asdict(world), default=plain).encode()).hexdigest()


def test_the_same_seed_gives_the_same_world_byte_for_byte():
    assert _fingerprint(generate(11, 60, CLOCK)) == _fingerprint(generate(11, 60, CLOCK))


def test_another_seed_gives_another_world():
    one, two = generate(11, 60, CLOCK), generate(12, 60, CLOCK)

    assert {row.line_key for row in one.truth} != {row.line_key for row in two.truth}
    assert {row["name"] for row in one.connectwise.companies} != {row["name"] for row in two.connectwise.companies}


def test_every_class_occurs_several_times(world):
    found = Counter(row.class_ for row in world.truth)

    assert set(found) == CLASSES
    assert min(found.values()) >= 2, found


@pytest.mark.parametrize("seed", range(100, 130))
def test_every_class_and_every_flag_occurs_for_any_seed(seed):
    truth = generate(seed, clock=CLOCK, features=[]).truth
    found = Counter(row.class_ for row in truth)
    raised = Counter(flag for row in truth for flag in row.flags)

    assert set(found) == CLASSES
    assert min(found.values()) >= 2, found
    assert set(raised) == FLAGS
    assert min(raised.values()) >= 2, raised


def test_flags_stand_in_order_and_once(world):
    assert all(list(row.flags) == sorted(set(row.flags)) for row in world.truth)


@pytest.mark.parametrize("clients", [1, 2, 7, 13, 40, 300])
def test_worlds_of_any_size_are_whole(clients):
    world = generate(5, clients, CLOCK, features=[])

    live = [row for row in world.connectwise.companies if row["status"]["name"] == "Active"]
    assert len(live) == clients + 2  # the MSP itself, and a vendor that it keeps among its companies
    assert len({row.line_key for row in world.truth}) == len(world.truth)


def test_every_truth_row_has_a_key_of_its_own(world):
    assert max(Counter(row.line_key for row in world.truth).values()) == 1


def test_the_line_key_says_whose_it_is(world):
    for row in world.truth:
        first, item, scope, *rest = row.line_key.split("|")
        assert scope == "*" or scope.startswith("connectwise:"), "any agreement, or the one that a rule names"
        assert rest == (["excluded"] if row.class_ == "excluded" else [])
        if row.client_id is not None:
            assert first == row.client_id
        else:
            assert row.class_ == "unmapped_client"
            assert first.split(":")[0] in ("microsoft_graph", "pax8", "ninjaone")
        assert row.product_id in (None, item)


def test_truth_is_arithmetic(world):
    for row in world.truth:
        if row.class_ in ("not_assessed", "unmapped_client", "unmapped_product"):
            assert row.expected is row.variance is row.revenue_impact is None
            continue
        assert row.variance == row.expected - row.billed
        if row.class_ in ("timing", "matched_tolerance"):
            assert row.variance != 0
        else:
            sign = {"underbilled": 1, "unbilled": 1, "overbilled": -1, "orphan_billing": -1}.get(row.class_, 0)
            assert (row.variance > 0) - (row.variance < 0) == sign
        # What is too much of several lines is taken from line after line, each at its own price.
        if row.unit_price is not None and row.note != "more too many than one line bills":
            assert abs(row.revenue_impact - row.variance * row.unit_price) <= Decimal("0.005")


def test_money_falls_on_half_a_cent_and_on_unknown_prices_somewhere():
    rows = [row for seed in range(5) for row in generate(seed, clock=CLOCK).truth]

    exact = [row.variance * row.unit_price for row in rows if row.variance and row.unit_price]
    assert any(value != value.quantize(Decimal("0.01")) for value in exact)
    assert any(row.class_ == "unbilled" and row.unit_price is None and row.revenue_impact is None for row in rows)
    assert {row.currency for row in rows if row.revenue_impact} == {"USD", "CAD", "EUR", "JPY", "KWD"}


def test_a_clock_in_another_zone_is_the_same_moment():
    eastern = CLOCK.astimezone(timezone(timedelta(hours=-5)))

    assert _fingerprint(generate(11, 10, eastern)) == _fingerprint(generate(11, 10, CLOCK))


def test_what_cannot_be_made_is_refused():
    with pytest.raises(ValueError, match="timezone"):
        generate(1, clock=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="at least one client"):
        generate(1, clients=0, clock=CLOCK)
