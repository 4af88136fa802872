"""One set of definitions for all tests here: parsing the dbt project takes seconds."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.build import build_definitions
from pipelines.home import Home


@dataclass
class Built:
    home: Home
    definitions: dg.Definitions
    manifest: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    home = Home(tmp_path_factory.mktemp("definitions") / "home")
    return Built(home, build_definitions(home), home.dbt / "target" / "manifest.json")
