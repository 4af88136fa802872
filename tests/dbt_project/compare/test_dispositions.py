"""What becomes of each source row, and why."""

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "disposition", "reason", "line"),
    [
        ("stale device", "excluded", "not seen since 2026-04-01 (limit 30 days)", "devices"),
        ("retired device", "excluded", "retired", "devices"),
        ("pending device", "information_only", "approval status PENDING", "devices"),
        ("excluded record", "excluded", "loan device", "excluded part"),
        ("unmapped record", "unmapped", "account has no confirmed client", "unmapped account"),
        ("undesignated record", "information_only", "owned quantity of this product is taken from pax8", "owned basis"),
        (
            "undesignated record without line",
            "information_only",
            "owned quantity of this product is taken from pax8",
            None,
        ),
        ("no_charge record", "information_only", "no charge: the line bills nothing", "no_charge line"),
        ("do_not_bill record", "information_only", "do not bill: the line bills nothing", "do_not_bill line"),
        ("cancelled record", "information_only", "line cancelled on 2026-06-20", "cancelled line"),
        ("future record", "information_only", "line starts on 2026-07-01", None),
    ],
)
def test_a_row_says_what_became_of_it(
    desk: Desk, named: dict[str, str], case: str, disposition: str, reason: str, line: str | None
) -> None:
    row = desk.disposed(named[case])
    assert (row["disposition"], row["reason"]) == (disposition, reason)
    assert row["line_key"] == (named[line] if line else None)


def test_every_row_is_disposed_of_once(desk: Desk) -> None:
    accepted = desk.row(
        "SELECT (SELECT count(*) FROM canonical.billing_lines)"
        " + (SELECT count(*) FROM canonical.vendor_quantities) AS n"
    )["n"]
    disposed = desk.row(
        "SELECT count(*) AS n, count(DISTINCT source_record_id) AS keys FROM analytics.row_dispositions"
    )
    assert (disposed["n"], disposed["keys"]) == (accepted, accepted)


def test_evidence_names_the_mappings_and_the_rule(desk: Desk, named: dict[str, str]) -> None:
    row = desk.row("SELECT * FROM analytics.evidence WHERE source_record_id = ?", named["excluded record"])
    assert row["line_key"] == named["excluded part"]
    assert row["mapping_id"] == "client:ninjaone:140"
    assert row["product_mapping_id"] == "product:ninjaone:WORKSTATION"
    assert row["rule_id"] == named["exclusion rule"]
