"""One run of the whole pipeline on one home, through Dagster, in this process.

Belongs here: what `tieout run` and tests call: lock, log file, the Dagster run, and its outcome. Does not belong here:
the steps (`pipelines.steps`), what a terminal shows (`pipelines.cli`).
"""

import json
import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pipelines.explain import explain, explain_words
from pipelines.home import Home
from pipelines.person import login_user
from pipelines.telemetry import switch_off

if TYPE_CHECKING:
    from pipelines.defs.resources import Progress

# Libraries that would otherwise write to the terminal while a run is on.
QUIET_LOGGERS = ("dagster", "dlt", "dbt", "great_expectations", "py.warnings")
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source as the run left it: the words of `source_health`.

    `is_acknowledged`: all that is wrong with it is known to a person, by rule.
    """

    source_system: str
    status: str
    row_count: int | None
    message: str | None
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What became of a run.

    `published` is False when anything stopped it; then `error` says what, and the last published copy stands.
    `period`, `as_of` are None where the run ended before they were settled. `seconds` is wall time. `rule_warnings`
    name rules that point at nothing, by file and line. `interrupted`: a person stopped it with Ctrl-C.
    """

    run_id: str
    period: date | None
    as_of: datetime | None
    published: bool
    result_hash: str | None
    sources: tuple[SourceStatus, ...]
    seconds: float
    error: str | None
    log: Path
    rule_warnings: tuple[str, ...] = ()
    interrupted: bool = False


def run_pipeline(
    home: Home,
    period: date | None = None,
    as_of: datetime | None = None,
    progress: "Callable[[Progress], None] | None" = None,
    accept_name_score: Decimal | float | None = None,
    *,
    remember: bool = True,
    accept_drops: Sequence[str] = (),
) -> RunOutcome:
    """Run the job `daily` on a home; the run shows in that home's Dagster UI.

    Args:
        home: The home; its folders are created where missing.
        period: Any day of the billing month; default: the month of `as_of`.
        as_of: The run's clock; default: now.
        progress: Told what happens, from several threads.
        accept_name_score: Names at or above this score decide (audits only).
        remember: Keep the run in the home's Dagster storage. An audit of two files needs no history, and writing 1,700
            events to SQLite takes a third of a small run's time.
        accept_drops: Source systems whose tables may be far smaller than in their last trusted read; the user of this
            process answers for it.

    Returns:
        The outcome, also for a run that failed or was stopped with Ctrl-C: such a run does not raise.

    Raises:
        HomeBusyError: Another run uses this home.
    """
    from pipelines.steps.begin import examine

    switch_off()
    run_id = str(uuid4())
    home.create()
    began = monotonic()
    error = None
    parameters: dict[str, object] = {
        "period": None if period is None else period.isoformat(),
        "as_of": None if as_of is None else as_of.astimezone(UTC).isoformat(),
        "accept_name_score": None if accept_name_score is None else str(accept_name_score),
        "accept_drops": list(accept_drops) or None,
        "accepted_by": login_user() if accept_drops else None,
    }
    with home.lock(f"run {run_id}"), _log_to(home.log_file(run_id)):
        try:
            # A mistake in a file is told in seconds, before Dagster has started. The run's first step looks again.
            examine(home, period, as_of)
            error = _execute(home, run_id, parameters, progress, remember)
        except Exception as failure:
            logging.getLogger("dagster").error("%s", traceback.format_exc())
            error = explain(failure, home) or f"{type(failure).__name__}: {failure}"
        except KeyboardInterrupt:
            stopped = _outcome(home, run_id, period, as_of, "stopped by Ctrl-C", monotonic() - began)
            return replace(stopped, interrupted=True)
        return _outcome(home, run_id, period, as_of, error, monotonic() - began)


