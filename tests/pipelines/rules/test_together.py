"""What rules of one file are refused for together, each of them right by itself."""

import pytest

from pipelines.rules import RulesRefused, load_rules
from tests.pipelines.rules.home import write

SEAT, AGENT, BACKUP = "connectwise:771", "connectwise:640", "connectwise:650"


def covers(
    component: str, driver: str = "no", *, client: str = "*", bundle: str = "900", days: str = "2026-01-01,"
) -> str:
    return f"{client},connectwise:{bundle},{component},1,{driver},{days},M. Silva,order form"


def pooled(product: str, minimum: str, *, client: str = "250", pool: str = "seats", days: str = "2026-01-01,") -> str:
    return f"connectwise:{client},*,{product},,{minimum},pool,{pool},,,,,{days},M. Silva,order form,"


def refusals(folder) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(RulesRefused) as refused:
        load_rules(folder)
    return [(error.line, error.column, error.reason) for error in refused.value.errors]


def test_a_bundle_without_driver_is_refused(tmp_path):
    rows = f"{covers(SEAT)}\n{covers(AGENT)}"
    assert refusals(write(tmp_path, bundles=rows)) == [
        (
            2,
            "is_driver",
            "connectwise:900 has no driver for any client on 2026-01-01; write yes at the component that prices it",
        )
    ]


def test_a_bundle_with_two_drivers_is_refused_and_both_lines_are_named(tmp_path):
    rows = f"{covers(SEAT, 'yes')}\n{covers(BACKUP)}\n{covers(AGENT, 'yes')}"
    assert refusals(write(tmp_path, bundles=rows)) == [
        (
            4,
            "is_driver",
            "connectwise:900 has 2 drivers for any client on 2026-01-01, lines 2 and 4; one count prices a bundle",
        )
    ]


def test_a_day_between_two_drivers_is_refused_as_a_day_without(tmp_path):
    rows = "\n".join(
        [covers(SEAT, "yes", days="2026-01-01,2026-03-01"), covers(AGENT), covers(SEAT, "yes", days="2026-04-01,")]
    )
    ((line, column, reason),) = refusals(write(tmp_path, bundles=rows))
    assert (line, column) == (3, "is_driver")
    assert "no driver for any client on 2026-03-01" in reason


def test_a_driver_that_changes_from_one_day_to_the_next_is_right(tmp_path):
    rows = "\n".join(
        [
            covers(SEAT, "yes", days="2026-01-01,2026-03-01"),
            covers(SEAT, "no", days="2026-03-01,"),
            covers(AGENT, "no", days="2026-01-01,2026-03-01"),
            covers(AGENT, "yes", days="2026-03-01,"),
        ]
    )
    assert load_rules(write(tmp_path, bundles=rows)).tables["bundles"].num_rows == 4


def test_a_clients_own_lines_stand_before_those_for_any_client(tmp_path):
    other_driver = [covers(SEAT, "no", client="connectwise:250"), covers(AGENT, "yes", client="connectwise:250")]
    for_any = [covers(SEAT, "yes"), covers(AGENT)]
    assert load_rules(write(tmp_path, bundles="\n".join(for_any + other_driver))).tables["bundles"].num_rows == 4
    ((line, _, reason),) = refusals(write(tmp_path, bundles="\n".join(for_any + other_driver[1:])))
    assert line == 4
    assert "2 drivers for connectwise:250 on 2026-01-01, lines 2 and 4" in reason


def test_what_is_wrong_for_any_client_is_told_once(tmp_path):
    rows = "\n".join([covers(SEAT), covers(AGENT, "yes", client="connectwise:250")])
    ((line, _, reason),) = refusals(write(tmp_path, bundles=rows))
    assert (line, "for any client" in reason) == (2, True)


def test_a_bundle_within_a_bundle_is_refused(tmp_path):
    rows = "\n".join([covers(SEAT, "yes"), covers("connectwise:901"), covers(AGENT, "yes", bundle="901")])
    assert refusals(write(tmp_path, bundles=rows)) == [
        (
            3,
            "component_product_id",
            "connectwise:901 is itself a bundle, by line 4; name its components instead",
        )
    ]


def test_a_line_that_is_wrong_by_itself_makes_no_neighbour_wrong(tmp_path):
    rows = f"{covers(SEAT, 'yes')}\n{covers(AGENT)}".replace(f"{SEAT},1,", f"{SEAT},2,")
    ((line, column, _),) = refusals(write(tmp_path, bundles=rows))
    assert (line, column) == (2, "units_per_driver")


def test_a_pool_has_one_minimum_on_each_day(tmp_path):
    rows = f"{pooled(SEAT, '20')}\n{pooled(AGENT, '25')}"
    assert refusals(write(tmp_path, terms=rows)) == [
        (3, "minimum_quantity", "contradicts line 2 about pool seats of connectwise:250: 25, line 2 says 20")
    ]


@pytest.mark.parametrize(
    "second",
    [
        pooled(AGENT, "20.0"),
        pooled(AGENT, "25", pool="devices"),
        pooled(AGENT, "25", client="251"),
        pooled(AGENT, "25", days="2025-01-01,2026-01-01"),
    ],
)
def test_another_pool_client_or_day_may_have_another_minimum(tmp_path, second):
    assert load_rules(write(tmp_path, terms=f"{pooled(SEAT, '20')}\n{second}")).tables["terms"].num_rows == 2
