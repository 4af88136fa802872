"""One compiled project for all workers, one engine for all tests of a worker: worlds come and go, the models stay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import made_once
from tests.engine.project import Engine, Project, compile_project


def _compile(folder: Path) -> Project:
    folder.mkdir()
    return compile_project(folder)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(made_once(tmp_path_factory, "engine", _compile))
    yield found
    found.close()
