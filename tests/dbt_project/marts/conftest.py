"""Desks of the mart tests: each module lays out its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt_project.compare.desk import Desk


@pytest.fixture(scope="module")
def new_desk(tmp_path_factory: pytest.TempPathFactory, dbt_folder: Path) -> Callable[..., Desk]:
    """Makes a desk whose sources are healthy but for those given as `health`."""

    def make(health: dict[str, str] | None = None) -> Desk:
        folder = tmp_path_factory.mktemp("marts")
        # Every desk of the mart tests has the same file name, so that dbt parses the project once for all of them.
        desk = Desk(folder / "warehouse.duckdb", dbt_folder / "marts")
        desk.lay_out(health=health)
        desk.product(2, "owned", owned="pax8", price=22, vendor_ids=[("pax8", "premium")])
        return desk

    return make
