"""Fixtures of the dbt tests. One file path for all of them, so that dbt parses the project once."""

from pathlib import Path

import pytest

from tests.dbt_project.warehouse import Warehouse


@pytest.fixture(scope="session")
def dbt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def warehouse(dbt_folder: Path) -> Warehouse:
    """An empty warehouse with a run set up: June 2026, as of the 20th; each test module gets its own."""
    fresh = Warehouse(dbt_folder / "warehouse.duckdb", dbt_folder / "target")
    fresh.run()
    return fresh