def _execute(
    home: Home,
    run_id: str,
    parameters: dict[str, object],
    progress: "Callable[[Progress], None] | None",
    remember: bool,
) -> str | None:
    """Execute the Dagster run; returns why it failed, None when it did not."""
    from dagster import DagsterInstance

    from pipelines.defs.abandoned import close_abandoned_runs, process_tag
    from pipelines.defs.build import build_definitions
    from pipelines.defs.instance import open_instance
    from pipelines.defs.origin import job_origin
    from pipelines.defs.schedule import JOB

    with open_instance(home) if remember else DagsterInstance.ephemeral() as instance:
        close_abandoned_runs(instance, home)
        # `execute_in_process` leaves out where a run comes from, and the UI would show it under no job.
        instance.create_run_for_job = partial(  # type: ignore[method-assign]
            instance.create_run_for_job, remote_job_origin=job_origin(JOB)
        )
        job = build_definitions(home, progress, lock_held=True).resolve_job_def(JOB)
        result = job.execute_in_process(
            run_id=run_id,
            instance=instance,
            raise_on_error=False,
            run_config={
                "ops": {
                    "begin_run": {"config": {key: value for key, value in parameters.items() if value is not None}}
                },
                "loggers": {"file": {"config": {"path": str(home.log_file(run_id))}}},
            },
            tags={"tieout/started_by": "command line", **process_tag(run_id)},
        )
        if _was_interrupted(result):
            # Dagster calls that a failure, and goes on. A person stopped it: the UI says so.
            instance.report_run_canceled(result.dagster_run, "Stopped with Ctrl-C where it was started.")
            raise KeyboardInterrupt
    if result.success:
        return None
    return _why(result, home)


def _was_interrupted(result: Any) -> bool:
    from dagster._core.events import RunFailureReason  # only known once Dagster is loaded

    return any(
        event.event_type_value == "PIPELINE_FAILURE"
        and event.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION
        for event in result.all_events
    )


def _why(result: Any, home: Home) -> str:
    """The first failed step's own words: the innermost cause, without Dagster's wrapping."""
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is None:
                continue
            said = explain_words(error.message, home) or error.message.split(": ", 1)[-1].strip()
            return f"{event.step_key}: {said}"
    return "the run failed; its log says why"


def _outcome(
    home: Home, run_id: str, period: date | None, as_of: datetime | None, error: str | None, seconds: float
) -> RunOutcome:
    log = home.log_file(run_id)
    if error is None and home.published_summary.exists():
        done = json.loads(home.published_summary.read_text(encoding="utf-8"))
        if done["run_id"] == run_id:
            return RunOutcome(
                run_id=run_id,
                period=date.fromisoformat(done["period"]),
                as_of=datetime.fromisoformat(done["as_of"]),
                published=True,
                result_hash=done["result_hash"],
                sources=tuple(
                    SourceStatus(
                        row["source_system"], row["status"], row["row_count"], row["message"], row["is_acknowledged"]
                    )
                    for row in done["sources"]
                ),
                seconds=seconds,
                error=None,
                log=log,
                rule_warnings=tuple(done["rule_warnings"]),
            )
    return RunOutcome(
        run_id=run_id,
        period=None if period is None else period.replace(day=1),
        as_of=as_of,
        published=False,
        result_hash=None,
        sources=(),
        seconds=seconds,
        error=error or "the run ended without publishing",
        log=log,
    )


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """Send what libraries log to the run's file instead of the terminal, for the length of the block.

    Loggers are the process's, so two runs side by side in one process write into both files; nothing is lost.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    loggers = [logging.getLogger(name) for name in QUIET_LOGGERS]
    before = [(logger.propagate, list(logger.handlers)) for logger in loggers]
    logging.captureWarnings(True)
    for logger in loggers:
        for old in list(logger.handlers):
            if isinstance(old, logging.StreamHandler) and not isinstance(old, logging.FileHandler):
                logger.removeHandler(old)
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, (propagate, handlers) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            for old in handlers:
                if old not in logger.handlers:
                    logger.addHandler(old)
            logger.propagate = propagate
        logging.captureWarnings(False)
        handler.close()
