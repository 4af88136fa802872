"""One source folder of the inbox: every file in it, or none.

Belongs here: which files are read, each file's way through the stages, rows that two files both hold, keeping the
originals. Does not belong here: several folders, load packages (`source.py`).
"""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.exports.aliases import Aliases
from connectors.exports.csv_grid import read_csv
from connectors.exports.grid import Grid
from connectors.exports.headers import REQUIRED, Mapping, count_known, find_header
from connectors.exports.missing import refuse_missing
from connectors.exports.notes import Note
from connectors.exports.problems import SHOWN, Problem, Refused
from connectors.exports.profile import PROFILE_NAME, Profile, load_profile
from connectors.exports.rows import CSV_SHEET, Rows, read_rows
from connectors.exports.sheet import TABLES
from connectors.exports.text_encoding import decode
from connectors.exports.xlsx_grid import read_xlsx
from connectors.files import read_file

KEPT = ".kept"  # below the inbox; a name that begins with a dot is never a source folder
_SPREADSHEETS = (".xlsx", ".xlsm")
_TEXTS = (".csv", ".tsv", ".txt")
READABLE = (*_TEXTS, *_SPREADSHEETS)
# The rows of one thing in two files: the same export of two months, or one exported twice. Adding them up would double
# every quantity.
_IDENTITY = {
    "billing": ("line_id", "client_id", "client_name", "agreement_id", "agreement_name", "product_code", "product_name",
                "effective_date", "billed_month"),
    "vendor": ("record_id", "account_id", "account_name", "product_code", "product_name", "side"),
}  # fmt: skip


