"""What Dagster loads: the definitions of the home that TIEOUT_HOME names (default `./home`). Nothing else is here."""

import os
from pathlib import Path

import dagster as dg

from pipelines.defs.build import build_definitions
from pipelines.home import Home
from pipelines.telemetry import switch_off


@dg.definitions
def defs() -> dg.Definitions:
    """The code location."""
    switch_off()
    return build_definitions(Home(Path(os.environ.get("TIEOUT_HOME", "home"))))
