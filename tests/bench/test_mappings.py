"""What decisions teach about a home's mappings, in small worlds."""

import pytest

from bench.mappings import main, measure
from bench.mappings_world import mappings


@pytest.mark.parametrize("seed", [5, 10])
def test_half_of_a_homes_mappings_finds_the_other_half(seed: int) -> None:
    found = measure(seed)
    assert found.recall("after") >= 0.95
    assert found.recall("after") > found.recall("before")
    assert found.wrong_certain == []
    assert found.lost == 0
    assert sum(found.rescued.values()) == sum(found.after.values()) - sum(found.before.values())


def test_the_truth_names_rows_that_are_there_and_hides_nothing_that_has_none() -> None:
    world = mappings(3, clients=20)
    accounts = {(row["source_system"], row["account_id"]) for row in world.accounts}
    products = {(row["source_system"], row["vendor_product_id"]) for row in world.vendor_products}
    assert set(world.truth["client"]) < accounts
    assert set(world.truth["product"]) < products
    assert set(world.truth["client"].values()) <= {row["client_id"] for row in world.clients}
    assert set(world.truth["product"].values()) <= {row["product_id"] for row in world.products}


def test_one_seed_gives_one_world_and_names_alone_hold_no_identifier() -> None:
    assert mappings(4, clients=12) == mappings(4, clients=12)
    world = mappings(4, clients=12, ids=False)
    assert not any(row["domain"] or row["tenant_id"] or row["external_id"] for row in world.accounts)
    assert not any(row["part_number"] or row["vendor_sku"] for row in world.vendor_products)


def test_the_print_out_says_why_and_what_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "5"]) == 0
    said = capsys.readouterr().out
    assert "letters of each word" in said
    assert "pairs found that were not before" in said
    assert "MISSED" not in said
