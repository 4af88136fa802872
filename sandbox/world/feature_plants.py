"""Plants what the world's features ask for, after everything else: a feature changes nothing that stands without it.

Belongs here: which module plants which feature. Does not belong here: what is planted.
"""

from collections.abc import Callable

from sandbox.world import features
from sandbox.world.bundles import plant_bundles
from sandbox.world.dated_counts import plant_dated_counts
from sandbox.world.group_minimums import plant_minimums
from sandbox.world.kept_reads import plant_kept_reads
from sandbox.world.minor_units import plant_minor_units
from sandbox.world.own_rules import plant_own_rules
from sandbox.world.plan import Plan
from sandbox.world.rule_differences import plant_rule_differences
from sandbox.world.special_people import plant_people
from sandbox.world.splits import plant_splits
from sandbox.world.tenant_counts import plant_tenant_counts
from sandbox.world.wrong_input import plant_wrong_input

_PLANTERS: dict[str, Callable[[Plan], None]] = {
    features.PEOPLE: plant_people,
    features.SPLITS: plant_splits,
    features.BUNDLES: plant_bundles,
    features.MINIMUMS: plant_minimums,
    features.DATED_COUNTS: plant_dated_counts,
    features.WRONG_INPUT: plant_wrong_input,
    features.RULE_DIFFERENCES: plant_rule_differences,
    features.KEPT_READS: plant_kept_reads,
    features.TENANT_COUNTS: plant_tenant_counts,
    features.OWN_RULES: plant_own_rules,
    features.MINOR_UNITS: plant_minor_units,
}


def plant_features(plan: Plan) -> None:
    """Plant each feature of the plan, in a fixed order."""
    for name, planter in _PLANTERS.items():
        if name in plan.features:
            planter(plan)
