"""Which picture of the UI a model is in: its layer, and of the largest layer the part of the comparison.

Belongs here: names of groups. Does not belong here: what a model does (`dbt_project/`).

A layer of eighty models is no picture. What a person looks for is one question: which rows are whose, what each day
counts, what a unit costs, what else is to be said of a line.
"""

from collections.abc import Mapping
from typing import Any

# fmt: off
_PARTS: Mapping[str, frozenset[str]] = {
    "compare_rows": frozenset(
        [
            "accounts_refused", "sources_refused", "billing_rows_resolved", "exclusions_in_force",
            "mapping_advice", "split_shares", "unallocated_by_product", "unmapped_accounts", "unmapped_units",
            "vendor_rows_excluded", "vendor_rows_identified", "vendor_rows_resolved", "waiting_units",
            "lines_without_account", "retired_and_charged",
        ]
    ),
    "compare_days": frozenset(
        [
            "dated_accounts", "dated_counts", "dated_lines", "dated_moves", "day_counts", "day_rules",
            "kept_counts", "line_days", "partial_peaks", "prorated_lines", "earlier_periods",
        ]
    ),
    "compare_money": frozenset(
        [
            "billed_amounts", "line_amounts", "line_back_billing", "line_margins", "price_drifts",
            "priced_lines", "rates_in_force", "vendor_costs_by_line", "lines_charged", "lines_without_charge",
        ]
    ),
    "compare_observations": frozenset(
        [
            "double_lines", "line_changes", "line_commitments", "line_events", "line_flags", "line_holders",
            "line_timing", "money_observations", "quantity_observations", "repeated_holders",
            "restated_observations", "rule_differences", "seat_observations", "unused_seats",
        ]
    ),
}
# fmt: on
# A file of descriptions that stands for one subject is a part of its own.
_SUBJECTS = {"_bundles__models.yml", "_faults__models.yml", "_minimums__models.yml"}


def group_of(node: Mapping[str, Any]) -> str:
    """The group of a model.

    Args:
        node: Its node in dbt's manifest.
    """
    layer = str(node["fqn"][1])
    if layer != "compare":
        return layer
    described = str(node.get("patch_path") or "").rpartition("/")[2]
    if described in _SUBJECTS:
        return f"compare_{described.strip('_').partition('__')[0]}"
    return next((part for part, names in _PARTS.items() if node["name"] in names), "compare_lines")
