from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from sandbox.score import score
from sandbox.truth import truth_table, write_truth
from sandbox.world import TruthRow, World

PERIOD = date(2026, 11, 1)


def _row(key: str, class_: str, billed: str, expected: str | None, price: str | None = "7.33", **other) -> TruthRow:
    variance = None if expected is None else Decimal(expected) - Decimal(billed)
    impact = None if variance is None or price is None else (variance * Decimal(price)).quantize(Decimal("0.01"))
    return TruthRow(
        line_key=key,
        client_id=other.pop("client_id", key.split("|")[0]),
        product_id=None,
        class_=class_,
        billed=Decimal(billed),
        expected=None if expected is None else Decimal(expected),
        variance=variance,
        owned=None,
        used=None,
        charged=None,
        unit_price=None if price is None else Decimal(price),
        currency=other.pop("currency", "USD"),
        revenue_impact=impact,
        note=other.pop("note", ""),
    )


TRUTH = [
    _row("connectwise:1|connectwise:7|*", "underbilled", "3", "5"),
    _row("connectwise:1|connectwise:8|*", "unbilled", "0", "1", currency="CAD"),
    _row("connectwise:2|connectwise:7|*", "overbilled", "5", "4"),
    _row("connectwise:2|connectwise:8|*", "orphan_billing", "2", "0"),
    _row("connectwise:3|connectwise:7|*", "matched", "2", "2"),
    _row("pax8:a|connectwise:7|*", "unmapped_client", "0", None, price=None, client_id=None),
]


def _publish(path: Path, rows: list[TruthRow], period: date = PERIOD) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS analytics")
        connection.register("rows", truth_table(rows))
        select = f"""SELECT DATE '{period}' AS period, line_key, client_id, class, billed AS billed_quantity,
            expected AS expected_quantity, variance, unit_price, currency, revenue_impact, owned AS owned_quantity,
            used AS used_quantity, charged AS charged_quantity, flags FROM rows"""
        connection.execute(f"CREATE TABLE IF NOT EXISTS analytics.reconciliation AS {select} LIMIT 0")
        connection.execute(f"INSERT INTO analytics.reconciliation {select}")
    return path


def test_a_result_that_equals_the_truth_is_perfect(tmp_path):
    got = score(_publish(tmp_path / "p.duckdb", TRUTH), TRUTH)

    assert got.perfect
    assert got.wrong == ()
    assert got.rows_expected == got.rows_found == 6
    assert got.wrong_client_rate == 0
    assert {c.name: (c.precision, c.recall) for c in got.classes}["orphan_billing"] == (1, 1)
    usd = next(m for m in got.money if m.currency == "USD")
    assert (usd.under_found, usd.over_found) == (Decimal("14.66"), Decimal("21.99"))
    assert ("underbilled money, CAD", "7.33", "7.33", "exact", "", "") in got.rows()


def test_a_missing_row_costs_recall_and_an_extra_row_costs_precision(tmp_path):
    extra = _row("connectwise:9|connectwise:7|*", "matched", "2", "2")
    got = score(_publish(tmp_path / "p.duckdb", [*TRUTH[1:], extra]), TRUTH)

    assert not got.perfect
    assert [(row.line_key, row.problem) for row in got.wrong] == [
        (TRUTH[0].line_key, "missing"),
        (extra.line_key, "extra"),
    ]
    by_class = {c.name: c for c in got.classes}
    assert by_class["underbilled"].recall == 0
    assert by_class["underbilled"].precision is None
    assert by_class["matched"].precision == 0.5
    assert got.wrong_client_rate == 1 / 5


def test_a_row_of_another_class_counts_against_both_classes(tmp_path):
    got = score(_publish(tmp_path / "p.duckdb", [replace(TRUTH[0], class_="unbilled"), *TRUTH[1:]]), TRUTH)

    by_class = {c.name: c for c in got.classes}
    assert (by_class["unbilled"].precision, by_class["unbilled"].recall) == (0.5, 1)
    assert (by_class["underbilled"].found, by_class["underbilled"].recall) == (0, 0)
    assert "class unbilled (should be underbilled)" in str(got.wrong[0])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("billed", Decimal(4)),
        ("expected", Decimal(6)),
        ("variance", Decimal(3)),
        ("unit_price", Decimal("7.34")),
        ("revenue_impact", Decimal("14.67")),
        ("revenue_impact", None),
        ("currency", "EUR"),
    ],
)
def test_one_wrong_figure_spoils_the_row(tmp_path, field, value):
    got = score(_publish(tmp_path / "p.duckdb", [replace(TRUTH[0], **{field: value}), *TRUTH[1:]]), TRUTH)

    assert not got.perfect
    assert [row.line_key for row in got.wrong] == [TRUTH[0].line_key]
    assert got.wrong[0].got == {field: value}
    assert all(c.precision == c.recall == 1 for c in got.classes)


