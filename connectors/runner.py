"""Reads one source alone, without a home: `python -m connectors.pax8 --database pax8.duckdb`.

Settings come from the environment, `TIEOUT_<SYSTEM>__<FIELD>` as in a home, so that no secret stands on a command line.
For trying out credentials and a new connector; runs are the `tieout` command's.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.extract import extract
from connectors.load import LoadError, load
from connectors.reads import Plan
from connectors.registry import SYSTEMS


def settings(system: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of `system` in `environment`."""
    prefix = f"TIEOUT_{system}__".upper()
    return {name.removeprefix(prefix).lower(): value for name, value in environment.items() if name.startswith(prefix)}


def main(system: str, arguments: Sequence[str] | None = None) -> int:
    """Read `system` and, if asked, load what came; exit code 1 when a table could not be read, 2 for settings."""
    model = SYSTEMS[system].config_model
    parser = argparse.ArgumentParser(
        prog=f"python -m connectors.{system}",
        description=f"Reads {system} once and says what came.",
        epilog="Settings (environment): " + ", ".join(f"TIEOUT_{system}__{f}".upper() for f in model.model_fields),
    )
    parser.add_argument("--database", type=Path, help="DuckDB file to load into; without it nothing is kept")
    options = parser.parse_args(arguments)
    try:
        config = model(**settings(system, os.environ))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        _say(f"{system}: settings: {problems}")
        return 2
    return _read(system, config, options.database)


def _read(system: str, config: Any, database: Path | None) -> int:
    with tempfile.TemporaryDirectory() as workdir:
        extracted = extract(system, config, Plan(), Path(workdir))
        for read in extracted.reads:
            account = f" {read.account_id}" if read.account_id else ""
            _say(f"{read.table_name}{account}: {read.status}, {read.row_count} rows {read.message or ''}".rstrip())
        if database is not None:
            try:
                load(extracted, database)
            except LoadError as error:
                _say(str(error))
                return 1
    return 0 if all(read.status == "ok" for read in extracted.reads) else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
