"""Which picture of the UI an asset is in. The UI sorts groups by name, so a figure puts first what people look for.

Belongs here: names of groups. Does not belong here: what a model does (`dbt_project/`).

The public tables come first, then what came in (raw tables, the sources, rules), then the steps between them. A layer
of a hundred models is no picture: of the steps, what a person looks for is one question - which rows are whose, what
each day counts, what a unit costs, what else is to be said of a line.
"""

from collections.abc import Mapping
from typing import Any

PUBLISHED = "1_published_copy"
PUBLIC = "1_public_tables"
CONTROL = "4_control"
RULES = "4_rules"
TIE_OUT = "9_tie_out"

# fmt: off
# Of a large layer, the models of each part; what is in none is in the last one, which the layer names.
PARTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "canonical": {
        "6_canonical_reads": frozenset(
            [
                "account_status", "accounts_gone", "closing_runs", "current_reads", "current_run", "daily_runs",
                "exported_ids", "line_history", "listed_rows", "read_days", "received_rows", "source_reads",
                "source_status", "system_status",
            ]
        ),
    },
    "compare": {
        "8_compare_rows": frozenset(
            [
                "accounts_refused", "sources_refused", "billing_rows_resolved", "exclusions_in_force",
                "mapping_advice", "split_shares", "unallocated_by_product", "unmapped_accounts",
                "vendor_rows_excluded", "vendor_rows_identified", "vendor_rows_resolved", "waiting_units",
                "lines_without_account", "retired_and_charged",
            ]
        ),
        "8_compare_days": frozenset(
            [
                "dated_accounts", "dated_counts", "dated_lines", "dated_moves", "day_counts", "day_rules",
                "kept_counts", "line_days", "partial_peaks", "prorated_lines", "earlier_periods",
            ]
        ),
        "8_compare_money": frozenset(
            [
                "billed_amounts", "line_amounts", "line_back_billing", "line_margins", "price_drifts",
                "priced_lines", "rates_in_force", "vendor_costs_by_line", "lines_charged", "lines_without_charge",
            ]
        ),
        "8_compare_observations": frozenset(
            [
                "double_lines", "line_changes", "line_commitments", "line_events", "line_flags", "line_holders",
                "line_timing", "money_observations", "quantity_observations", "repeated_holders",
                "restated_observations", "rule_differences", "seat_observations",
            ]
        ),
    },
}
# fmt: on
_REST = {"canonical": "6_canonical", "compare": "8_compare_lines", "mapping": "7_mapping", "recompute": TIE_OUT}
# A file of descriptions that stands for one subject is a part of its own.
_SUBJECTS = {"_bundles__models.yml", "_faults__models.yml", "_minimums__models.yml"}


def raw_group(system: str) -> str:
    """The raw tables of a source system."""
    return f"2_raw_{system}"


def source_group(system: str) -> str:
    """A vendor's own tables."""
    return f"3_source_{system}"


def group_of(node: Mapping[str, Any]) -> str:
    """The group of a model.

    Args:
        node: Its node in dbt's manifest.
    """
    layer, *folders = (str(part) for part in node["fqn"][1:-1])
    if layer == "marts":
        # A rule of the tie-out has a table of its own, which only the public one of all rules reads.
        return PUBLIC if node["schema"] == "analytics" else TIE_OUT
    if layer == "staging":
        return f"5_staging_{str(node['name']).removeprefix('stg_').partition('__')[0]}"
    if "by_system" in folders:
        return f"6_{layer}_by_system"
    described = str(node.get("patch_path") or "").rpartition("/")[2]
    if described in _SUBJECTS:
        return f"8_{layer}_{described.strip('_').partition('__')[0]}"
    parts = PARTS.get(layer, {})
    return next((part for part, names in parts.items() if node["name"] in names), _REST[layer])