def test_flags_are_scored_each_by_itself_and_a_wrong_one_spoils_its_row(tmp_path):
    truth = [
        replace(TRUTH[0], flags=("cost_drift", "price_drift")),
        replace(TRUTH[4], flags=("price_drift",)),
        *TRUTH[1:4],
    ]
    result = [
        replace(truth[0], flags=("price_drift",)),
        replace(truth[1], flags=("price_drift", "zero_price")),
        *truth[2:],
    ]
    got = score(_publish(tmp_path / "p.duckdb", result), truth)

    flags = {flag.name: (flag.precision, flag.recall) for flag in got.flags}
    assert flags == {"cost_drift": (None, 0), "price_drift": (1, 1), "zero_price": (0, None)}
    assert [row.line_key for row in got.wrong] == [truth[0].line_key, truth[1].line_key]
    assert got.wrong[0].expected == {"flags": ["cost_drift", "price_drift"]}
    assert all(c.precision == c.recall == 1 for c in got.classes)
    assert ("flag price_drift", "2", "2", "2", "100 %", "100 %") in got.rows()


def test_the_order_in_which_flags_are_published_does_not_matter(tmp_path):
    truth = [replace(TRUTH[0], flags=("cost_drift", "price_drift")), *TRUTH[1:]]
    result = [replace(TRUTH[0], flags=("price_drift", "cost_drift")), *TRUTH[1:]]

    assert score(_publish(tmp_path / "p.duckdb", result), truth).perfect


def test_figures_are_compared_where_the_truth_fixes_them(tmp_path):
    path = _publish(tmp_path / "p.duckdb", TRUTH)
    fixed = replace(TRUTH[0], figures={"used_quantity": None, "variance": Decimal(2)})
    other = replace(TRUTH[0], figures={"variance": Decimal(3), "exposure_amount": Decimal(4)})

    assert score(path, [fixed, *TRUTH[1:]]).perfect
    wrong = score(path, [other, *TRUTH[1:]]).wrong
    assert [row.expected for row in wrong] == [{"variance": Decimal(3), "exposure_amount": Decimal(4)}]
    assert wrong[0].got == {"variance": Decimal(2), "exposure_amount": "not published"}


def test_a_quantity_that_nothing_fixes_is_not_compared(tmp_path):
    path = _publish(tmp_path / "p.duckdb", TRUTH)

    assert score(path, [replace(TRUTH[0], billed=None), *TRUTH[1:]]).perfect


def test_only_assessed_rows_can_stand_at_a_wrong_client(tmp_path):
    strange = replace(_row("connectwise:9|pax8:x|*", "unmapped_product", "0", None), client_id="connectwise:9")
    wrong = _row("connectwise:9|connectwise:7|*", "matched", "2", "2")
    got = score(_publish(tmp_path / "p.duckdb", [*TRUTH, strange, wrong]), TRUTH)

    assert (got.attributed, got.misattributed) == (6, 1)


def test_money_that_is_off_by_a_cent_says_so(tmp_path):
    wrong = replace(TRUTH[0], revenue_impact=Decimal("14.67"))
    got = score(_publish(tmp_path / "p.duckdb", [wrong, *TRUTH[1:]]), TRUTH)

    assert [m.currency for m in got.money if not m.is_exact] == ["USD"]
    assert any(row[3] == "off by 0.01" for row in got.rows())


def test_quantities_that_decide_nothing_are_reported_and_do_not_spoil(tmp_path):
    got = score(_publish(tmp_path / "p.duckdb", [replace(TRUTH[0], used=Decimal(9)), *TRUTH[1:]]), TRUTH)

    assert got.perfect
    assert got.side_differences == 1


def test_the_newest_period_is_compared_unless_another_is_asked_for(tmp_path):
    path = _publish(tmp_path / "p.duckdb", TRUTH[:1], date(2026, 10, 1))
    _publish(path, TRUTH)

    assert score(path, TRUTH).perfect
    assert score(path, TRUTH[:1], date(2026, 10, 1)).perfect
    with pytest.raises(ValueError, match="2026-09-01"):
        score(path, TRUTH, date(2026, 9, 1))


def test_the_score_can_be_shown_whatever_the_keys_hold(tmp_path):
    extra = [_row(f"pax8:[red]{number}|x|*", "matched", "2", "2") for number in range(30)]
    got = score(_publish(tmp_path / "p.duckdb", [*TRUTH, *extra]), TRUTH)

    console = Console(width=200, file=StringIO())
    console.print(got.table())
    shown = console.file.getvalue()
    assert "6 rows expected, 36 found, 30 wrong" in shown
    assert "pax8:[red]0|x|*: should not be there" in shown
    assert "and 10 more" in shown


def test_nothing_published_is_an_error_not_a_score(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing is published"):
        score(tmp_path / "none.duckdb", TRUTH)
    with pytest.raises(ValueError, match="empty"):
        score(_publish(tmp_path / "p.duckdb", []), TRUTH)


def test_truth_is_written_with_empty_cells_for_the_unknown(tmp_path):
    path = write_truth(World(seed=1, clock=datetime(2026, 11, 17, tzinfo=UTC), truth=TRUTH), tmp_path / "truth")

    lines = path.read_text().splitlines()
    assert lines[0].startswith("line_key,client_id,product_id,class,billed")
    assert lines[-1] == "pax8:a|connectwise:7|*,,,unmapped_client,0,,,,,,,USD,,,,"
