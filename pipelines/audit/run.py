"""An audit's run: the steps of every run, in their order, without Dagster.

Belongs here: `run_audit`. Does not belong here: the steps (`pipelines.steps`, `pipelines.publish`).

An audit is over in seconds and nobody looks for it in the Dagster UI, so it does without Dagster's storage, and DuckDB
runs what dbt compiled of the models before (`models.py`). Reading, expectations, models, the tie-out gate and the
publication are those of `tieout run`; dbt's data tests, which prove the models and not the files, are left to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import monotonic
from uuid import uuid4

from pipelines.audit.home import VENDOR, prepare_home
from pipelines.home import Home

SYSTEM = "exports"
IDENTICAL = Decimal(1)  # the score of ids and names that are equal once case and blanks are folded


class AuditFailedError(RuntimeError):
    """The run ended without a result; the message says why."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit left: the published copy, the workbook, and how long it took in seconds."""

    published: Path
    workbook: Path
    seconds: float


def run_audit(
    psa: Path,
    vendor: Path,
    out: Path,
    home: Home,
    *,
    period: date | None = None,
    accept_above: Decimal = IDENTICAL,
    currency: str = "USD",
    psa_profile: Path | None = None,
    vendor_profile: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Audit:
    """Compares two exports and writes the workbook. Needs no network.

    Args:
        psa: The PSA's export, CSV or XLSX.
        vendor: The vendor's export.
        out: Where the workbook goes.
        home: The folder to work in: empty, new, or that of an earlier audit.
        period: Any day of the billing month; default: this month.
        accept_above: Names at or above this score (0 to 1) decide for this one audit; everything below is a suggestion.
        currency: ISO code for rows that name none.
        psa_profile: A `profile.toml` for the PSA's export.
        vendor_profile: The same for the vendor's.
        progress: Told, in a few words, what is being done.

    Raises:
        AuditRefusedError: A file cannot be read for certain.
        AuditFailedError: The comparison failed or did not tie out.
        HomeBusyError: Another run uses the home.
    """
    from pipelines.publish.publish import NotPublishedError, publish
    from pipelines.reports.workbook import write_workbook
    from pipelines.steps.begin import RunParametersError, begin_run
    from pipelines.steps.extract import extract_sources
    from pipelines.steps.settle import settle_clock
    from pipelines.steps.transform import DbtError

    began = monotonic()
    tell = progress or (lambda _: None)
    run_id = str(uuid4())
    tell("reading both files")
    prepare_home(home, psa, vendor, currency, psa_profile, vendor_profile)
    with home.lock(f"audit {run_id}"):
        try:
            begin_run(home, run_id, period, accept_name_score=accept_above)
            extract_sources(home)
            tell("loading and checking")
            _load(home)
            settle_clock(home)
            tell("comparing")
            _compare(home)
            tell("tying out")
            publish(home)
        except (NotPublishedError, RunParametersError, DbtError) as error:
            raise AuditFailedError(str(error)) from error
        tell("writing the workbook")
        write_workbook(home.published, out, of_audit=True)
    return Audit(home.published, out, monotonic() - began)


def _load(home: Home) -> None:
    from pipelines.steps.load import load_source

    loaded = load_source(home, SYSTEM)
    if loaded.status != "ok":
        raise AuditFailedError("\n".join(loaded.problems) or f"the files were read as {loaded.status}")


def _compare(home: Home) -> None:
    from pipelines.audit.likely import take_likely
    from pipelines.audit.models import Build, models
    from pipelines.warehouse.connection import connect

    found = models(home)
    with connect(home.warehouse) as connection:
        build = Build(connection, found)
        take_likely(home, build, VENDOR)
        build.make()
