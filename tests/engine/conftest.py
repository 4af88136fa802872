"""One compiled project for all workers, one engine for all tests of a worker: worlds come and go, the models stay.

The test of a mended fault (`faults`) runs once more with the fault put back.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import made_once
from tests.engine.faults import Fault, faults_of, run_with_fault
from tests.engine.project import Engine, Project, compile_project


def _compile(folder: Path) -> Project:
    folder.mkdir()
    return compile_project(folder)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(made_once(tmp_path_factory, "engine", _compile))
    yield found
    found.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As the models are, and once for each of the test's faults."""
    if faults := faults_of(metafunc.function.__name__):
        metafunc.parametrize("fault", [None, *faults], ids=lambda fault: str(fault or "as it is"), indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test with other parameters, one is enough to see a fault: the first that it changes."""
    seen = set()
    kept = []
    for item in items:
        fault = _fault(item)
        if fault and (fault, item.path) in seen:
            continue
        seen.add((fault, item.path))
        kept.append(item)
    items[:] = kept


@pytest.fixture(autouse=True)
def fault(request: pytest.FixtureRequest) -> Iterator[None]:
    """The models with the fault that the test is run for; as they are for all others."""
    put_back: Fault | None = getattr(request, "param", None)
    if put_back is None:
        yield
        return
    engine: Engine = request.getfixturevalue("engine")
    with engine.changed(put_back.model, put_back.here, put_back.before):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Hold a test that runs with a fault against what must come of it."""
    fault = _fault(pyfuncitem)
    return (yield) if fault is None else (yield from run_with_fault(fault, pyfuncitem.funcargs["engine"]))


def _fault(item: pytest.Item) -> Fault | None:
    """The fault that a test runs with; what other rooms call so is none."""
    found = item.callspec.params.get("fault") if hasattr(item, "callspec") else None
    return found if isinstance(found, Fault) else None
