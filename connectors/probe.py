"""Can a source be reached with these settings? One cheap answer per source, for the command line's doctor.

Does not belong here: reading tables.
"""

from dataclasses import dataclass
from typing import Any

from connectors.errors import AccessRefusedError, SourceReadError, TimeBudgetError, shorten
from connectors.reads import Plan
from connectors.registry import SYSTEMS

PROBE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe found; `remedy` is empty where the source answers."""

    reachable: bool
    detail: str
    remedy: str = ""


def probe(system: str, config: Any) -> Probe:
    """Log in at `system` and ask for one small thing; never raises, names no secret.

    Args:
        system: a name of `connectors.registry.SYSTEMS`.
        config: its settings.
    """
    from connectors.http import Budget

    try:
        reads = SYSTEMS[system].reads(config, Plan(), Budget(PROBE_SECONDS))
        if not SYSTEMS[system].is_http:
            failed = [read.message for read in reads.reads() if read.status != "ok"]
            return (
                Probe(False, failed[0] or "", "correct the file, or move it out of the inbox")
                if failed
                else Probe(True, f"{sum(read.row_count for read in reads.reads())} rows in the inbox")
            )
        return Probe(True, reads.answers())  # type: ignore[attr-defined] # sources over HTTP have it
    except AccessRefusedError as error:
        return Probe(False, str(error), f"check the credentials of [sources.{system}] and their permissions")
    except TimeBudgetError as error:
        return Probe(False, str(error), f"check the addresses of [sources.{system}] and the network")
    except SourceReadError as error:
        return Probe(False, str(error), f"check the addresses of [sources.{system}] and the network")
    except Exception as error:  # the doctor lists a broken source beside the sound ones
        return Probe(False, f"{system}: {type(error).__name__}: {shorten(error, 200)}", "report this message")