@dataclass
class FolderRows:
    """What a source folder holds: per kind one Arrow table (raw columns and `_source_row`), or nothing of it."""

    source_name: str
    as_of: datetime | None
    tables: dict[str, list[pa.Table]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    originals: dict[str, bytes] = field(default_factory=dict)  # kept name -> bytes
    profile_hash: str = ""  # of what the profile and the settings say of the folder

    @property
    def told_with(self) -> str:
        """The table beside whose read the notes are kept: the first one that has rows."""
        names = [TABLES[kind].name for kind in TABLES if any(part.num_rows for part in self.tables.get(kind, []))]
        return names[0] if names else next(iter(TABLES.values())).name


def read_folder(folder: Path, role: str | None, aliases: Aliases, currency: str | None) -> FolderRows:
    """Reads every file of a source folder.

    Args:
        folder: `inbox/<source>`.
        role: `psa`, `vendor` or None, for files whose headers fit both.
        aliases: Known words.
        currency: The MSP's own currency, for signs that several share.

    Raises:
        Refused: One file or more cannot be read for certain; all faults of all files are in it.
    """
    profile = load_profile(folder)
    codes = {**{code: code for code in aliases.codes}, **aliases.resolve_signs(profile.currency or currency)}
    result = FolderRows(folder.name, profile.as_of, profile_hash=profile.hash(role, currency))
    faults: list[Refused] = []
    hashes: dict[str, str] = {}
    connection = duckdb.connect(":memory:")
    try:
        for path in _files(folder, profile, result.notes, faults):
            try:
                data = read_file(path)
                digest = hashlib.sha256(data).hexdigest()
                if digest in hashes:
                    result.notes.append(
                        Note("file", f"the same content as {hashes[digest]}, read once", file=path.name)
                    )
                    continue
                hashes[digest] = path.name
                for rows in _read_file(connection, path, data, role, profile, aliases, codes, result.notes):
                    result.notes.extend(rows.notes)
                    table = _with_place(rows, folder.name, path.name, digest, profile)
                    result.tables.setdefault(rows.kind, []).append(table)
                result.originals[digest + path.suffix.lower()] = data
            except OSError as error:
                reason = f"cannot be opened ({error.strerror})"
                faults.append(Refused([Problem(path.name, reason, "Check the file, or move it out of the folder.")]))
            except Refused as refused:
                faults.append(refused)
        if not faults and profile.overlap == "refuse":
            faults.extend(_overlaps(connection, result.tables))
    finally:
        connection.close()
    if not faults and not hashes:
        advice = f"Drop the export into inbox/{folder.name}, or remove the folder if this source is no more."
        faults.append(Refused([Problem(folder.name, "no file to read", advice)]))
    if faults:
        problems = [problem for fault in faults for problem in fault.problems]
        raise Refused(problems, sum(fault.more for fault in faults))
    return result


def keep_originals(inbox: Path, originals: dict[str, bytes]) -> None:
    """Keeps files unchanged under their content hash in `inbox/.kept/`, readable by the owner alone.

    A file that is there already is left as it is; a new one appears whole or not at all.
    """
    kept = inbox / KEPT
    kept.mkdir(mode=0o700, exist_ok=True)
    for name, data in originals.items():
        target = kept / name
        if target.exists():
            continue
        partial = kept / f".{name}.{os.getpid()}.part"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        partial.replace(target)


def _files(folder: Path, profile: Profile, notes: list[Note], faults: list[Refused]) -> Iterable[Path]:
    for path in sorted(folder.iterdir()):
        name = path.name
        if name.startswith((".", "~$")) or name == PROFILE_NAME:
            continue  # lock files of spreadsheet programs, and ours
        if path.is_dir():
            notes.append(Note("file", "folders below a source folder are not read", file=f"{name}/"))
        elif profile.files is not None and not any(fnmatch(name, pattern) for pattern in profile.files):
            notes.append(Note("file", "left out by files in profile.toml", file=name))
        elif path.suffix.lower() not in READABLE:
            advice = "Save it as .xlsx or CSV UTF-8, or move it out of the folder."
            faults.append(Refused([Problem(name, "neither CSV nor XLSX", advice)]))
        else:
            yield path


def _read_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    data: bytes,
    role: str | None,
    profile: Profile,
    aliases: Aliases,
    codes: dict[str, str],
    notes: list[Note],
) -> list[Rows]:
    grids = grids_of(path.name, data, profile, aliases, codes, notes)
    found = with_sheet_names([(grid, find_header(grid, profile, aliases, role)) for grid in grids], profile, aliases)
    whole = [(grid, mapping) for grid, mapping in found if mapping and not mapping.missing(profile.constants)]
    if not whole:
        partly = [(grid, mapping) for grid, mapping in found if mapping]
        for grid, mapping in sorted(partly, key=lambda pair: -len(pair[1].columns)):
            refuse_missing(grid, mapping, profile)
        reason = (
            "no header row found"
            if any(any(row) for grid in grids for row in grid.head.values())
            else "the file is empty"
        )
        advice = (
            "The file needs a row with headers such as Client, Product, Quantity; name other headers with [columns] "
            "in profile.toml, or their row with header_row (tieout exports profile writes a profile to choose from)."
        )
        raise Refused(
            [Problem(path.name, reason, " ".join([advice, *map(str, notes[-3:])]) if grids == [] else advice)]
        )
    read = {id(grid) for grid, _ in whole}
    for grid in grids:
        if id(grid) not in read and grid.cells.num_rows:
            text = f"sheet {grid.sheet} left out, it has no header with all needed columns"
            notes.append(Note("file", text, file=path.name))
    if len(whole) > 1:
        named = ", ".join(grid.sheet for grid, _ in whole)
        text = f"{len(whole)} sheets are read together: {named} (sheets in profile.toml chooses)"
        notes.append(Note("assumed", text, file=path.name))
    rows, faults = [], []
    for grid, mapping in whole:
        try:
            rows.append(read_rows(connection, grid, mapping, profile, aliases, codes))
        except Refused as refused:
            faults.append(refused)
    if faults:
        problems = [problem for fault in faults for problem in fault.problems]
        raise Refused(problems[:SHOWN], sum(f.more for f in faults) + max(0, len(problems) - SHOWN))
    return rows


