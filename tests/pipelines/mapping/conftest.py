"""A desk for tests that decide."""

from pathlib import Path

import pytest

from tests.pipelines.mapping.desk import Desk, usual


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return usual(tmp_path)
