"""What went wrong around the pipeline (disk, storage, locks), in one sentence with the remedy.

Belongs here: faults of the machine and of a home's own files, recognised by the words of the libraries that met them.
Does not belong here: faults of sources, settings and rules, whose messages are made where they are found.
"""

import errno
import re
from collections.abc import Callable
from pathlib import Path

from pipelines.home import Home

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS = r"no space left on device|disk quota exceeded|database or disk is full|could not write all bytes"
_OURS = ("pipelines", "connectors", "expectations", "sandbox")


def explain(error: BaseException, home: Home | None = None) -> str | None:
    """One sentence for an exception; None where it is not one of the machine's or the home's faults.

    Args:
        error: The exception.
        home: The home that was worked on, where known.
    """
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return _disk_full(home)
        said = explain_words(f"{type(cause).__module__}.{type(cause).__name__}: {cause}", home)
        if said is not None:
            return said
    if type(error).__module__.split(".")[0] in _OURS:
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {(error.strerror or str(error)).lower()}"
    return None


def explain_words(text: str, home: Home | None = None) -> str | None:
    """One sentence for an error of which only the text is known, with the name of its class in front."""
    for pattern, sentence in _KNOWN:
        if re.search(pattern, text, re.IGNORECASE):
            said = sentence(home)
            holder = re.search(r"\(PID (\d+)\)", text)
            return f"{said} It is process {holder[1]}." if sentence is _locked and holder else said
    return None


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or one.__context__
    return found


def _place(home: Home | None, of: Callable[[Home], Path], words: str) -> str:
    return words if home is None else str(of(home))


def _disk_full(home: Home | None) -> str:
    where = _place(home, lambda one: one.path, "the home")
    return (
        f"the disk is full, or your share of it: free some space where {where} lies (tieout doctor shows how much "
        "there is), then start again. Nothing published was changed."
    )


def _read_only(home: Home | None) -> str:
    where = _place(home, lambda one: one.path, "the home")
    return f"the disk on which {where} lies can only be read: mount it for writing, or choose another home."


def _locked(home: Home | None) -> str:
    where = _place(home, lambda one: one.warehouse, "the warehouse")
    return (
        f"{where} is open in another program: close it there (analysts open the published copy instead), then start "
        "again."
    )


def _no_warehouse(home: Home | None) -> str:
    where = _place(home, lambda one: one.warehouse, "the warehouse")
    return (
        f"{where} is damaged or no warehouse: put a backup of it in its place, or move it away. Without it the next "
        "run reads every source anew, and knows no earlier month."
    )


def _no_copy(home: Home | None) -> str:
    where = _place(home, lambda one: one.published, "the published copy (published/tieout.duckdb)")
    return f"{where} is damaged: start tieout run, which writes it anew from the warehouse and the sources."


def _no_json(home: Home | None) -> str:
    where = _place(home, lambda one: one.published_summary, "published/run.json")
    return f"{where}, or a file in the folder work of the home, is damaged: remove it; the next run writes it anew."


def _storage(home: Home | None) -> str:
    where = _place(home, lambda one: one.dagster, "the folder dagster of the home")
    return (
        f"Dagster's storage in {where} is damaged or cannot be written: check its permissions, or move the folder "
        "away. It holds the history of runs only; the next run makes a new one."
    )


def _storage_settings(home: Home | None) -> str:
    where = _place(home, lambda one: one.dagster / "dagster.yaml", "dagster.yaml in the home")
    return f"{where} is not valid: mend it, or remove it, and the next start writes the usual one."


_KNOWN: tuple[tuple[str, Callable[[Home | None], str]], ...] = (
    (_FULL_WORDS, _disk_full),
    (r"read-only file system", _read_only),
    (r"could not set lock on file|conflicting lock is held", _locked),
    (r"published.tieout\.duckdb\W.*not a valid duckdb database file", _no_copy),
    (r"not a valid duckdb database file|\bcorrupt(ed)?\b.*duckdb|duckdb.*(serialization|corrupt|fatal)", _no_warehouse),
    (r"dagsterinvalidconfigerror|yaml\.\w*\.?\w*(scanner|parser|reader|constructor)error", _storage_settings),
    (r"\bjsondecodeerror", _no_json),
    (r"sqlalchemy\.\S*error|sqlite3\.\w*error|alembic\.\S*error", _storage),
)
