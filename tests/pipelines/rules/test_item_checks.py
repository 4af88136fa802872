"""Items of the PSA that are sold as another product: chains, and rules about what is no product of its own."""

import pytest

from pipelines.rules.errors import RulesRefused
from pipelines.rules.load import load_rules
from tests.pipelines.rules.home import changed, write

ITEM = "connectwise:772,connectwise:771,{},D. Okafor,2026-01-14,by the year"


def refused(folder, **files):
    with pytest.raises(RulesRefused) as caught:
        load_rules(write(folder, **files))
    return [str(error) for error in caught.value.errors]


def test_an_item_is_not_sold_as_itself(tmp_path):
    assert refused(tmp_path, item_map=changed("item_map.csv", "product_id", "connectwise:772")) == [
        "item_map.csv:2: product_id: is the item itself"
    ]


def test_a_chain_of_items_has_no_product_at_its_end(tmp_path):
    chain = [ITEM.format("2026-01-01,"), "connectwise:771,connectwise:770,2026-02-01,,D. Okafor,2026-01-14,renamed"]
    assert refused(tmp_path, item_map="\n".join(chain)) == [
        "item_map.csv:2: product_id: is itself sold as connectwise:770 (item_map.csv:3); name that product"
    ]


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("counting", "product_id"),
        ("tolerances", "product_id"),
        ("terms", "product_id"),
        ("bundles", "component_product_id"),
        ("agreement_units", "product_id"),
    ],
)
def test_a_rule_about_an_item_would_hold_for_nothing(tmp_path, file, column):
    rule = changed(f"{file}.csv", column, "connectwise:772")
    assert refused(tmp_path, item_map=ITEM.format("2026-01-01,"), **{file: rule}) == [
        f"{file}.csv:2: {column}: connectwise:772 is sold as connectwise:771 on the same days (item_map.csv:2);"
        " name that product, or end one before the other begins"
    ]


def test_a_rule_of_the_days_before_is_right(tmp_path):
    rule = changed("tolerances.csv", "product_id", "connectwise:772")
    rule = rule.replace("2026-01-01,,", "2026-01-01,2026-06-01,")
    load_rules(write(tmp_path, item_map=ITEM.format("2026-06-01,"), tolerances=rule))
