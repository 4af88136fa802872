from datetime import UTC, datetime

import pytest

from sandbox.world import World, generate

# An ordinary day, the first and the last of a month, a leap day and a new year: dates are where worlds go wrong.
CLOCKS = {
    1: datetime(2026, 11, 17, 9, 30, tzinfo=UTC),
    2: datetime(2026, 3, 1, 0, 5, tzinfo=UTC),
    3: datetime(2026, 1, 31, 23, 50, tzinfo=UTC),
    4: datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    5: datetime(2027, 1, 1, 6, 0, tzinfo=UTC),
}


@pytest.fixture(scope="session", params=CLOCKS, ids=lambda seed: f"seed{seed}")
def world(request) -> World:
    return generate(request.param, clock=CLOCKS[request.param], features=[])
