"""What Dagster loads: the definitions of the home that TIEOUT_HOME names (default `./home`). Nothing else is here."""

import os
from pathlib import Path

import dagster as dg

from pipelines.defs.build import build_definitions
from pipelines.home import Home


@dg.definitions
def defs() -> dg.Definitions:
    """The code location."""
    return build_definitions(Home(Path(os.environ.get("TIEOUT_HOME", "home"))))