def with_sheet_names(
    found: list[tuple[Grid, Mapping | None]], profile: Profile, aliases: Aliases
) -> list[tuple[Grid, Mapping | None]]:
    """Sheets that lack nothing but the client, and are called after one each: a workbook with a sheet per client."""

    def lacks_owner(mapping: Mapping | None) -> bool:
        return mapping is not None and mapping.missing(profile.constants) == [next(iter(REQUIRED[mapping.kind]))]

    named = [grid.sheet for grid, mapping in found if lacks_owner(mapping)]
    generic = aliases.words["sheets"]["generic"]
    if len(named) < 2 or any(re.sub(r"[\W\d_]+", "", name.casefold()) in ("", *generic) for name in named):
        return found
    return [
        (grid, replace(mapping, constants={**mapping.constants, mapping.owner[1]: grid.sheet}))
        if mapping is not None and lacks_owner(mapping)
        else (grid, mapping)
        for grid, mapping in found
    ]


def grids_of(
    name: str, data: bytes, profile: Profile, aliases: Aliases, codes: dict[str, str], notes: list[Note]
) -> list[Grid]:
    """The sheets of a file that are read, as cells; what else it has goes to `notes`."""
    # By content, not by name: a workbook called .csv is still a workbook.
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or name.lower().endswith(_SPREADSHEETS):
        grids, left_out = read_xlsx(data, name, profile.sheets, codes)
        notes.extend(Note("file", note, file=name) for note in left_out)
        return grids
    text, encoding = decode(data, name, profile.encoding)
    if encoding not in ("utf-8", "utf-16-le", "utf-16-be"):
        notes.append(Note("file", f"read as {encoding}", file=name))
    return [read_csv(text, name, profile.delimiter, lambda row: count_known(row, profile, aliases))]


def _with_place(rows: Rows, source: str, file: str, digest: str, profile: Profile) -> pa.Table:
    columns = TABLES[rows.kind].columns
    fixed = {
        "source_name": source,
        "file_name": file,
        "file_hash": digest,
        "names_every_account": profile.names_every_account,
    }
    data = rows.data
    arrays = {
        column.name: pa.repeat(pa.scalar(fixed[column.name]), data.num_rows)
        if column.name in fixed
        else data[column.name]
        for column in columns
    }
    return pa.table({**arrays, "_source_row": data["_source_row"]})


def _overlaps(connection: duckdb.DuckDBPyConnection, tables: dict[str, list[pa.Table]]) -> list[Refused]:
    faults = []
    for kind, parts in tables.items():
        if len(parts) < 2:
            continue
        connection.register("parts", pa.concat_tables(parts))
        same = ", ".join(f"lower(cast({name} as varchar))" for name in _IDENTITY[kind])
        # A dated count may stand in several files: the later file restates the day, and dbt keeps both versions.
        undated = "counted_on is null" if kind == "vendor" else "true"
        row = connection.execute(
            f"""
            select min((file_name, sheet_name, row_number)), max((file_name, sheet_name, row_number))
            from parts group by {same}
            having count(distinct (file_name, sheet_name)) > 1 and bool_or({undated}) order by 1 limit 1
            """
        ).fetchone()
        if row is not None:
            (one, *one_place), (two, *two_place) = row
            reason = f"holds a row that {one}, {_row_of(*one_place)}, also holds: read together they would count twice"
            advice = (
                "Move the older one out of the folder; if both are parts of one whole, set "
                'overlap = "add" in profile.toml.'
            )
            faults.append(Refused([Problem(two, reason, advice, where=_row_of(*two_place))]))
    return faults


def _row_of(sheet: str, number: int) -> str:
    return f"line {number}" if sheet == CSV_SHEET else f"{sheet}!{number}"
