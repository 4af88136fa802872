"""The log of what people decided about mappings: one JSON object a line, never changed, only added to.

Belongs here: reading and writing it. Does not belong here: rule files, which hold what is in force.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCEPT, REJECT, UNDO = "accept", "reject", "undo"


@dataclass(frozen=True, slots=True)
class Logged:
    """A decision as the log holds it.

    `batch` is one command; `line` is the rule as it was written to `file`; `counting` are lines of `counting.csv` that
    were proposed along with it.
    """

    decision_id: str
    batch: str
    action: str
    by: str
    at: str
    kind: str
    source_system: str
    left_id: str
    left_name: str
    right_id: str
    right_name: str
    file: str
    line: str
    counting: tuple[str, ...] = ()


_TEXTS = tuple(name for name in Logged.__slots__ if name != "counting")


def add(path: Path, entries: Sequence[dict[str, Any]]) -> None:
    """Add entries at the end, all of them in one write that has reached the disk when this returns."""
    text = "".join(json.dumps(entry, ensure_ascii=False, default=str) + "\n" for entry in entries)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # A write that a power cut tore left half a line: the next entry must not be glued to it.
        size = os.fstat(descriptor).st_size
        torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if torn else b"") + text.encode("utf-8", "replace"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def standing(path: Path) -> list[Logged]:
    """The decisions that nobody took back, the oldest first."""
    found: dict[str, Logged] = {}
    for entry in _entries(path):
        if entry.get("action") == UNDO:
            for decision_id in entry.get("undoes", ()):
                found.pop(decision_id, None)
        elif entry.get("action") in (ACCEPT, REJECT):
            found[entry["decision_id"]] = Logged(
                **{name: str(entry[name]) for name in _TEXTS}, counting=tuple(entry.get("counting", ()))
            )
    return list(found.values())


def _entries(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the torn end of a write
        if isinstance(entry, dict):
            found.append(entry)
    return found
