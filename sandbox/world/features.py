"""What a world can hold beyond its ordinary errors, one switch each: planted only where the pipeline judges it.

Belongs here: the names of the switches and which are on unless somebody says otherwise. Does not belong here: what a
switch plants (one module per feature, named after it).
"""

from collections.abc import Iterable

PEOPLE = "people"
"""Special users, guests and disabled users under counting rules that leave them out; exclusions by sign-in name."""
INACTIVE_SEATS = "inactive_seats"
"""Licences of people who left or have not signed in for long, in every tenant."""
SPLITS = "splits"
"""Tenants that several clients share."""
BUNDLES = "bundles"
"""Plans sold by the user that cover components."""
MINIMUMS = "minimums"
"""Minimums of whole agreements and of pools of products."""
DATED_COUNTS = "dated_counts"
"""Daily counts from a portal's exports, counted by day, peak, average or share of the month, some stated anew later."""
RULE_DIFFERENCES = "rule_differences"
"""Products that the contract counts by one rule and the vendor by another."""
KEPT_READS = "kept_reads"
"""Products that are counted by other days than the last one, at systems that are read daily."""
TENANT_COUNTS = "tenant_counts"
"""Tenants whose own counts differ, and SKUs of which only some units are ours."""
OWN_RULES = "own_rules"
"""Counting rules and margin floors for one client and for groups of products; a product that is sold per person."""
WRONG_INPUT = "wrong_input"
"""Records that no vendor should send."""
MINOR_UNITS = "minor_units"
"""Clients who pay in money of thousandths, or without coins."""

ALL = frozenset(
    {
        PEOPLE,
        INACTIVE_SEATS,
        SPLITS,
        BUNDLES,
        MINIMUMS,
        DATED_COUNTS,
        RULE_DIFFERENCES,
        KEPT_READS,
        TENANT_COUNTS,
        OWN_RULES,
        WRONG_INPUT,
        MINOR_UNITS,
    }
)
DEFAULT = ALL
"""What is on by default: every feature that the pipeline of this version judges right."""


def chosen(features: Iterable[str] | None) -> frozenset[str]:
    """`features`, or the default ones for None.

    Raises:
        ValueError: one of them is not known.
    """
    if features is None:
        return DEFAULT
    wanted = frozenset(features)
    if unknown := sorted(wanted - ALL):
        raise ValueError(f"no feature is called {', '.join(unknown)}; there are {', '.join(sorted(ALL))}")
    return wanted
