"""One desk for all cases of compare and marts: every case has its own client, so one build of the models serves all."""

from pathlib import Path

import pytest

from tests.dbt_project.compare.cases import lay_out
from tests.dbt_project.compare.desk import Desk


@pytest.fixture(scope="session")
def cases(dbt_folder: Path) -> tuple[Desk, dict[str, str]]:
    """The desk with every case laid out and compared, and the line key or record id of each case by name."""
    folder = dbt_folder / "compare"
    folder.mkdir()
    # Its own target folder, not the shared one: the manifest is the same, the database path is not.
    desk = Desk(folder / "warehouse.duckdb", folder / "target")
    desk.lay_out()
    named = lay_out(desk)
    desk.compare()
    return desk, named


@pytest.fixture(scope="session")
def desk(cases: tuple[Desk, dict[str, str]]) -> Desk:
    return cases[0]


@pytest.fixture(scope="session")
def named(cases: tuple[Desk, dict[str, str]]) -> dict[str, str]:
    return cases[1]
