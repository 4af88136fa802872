"""A profile from a look at a file: what each column is taken for, and what a person still has to say.

Belongs here: `suggest_profile`, the text of a `profile.toml`. Does not belong here: what the keys do (`profile.py`),
reading (`folder.py`), the terminal.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from connectors.exports.aliases import Aliases, load_aliases, normalise
from connectors.exports.content import Content
from connectors.exports.folder import FolderRows, grids_of, read_folder, with_sheet_names
from connectors.exports.grid import Grid
from connectors.exports.headers import KINDS, NUMBERED, REQUIRED, Kind, Mapping, find_header
from connectors.exports.missing import candidates
from connectors.exports.notes import Note
from connectors.exports.problems import Problem, Refused, quoted, visible
from connectors.exports.profile import PROFILE_NAME, Profile
from connectors.exports.words import read_state
from connectors.files import read_file

_EXAMPLES = 3
_LONGEST = 40
_HEAD = """# How tieout reads {name}: a look at the file, to be checked by a person. All keys stand in docs/exports.md.
# A line that begins with # does nothing: take the # away where it says what is right.
"""


def suggest_profile(path: Path, kind: Kind | None = None, currency: str | None = None) -> str:
    """The text of a profile for this file.

    Args:
        path: The file.
        kind: What it holds, where the headers fit both.
        currency: The MSP's own currency.

    Raises:
        Refused: The file cannot be opened, or is neither text nor a workbook.
    """
    aliases = load_aliases()
    codes = {**{code: code for code in aliases.codes}, **aliases.resolve_signs(currency)}
    profile = Profile(kind=kind)
    notes: list[Note] = []
    try:
        grids = grids_of(path.name, read_file(path), profile, aliases, codes, notes)
    except OSError as error:
        raise Refused([Problem(path.name, f"cannot be opened ({error.strerror})", "Check the path.")]) from None
    said = kind
    found = _headers(grids, profile, aliases)
    if found is None:
        said = "billing"
        found = _headers(grids, Profile(kind=said), aliases) or []
    mapped = [(grid, mapping) for grid, mapping in found if mapping is not None]
    lines = [_HEAD.format(name=visible(path.name)).rstrip("\n")]
    if said != kind:
        lines += ["# The headers fit billing lines of a PSA as well as quantities of a vendor: choose one.",
                  '# kind = "billing"', '# kind = "vendor"']  # fmt: skip
    elif mapped:
        lines.append(f"kind = {quoted(mapped[0][1].kind)}")
    if not mapped:
        return "\n".join([*lines, *_without_header(grids)]) + "\n"
    # The sheet that says most stands for all: a profile speaks of every sheet.
    grid, mapping = max(mapped, key=lambda pair: (not pair[1].missing(()), len(pair[1].columns)))
    if mapping.header_row > 1 and len(mapped) == 1:
        lines.append(f"header_row = {mapping.header_row}")
    if mapping.side is not None and mapping.side != _side_said(mapping):
        lines.append(f'# side = {quoted(mapping.side)}  # or "owned", "used", "charged"')
    for note in notes:
        lines.append(f"# {visible(note.text)}")
    lines += ["", *_columns(grid, mapping, aliases), *_constants(mapping), *_states(grid, mapping, aliases)]
    text = "\n".join(lines).rstrip("\n") + "\n"
    # The names of columns would choose the kind in silence.
    return _commented(text) if said != kind else _checked(text, path, kind, currency)


def try_profile(path: Path, profile: str, role: str | None, currency: str | None, folder: Path) -> FolderRows:
    """What the reader makes of one file under a profile.

    Args:
        path: The file.
        profile: The text of the profile.
        role: `psa` or `vendor`, where headers fit both and the profile does not say.
        currency: The MSP's own currency.
        folder: An empty folder to work in; its name becomes the source's.

    Raises:
        Refused: The file, or the profile, as in a run.
    """
    try:
        (folder / path.name).write_bytes(read_file(path))
    except OSError as error:
        raise Refused([Problem(path.name, f"cannot be opened ({error.strerror})", "Check the path.")]) from None
    (folder / PROFILE_NAME).write_text(profile, encoding="utf-8")
    return read_folder(folder, role, load_aliases(), currency)


def _headers(grids: list[Grid], profile: Profile, aliases: Aliases) -> list[tuple[Grid, Mapping | None]] | None:
    """None where the kind cannot be told."""
    try:
        return with_sheet_names([(grid, find_header(grid, profile, aliases, None)) for grid in grids], profile, aliases)
    except Refused:
        return None


def _without_header(grids: list[Grid]) -> Iterator[str]:
    """No row names two known columns: the first rows that could be the header, for a person to choose."""
    yield "# No row has two headers that are known. Say which row is the header, and below [columns] what is what:"
    for grid in grids:
        rows = [(number, [cell for cell in row if cell]) for number, row in sorted(grid.head.items())]
        for number, cells in [row for row in rows if len(row[1]) > 1][:3]:
            yield f"# header_row = {number}  # {_cut(', '.join(map(str, cells)), 100)}"
    yield ""
    yield "[columns]"
    for kind in KINDS:
        names = [names[-1] for names in REQUIRED[kind].values()]
        yield f"# {kind}: " + "; ".join(f'{name} = "<header>"' for name in names)


def _side_said(mapping: Mapping) -> str | None:
    return None if any(note.column == "quantity" and note.kind == "assumed" for note in mapping.notes) else mapping.side


def _columns(grid: Grid, mapping: Mapping, aliases: Aliases) -> Iterator[str]:
    content = Content(grid, mapping.header_row)
    yield "[columns]"
    taken = dict(mapping.columns)
    if mapping.each is not None:
        # Each row is one of them: that is said by its own column, not by the id that it gives.
        each = "user" if mapping.each == "user" else "device"
        if "record_id" in taken:
            taken[each] = taken.pop("record_id")
    read = set(taken.values()) | {index for index, _ in mapping.deciders}
    for raw, index in taken.items():
        if index < grid.width and not _is_numbered(mapping, index):
            yield f"{raw} = {quoted(mapping.headers[index])}{_examples(content, index)}"
    missing = mapping.missing(())
    for group in missing:
        yield f"# No column is known for the {group}. One of these lines, without its #, says which it is:"
        for name, header, index in candidates(mapping, content, group):
            yield f"# {name} = {quoted(header)}{_examples(content, index)}"
    deciding = [mapping.headers[index] for index, _ in mapping.deciders if index < grid.width]
    if deciding:
        yield f"# Whether a row counts is read from: {_cut(', '.join(map(visible, deciding)), 200)}"
    rest = [i for i in range(grid.width) if i not in read and content.texts(i) and not _is_numbered(mapping, i)]
    if rest and not missing:
        yield "# Not read. Put the name of a raw column before one that matters, and take the # away:"
        for index in rest:
            yield f"# {_guess(mapping, index, aliases)} = {quoted(mapping.headers[index])}{_examples(content, index)}"


def _guess(mapping: Mapping, index: int, aliases: Aliases) -> str:
    """What else the header may mean; a question mark where it is in no list."""
    name = normalise(aliases.split_currency(mapping.headers[index])[0])
    known = aliases.columns[mapping.kind]
    return next((raw for raw, names in known.items() if name in names), "?")


def _constants(mapping: Mapping) -> Iterator[str]:
    owner = mapping.owner[1]
    if next(iter(REQUIRED[mapping.kind])) in mapping.missing(()):
        yield from ("", "[constants]", "# Where all rows are of one client:", f'# {owner} = "<its name>"')
    if "product" in mapping.missing(()):
        yield from ("# Where all rows are of one product:", '# product_name = "<its name>"')


def _states(grid: Grid, mapping: Mapping, aliases: Aliases) -> Iterator[str]:
    """Words of states that nobody can read: each a line to choose."""
    content = Content(grid, mapping.header_row)
    words = sorted(
        {
            text
            for index, role in mapping.deciders
            if role == "state" and index < grid.width
            for text in content.texts(index)
            if read_state(text, aliases, {}).answer in ("unknown", "ask")
        }
    )
    if words:
        yield from ("", "[states]", "# Words of which it is not known whether such a row counts: counts or gone.")
        yield from (f'# {quoted(word)} = "counts"  # or "gone"' for word in words)


def _checked(text: str, path: Path, kind: Kind | None, currency: str | None) -> str:
    """The profile with its columns as comments where they would make another reading than none: a look changes none."""
    with tempfile.TemporaryDirectory(prefix="tieout-profile-") as scratch:

        def read(profile: str, name: str) -> dict[str, list[pa.Table]] | None:
            folder = Path(scratch) / name
            folder.mkdir()
            try:
                return try_profile(path, profile, None, currency, folder).tables
            except Refused:
                return None

        plain = read(f'kind = "{kind}"\n' if kind else "", "plain")
        if plain is None or _rows(read(text, "said")) == _rows(plain):
            return text
    return _commented(text)


def _commented(text: str) -> str:
    """The text with its columns as comments."""
    own = text.splitlines()
    first = own.index("[columns]")
    last = next((i for i in range(first + 1, len(own)) if own[i].startswith("[")), len(own))
    own[first + 1 : last] = [
        f"# {line}" if line and not line.startswith("#") else line for line in own[first + 1 : last]
    ]
    return "\n".join(own) + "\n"


def _rows(tables: dict[str, list[pa.Table]] | None) -> dict[str, pa.Table] | None:
    """What was read of each kind, without the name of the folder that it was read in."""
    if tables is None:
        return None
    return {kind: pa.concat_tables(parts).drop_columns("source_name") for kind, parts in tables.items() if parts}


def _is_numbered(mapping: Mapping, index: int) -> bool:
    """A header that stands several times, or none at all: which of them is meant, a person says."""
    header = mapping.headers[index]
    return header.startswith("column ") or NUMBERED.fullmatch(header) is not None


def _examples(content: Content, index: int) -> str:
    texts = sorted(content.texts(index))
    if not texts:
        return "  # empty"
    shown = ", ".join(quoted(_cut(text, _LONGEST)) for text in texts[:_EXAMPLES])
    return f"  # {len(texts)} {'value' if len(texts) == 1 else 'values'}, for example {shown}"


def _cut(text: str, width: int) -> str:
    text = visible(" ".join(text.split()))
    return text if len(text) <= width else text[: width - 1] + "…"
