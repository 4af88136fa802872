"""One compiled project and one engine for all tests here: worlds come and go, the models stay."""

from collections.abc import Iterator

import pytest

from tests.engine.project import Engine, compile_project


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(compile_project(tmp_path_factory.mktemp("engine")))
    yield found
    found.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these on one worker: compiling a second time would cost more than the second core brings."""
    for item in items:
        if "tests/engine/" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("engine"))
