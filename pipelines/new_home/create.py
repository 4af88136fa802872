"""A new home on disk. What is there already is never touched.

Belongs here: which files a new home gets, and taking exports into its inbox. Does not belong here: what stands in them
(`texts.py`, `pipelines.rules.templates`), asking a person (`pipelines.cli.init`).
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.exports.profile import PROFILE_NAME
from pipelines.home import PRIVATE_FILE, PRIVATE_FOLDER, Home
from pipelines.new_home.texts import secrets_text, settings_text
from pipelines.rules import write_templates


@dataclass(frozen=True, slots=True)
class Export:
    """A file that stands in for a system. `kind`: `billing` (what is billed) or `vendor` (what exists)."""

    folder: str
    kind: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was written, and what was there already and stays as it is."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def create(
    home: Home,
    systems: Sequence[str],
    exports: Sequence[Export] = (),
    values: Mapping[tuple[str, str], str] | None = None,
    currency: str = "USD",
    timezone: str = "UTC",
) -> Made:
    """Writes what a home needs and does not have yet.

    Args:
        home: The home.
        systems: Systems to read; `exports` among them where exports are read.
        exports: Files for the inbox; they are copied.
        values: (system, setting) -> value, of settings that are no secrets.
        currency: ISO code for rows that name none.
        timezone: Where months begin and end.

    Raises:
        OSError: A file cannot be written or read.
    """
    written: list[Path] = []
    kept: list[Path] = []

    def put(path: Path, text: str, mode: int) -> None:
        try:
            # Opened with the final mode: between a write and a later chmod the file would lie open.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            kept.append(path)
            return
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        written.append(path)

    home.path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    put(home.settings_file, settings_text(systems, values or {}, currency, timezone), 0o644)
    put(home.secrets_file, secrets_text(systems), PRIVATE_FILE)
    home.create()
    rules = write_templates(home.rules)
    written += rules
    kept += sorted(path for path in home.rules.glob("*.csv") if path not in rules)
    for export in exports:
        folder = home.inbox / export.folder
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        put(folder / PROFILE_NAME, _profile(export.kind), 0o644)
        if export.file is not None:
            target = folder / export.file.name
            if target.exists():
                kept.append(target)
            else:
                shutil.copyfile(export.file, target)
                written.append(target)
    return Made(tuple(written), tuple(kept))


def _profile(kind: str) -> str:
    said = "what is billed: the PSA's export" if kind == "billing" else "what exists: a vendor's export"
    return (
        f"# How the files in this folder are read (docs/exports.md). They say {said}.\n"
        f'kind = "{kind}"\n'
        "# When the files were exported. Without it the time of the read counts: a forgotten file never grows stale.\n"
        "# as_of = 2026-06-30T18:00:00Z\n"
    )
