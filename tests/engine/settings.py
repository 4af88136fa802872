"""How hard the property tests try. The same examples every time, so that a red build stays red until it is mended."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings


def effort(examples: int) -> Callable[[Any], Any]:
    """Settings for one property: every example runs the whole pipeline, so they are few and each world is rich."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,  # a busy machine must not turn a true statement red
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
            HealthCheck.large_base_example,
        ],
    )
