"""In an audit of two files the sentences name what helps there; an audit has no rules to write."""

from collections.abc import Callable

import pytest

from tests.dbt_project.compare.desk import PSA, Desk

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def audited(new_desk: Callable[..., Desk]) -> Desk:
    desk = new_desk()
    desk.run(accept_name_score=1)
    desk.account("pax8", "stray")
    desk.vendor("pax8", "owned", "stray", "premium", 12)
    client = desk.client(1, accounts=[("pax8", "c1")])
    desk.vendor("pax8", "owned", "c1", "nobody-knows", 7)
    desk.product(6, price=9)
    desk.line(client, f"{PSA}:6", 5)
    maybe = desk.client(2)
    desk.line(maybe, f"{PSA}:2", 3)
    desk.compare()
    return desk


@pytest.mark.parametrize(
    ("line_key", "advice"),
    [
        (f"pax8:stray|{PSA}:2|*", "Give both files the same client name, or lower --accept-above."),
        (f"{PSA}:2|{PSA}:2|*", "one may be theirs. Give both files the same client name, or lower --accept-above."),
        (
            f"{PSA}:1|pax8:nobody-knows|*",
            "compared with nothing. Give both files the same product name, or lower --accept-above.",
        ),
        (
            f"{PSA}:1|{PSA}:6|*",
            "that nothing in the vendor's file is matched to. Give both files the same product name,"
            " or lower --accept-above.",
        ),
    ],
)
def test_an_unmatched_line_says_what_helps_in_an_audit(audited: Desk, line_key: str, advice: str) -> None:
    assert audited.reconciled(line_key)["explanation"].endswith(advice)


def test_no_sentence_of_an_audit_speaks_of_rule_files(audited: Desk) -> None:
    rows = audited.rows("SELECT explanation FROM analytics.reconciliation WHERE contains(explanation, 'rules/')")
    assert rows == []
