"""What a raw table must look like before it is trusted: Great Expectations suites. No Dagster, no file access.

Belongs here: one module per source system with a suite per raw table, the words they are declared in, and the runner.
Does not belong here: fetching rows, deciding what a failure does to a run, rules over more than one table (dbt).
"""

from collections.abc import Mapping

from expectations.connectwise import SUITES as CONNECTWISE
from expectations.exports import SUITES as EXPORTS
from expectations.microsoft_graph import SUITES as MICROSOFT_GRAPH
from expectations.ninjaone import SUITES as NINJAONE
from expectations.pax8 import SUITES as PAX8
from expectations.suite import Suite

SUITES: Mapping[str, Mapping[str, Suite]] = {
    "connectwise": CONNECTWISE,
    "microsoft_graph": MICROSOFT_GRAPH,
    "pax8": PAX8,
    "ninjaone": NINJAONE,
    "exports": EXPORTS,
}
"""Source system -> raw table -> suite."""
