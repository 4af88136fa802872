"""The data files of the package, read once per process.

Belongs here: finding and parsing them. Does not belong here: what they mean.
"""

import csv
import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_FOLDER = files("pipelines.matching.data")


@cache
def toml(name: str) -> dict[str, Any]:
    """The TOML file `name` of the package, parsed; callers do not change it."""
    return tomllib.loads(_FOLDER.joinpath(name).read_text(encoding="utf-8"))


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of the CSV file `name` of the package, by header."""
    return tuple(csv.DictReader(_FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()))


def model(kind: str) -> dict[str, Any]:
    """The default model for `kind` (client or product) as it was written by the training script."""
    loaded: dict[str, Any] = json.loads(_FOLDER.joinpath(f"model_{kind}.json").read_text(encoding="utf-8"))
    return loaded
