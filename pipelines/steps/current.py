"""The run in progress, on disk: what its start decided, for the steps that follow (perhaps in another process).

Belongs here: `CurrentRun` and its file. Does not belong here: the warehouse's own record of the run (`control.run`).
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipelines.home import Home
from pipelines.warehouse.control import Run

# How far a source's clock may run ahead of ours without its reads falling out of a run whose clock is "now".
CLOCK_SKEW = timedelta(minutes=10)


class NoRunError(RuntimeError):
    """A step was started without a run that began."""


@dataclass(frozen=True, slots=True)
class CurrentRun:
    """A run that has begun.

    `as_of_given` is False where the clock is "now" and moves until all sources are read. `accept_drops` are the systems
    whose smaller tables a person, `accepted_by`, calls right for this run.
    """

    run: Run
    as_of_given: bool
    systems: tuple[str, ...]
    accept_drops: tuple[str, ...] = ()
    accepted_by: str | None = None

    def at(self, as_of: datetime) -> "CurrentRun":
        """The same run with another clock."""
        return replace(self, run=replace(self.run, as_of=as_of))

    def save(self, home: Home) -> None:
        """Write the file in one step (a killed run leaves the old or the new file, never half of one)."""
        home.work.mkdir(parents=True, exist_ok=True)
        values = {
            "run_id": self.run.run_id,
            "period": self.run.period.isoformat(),
            "as_of": self.run.as_of.isoformat(),
            "as_of_given": self.as_of_given,
            "default_currency": self.run.default_currency,
            "accept_name_score": None if self.run.accept_name_score is None else str(self.run.accept_name_score),
            "version": self.run.version,
            "rules_hash": self.run.rules_hash,
            "timezone": self.run.timezone,
            "systems": list(self.systems),
            "accept_drops": list(self.accept_drops),
            "accepted_by": self.accepted_by,
        }
        temporary = home.current_run.with_suffix(".new")
        temporary.write_text(json.dumps(values, indent=1), encoding="utf-8")
        os.replace(temporary, home.current_run)


def current_run(home: Home) -> CurrentRun:
    """The run in progress in this home.

    Raises:
        NoRunError: None has begun, or the last one is over.
    """
    try:
        values: dict[str, Any] = json.loads(home.current_run.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoRunError(
            f"no run is in progress in {home.path}: start the whole job `daily` (tieout run, or Launch run in the UI); "
            "its single steps cannot run by themselves"
        ) from None
    score = values["accept_name_score"]
    return CurrentRun(
        run=Run(
            run_id=values["run_id"],
            period=date.fromisoformat(values["period"]),
            as_of=datetime.fromisoformat(values["as_of"]),
            default_currency=values["default_currency"],
            accept_name_score=None if score is None else Decimal(score),
            version=values["version"],
            rules_hash=values["rules_hash"],
            timezone=values["timezone"],
        ),
        as_of_given=values["as_of_given"],
        systems=tuple(values["systems"]),
        accept_drops=tuple(values["accept_drops"]),
        accepted_by=values["accepted_by"],
    )


def settled_clock(now: datetime, captured: Iterable[datetime]) -> datetime:
    """The clock of a run whose as-of time is "now", once sources have been read.

    Rows carry their source's own clock. One that runs a little ahead of ours must not put its rows into the future of
    the run; one that is far ahead is wrong, and its reads stay out (the source then shows as stale).

    Args:
        now: This machine's time.
        captured: When the good reads were taken, by the sources' clocks.
    """
    near = [moment.astimezone(UTC) for moment in captured if moment <= now + CLOCK_SKEW]
    return max([now, *near])
