"""The home of an audit: the two files in an inbox, each with a profile that says which of the two it is.

Belongs here: files and settings. Does not belong here: running.
"""

import json
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

from connectors.exports.config import ExportsConfig
from connectors.exports.profile import PROFILE_NAME
from connectors.exports.schema import TABLES
from connectors.exports.source import ExportReads
from connectors.files import read_file
from connectors.reads import Plan
from pipelines.audit.names import certain_names, write_rules
from pipelines.home import Home

PSA, VENDOR = "psa", "vendor"
_KINDS = {PSA: "billing", VENDOR: "vendor"}


class AuditRefusedError(ValueError):
    """The files, or one of them, cannot be read for certain. The message lists place, value and remedy, one a line."""


def prepare_home(
    home: Home,
    psa: Path,
    vendor: Path,
    currency: str,
    psa_profile: Path | None = None,
    vendor_profile: Path | None = None,
) -> None:
    """Makes `home` an audit's home with these two files, replacing those of an earlier audit.

    Args:
        home: An empty or new folder, or the home of an earlier audit.
        psa: The PSA's export.
        vendor: The vendor's export.
        currency: ISO code for rows that name none; also says which dollar a bare `$` is.
        psa_profile: A `profile.toml` for the PSA's export.
        vendor_profile: The same for the vendor's.

    Raises:
        AuditRefusedError: A file is missing or cannot be read for certain, or the home is one of a usual run.
    """
    settings = (
        f'# An audit of two exports: names decide here. Do not use it for real runs.\ndefault_currency = "{currency}"\n'
    )
    marker = home.path / ".audit"
    if home.settings_file.exists() and not marker.exists():
        # Accepted names would otherwise become the published truth of a home that people rely on.
        raise AuditRefusedError(f"{home.path} is the home of usual runs; an audit needs a folder of its own")
    home.create()
    marker.touch()
    home.settings_file.write_text(settings, encoding="utf-8")
    for source, file, profile in ((PSA, psa, psa_profile), (VENDOR, vendor, vendor_profile)):
        folder = home.inbox / source
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            (folder / file.name).write_bytes(read_file(file))
            said = profile.read_text(encoding="utf-8-sig") if profile else ""
        except (OSError, UnicodeDecodeError) as error:
            place, reason = getattr(error, "filename", None) or profile, getattr(error, "strerror", None) or error
            raise AuditRefusedError(f"{place}: cannot be read: {reason}") from None
        (folder / PROFILE_NAME).write_text(_with_kind(said, _KINDS[source]), encoding="utf-8")
    reads = _refuse_unreadable(home, currency)
    billing, quantities = (reads.rows(table) for table in TABLES)
    assert billing is not None
    assert quantities is not None
    certain = certain_names(billing, quantities)
    write_rules(home, certain, PSA, VENDOR)
    if certain.same_products:
        _add_same_products(home.inbox / PSA / PROFILE_NAME, certain.same_products)


def _add_same_products(path: Path, same: Mapping[str, str]) -> None:
    """The profile with the names that mean one product; names that the person explained are left as they are."""
    text = path.read_text(encoding="utf-8")
    said = tomllib.loads(text).get("same_product", {})
    if not said:
        lines = [
            f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(meant, ensure_ascii=False)}"
            for name, meant in sorted(same.items())
        ]
        path.write_text("\n".join([text.rstrip("\n"), "", "[same_product]", *lines, ""]), encoding="utf-8")


def _with_kind(profile: str, kind: str) -> str:
    """The profile with the kind that the file's place on the command line gives it; a kind it states itself stays."""
    try:
        if "kind" in tomllib.loads(profile):
            return profile
    except tomllib.TOMLDecodeError:
        return profile  # the reader says what is wrong with it
    return f'kind = "{kind}"\n{profile}'


def _refuse_unreadable(home: Home, currency: str) -> ExportReads:
    """Reads both files once before the run: a refusal then takes a second, and nothing else is started."""
    read = ExportReads(_config(home, currency), Plan())
    reads = read.reads()
    failed = [read.message or "" for read in reads if read.status != "ok"]
    if failed:
        raise AuditRefusedError("\n".join(dict.fromkeys(failed)))
    found = {read.table_name for read in reads if read.row_count}
    empty = [table.name for table in TABLES if table.name not in found]
    if empty:
        raise AuditRefusedError(
            f"no {' and no '.join(name.replace('_', ' ') for name in empty)} in the files: is --psa the PSA's export "
            "and --vendor the vendor's?"
        )
    return read


def _config(home: Home, currency: str) -> ExportsConfig:
    return ExportsConfig.model_validate({"inbox": home.inbox, "currency": currency})
