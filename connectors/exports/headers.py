"""Which row is the header, which kind of file it is, and which column is which.

Belongs here: `find_header` and the `Mapping` it gives. Does not belong here: known names (aliases.toml), cell values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from openpyxl.utils import get_column_letter

from connectors.exports.aliases import Aliases, normalise
from connectors.exports.grid import Grid
from connectors.exports.problems import Problem, Refused
from connectors.exports.profile import Profile

Kind = Literal["billing", "vendor"]
KINDS: tuple[Kind, Kind] = ("billing", "vendor")
# Each group must have one column (or a constant): without these a row says nothing that can be compared.
REQUIRED: dict[Kind, dict[str, tuple[str, ...]]] = {
    "billing": {
        "client": ("client_id", "client_name"),
        "product": ("product_code", "product_name"),
        "quantity": ("quantity",),
    },
    "vendor": {
        "account": ("account_id", "account_name"),
        "product": ("product_code", "product_name"),
        "quantity": ("quantity",),
    },
}


@dataclass(frozen=True)
class Mapping:
    """Where the raw columns of one sheet stand.

    Attributes:
        kind: Billing lines or vendor quantities.
        header_row: Row number of the header; the data begin below it.
        columns: Raw column -> index of the sheet's column.
        headers: Every column's header as the file writes it, made unique (the keys of `_source_row`).
        twins: Mapped raw column -> other columns with the same header.
        side: What a vendor's quantities are; None for billing lines.
        is_net: The quantity has the included units already taken off.
        currencies: Index of a column -> currency its header names.
        notes: What a person should know.
    """

    kind: Kind
    header_row: int
    columns: dict[str, int]
    headers: tuple[str, ...]
    twins: dict[str, tuple[int, ...]]
    side: str | None
    is_net: bool
    currencies: dict[int, str]
    notes: tuple[str, ...]

    def missing(self, constants: Iterable[str]) -> list[str]:
        """Required groups that neither a column nor a constant serves."""
        have = {*self.columns, *constants}
        return [group for group, names in REQUIRED[self.kind].items() if not have.intersection(names)]


def count_known(row: list[str | None], profile: Profile, aliases: Aliases) -> int:
    """How many different raw columns a row's values would name, in the kind that fits it better."""
    labels = [[value] if value else [] for value in row]
    return max(len(_match(labels, kind, profile, aliases)) for kind in KINDS)


def find_header(grid: Grid, profile: Profile, aliases: Aliases, role: str | None) -> Mapping | None:
    """The mapping of a sheet, or None where no row names even two raw columns.

    Args:
        grid: The sheet.
        profile: What the person said.
        aliases: Known names.
        role: Role of the source folder (`psa` or `vendor`), used where the headers fit both kinds.

    Raises:
        Refused: A column named in the profile is missing, or the kind cannot be told.
    """
    rows = [profile.header_row] if profile.header_row else sorted(grid.head)
    best: tuple[tuple[bool, int, int], int, Kind] | None = None
    for number in rows:
        labels = _labels(grid, number)
        for kind in (profile.kind,) if profile.kind else KINDS:
            columns = _match(labels, kind, profile, aliases)
            complete = not _missing(kind, columns, profile)
            score = (complete, sum(name in columns for name in profile.columns), len(columns))
            # The first best row wins: a repeated header further down belongs to a page break.
            if len(columns) >= min(2, 1 + len(profile.columns)) and (best is None or score > best[0]):
                best = (score, number, kind)
    if best is None:
        return None
    number = best[1]
    labels = _labels(grid, number)
    kind = profile.kind or _kind(grid, number, labels, profile, aliases, role)
    return _mapping(grid, number, labels, kind, profile, aliases)


def refuse_missing(grid: Grid, mapping: Mapping, profile: Profile) -> None:
    """Raises `Refused` where a required column is missing."""
    found = ", ".join(header for header in mapping.headers if header)
    problems = [
        Problem(
            grid.file,
            f"no column for the {group} ({' or '.join(REQUIRED[mapping.kind][group])}) of {mapping.kind} data",
            f"The header has: {found}. Map one in profile.toml, under [columns]: "
            f'{REQUIRED[mapping.kind][group][0]} = "<header>".',
            where=grid.where(mapping.header_row),
        )
        for group in mapping.missing(profile.constants)
    ]
    if problems:
        raise Refused(problems)


def _labels(grid: Grid, number: int) -> list[list[str]]:
    """What each column may be called: its own cell and, under a merged or second header row, both joined."""
    own = [_cell(grid, number, column) for column in range(grid.width)]
    above = [_cell(grid, number - 1, column) for column in range(grid.width)]
    if len(set(above) - {None}) < 2:  # a title above the table, not a second header row
        above = [None] * grid.width
    return [
        [name for name in (low, f"{high} {low}" if high and low and high != low else None) if name]
        for low, high in zip(own, above, strict=True)
    ]


def _cell(grid: Grid, number: int, column: int) -> str | None:
    for top, left, bottom, right in grid.spans:
        if top <= number <= bottom and left <= column <= right:
            number, column = top, left
            break
    row = grid.head.get(number, [])
    return row[column] if column < len(row) else None


def _match(labels: list[list[str]], kind: Kind, profile: Profile, aliases: Aliases) -> dict[str, int]:
    """Raw column -> index: the profile's headers first, then known names in their order of preference."""
    names = [
        {form for label in options for form in (normalise(label), normalise(aliases.split_currency(label)[0]))}
        for options in labels
    ]
    columns: dict[str, int] = {}
    for raw, header in profile.columns.items():
        for index, forms in enumerate(names):
            if normalise(header) in forms:
                columns.setdefault(raw, index)
    taken = set(columns.values())
    for raw, preferred in aliases.columns[kind].items():
        known = preferred
        if raw in profile.columns or raw in profile.constants:
            continue  # the person decided; a known name must not stand in for a header that is missing
        if raw == "quantity":
            known = _quantity_headers(known, kind, names, profile, aliases)
        for alias in known:
            at = next((i for i, forms in enumerate(names) if alias in forms and i not in taken), None)
            if at is not None:
                columns[raw] = at
                taken.add(at)
                break
    return columns


def _quantity_headers(
    known: tuple[str, ...], kind: Kind, names: list[set[str]], profile: Profile, aliases: Aliases
) -> tuple[str, ...]:
    """Quantity headers in the order that suits the file: of the wanted side first, or net of included units first."""
    if kind == "vendor":
        first = frozenset(n for n in known if profile.side and aliases.sides_of_quantity[n] == profile.side)
    else:
        included = any(forms.intersection(aliases.columns[kind]["included_quantity"]) for forms in names)
        first = frozenset() if included or "included_quantity" in profile.columns else aliases.net_quantity
    return tuple(sorted(known, key=lambda name: name not in first))


def _missing(kind: Kind, columns: Iterable[str], profile: Profile) -> bool:
    have = {*columns, *profile.constants}
    return any(not have.intersection(names) for names in REQUIRED[kind].values())


def _kind(
    grid: Grid, number: int, labels: list[list[str]], profile: Profile, aliases: Aliases, role: str | None
) -> Kind:
    forms = {normalise(aliases.split_currency(label)[0]) for options in labels for label in options}
    counts = {kind: len(forms & aliases.signals[kind]) for kind in KINDS}
    if counts["billing"] != counts["vendor"]:
        return max(KINDS, key=lambda kind: counts[kind])
    if role is not None:
        return "billing" if role == "psa" else "vendor"
    complete = [kind for kind in KINDS if not _missing(kind, _match(labels, kind, profile, aliases), profile)]
    if len(complete) == 1:
        return complete[0]
    reason = "the headers fit billing lines of a PSA as well as quantities of a vendor"
    advice = 'Say kind = "billing" or kind = "vendor" in profile.toml.'
    raise Refused([Problem(grid.file, reason, advice, where=grid.where(number))])


def _mapping(
    grid: Grid, number: int, labels: list[list[str]], kind: Kind, profile: Profile, aliases: Aliases
) -> Mapping:
    columns = _match(labels, kind, profile, aliases)
    own = [options[0] if options else "" for options in labels]
    headers = _unique(
        [(options[-1] if own.count(options[0]) > 1 else options[0]) if options else "" for options in labels]
    )
    unknown = [header for raw, header in profile.columns.items() if raw not in columns]
    if unknown:
        found = ", ".join(header for header in headers if header)
        raise Refused(
            [
                Problem(grid.file, "profile.toml names a column that the file does not have",
                        f"The header has: {found}.", where=grid.where(number), column=header)
                for header in unknown
            ]
        )  # fmt: skip
    full = [normalise(options[-1]) if options else "" for options in labels]
    twins = {
        raw: tuple(i for i, name in enumerate(full) if i != index and name == full[index])
        for raw, index in columns.items()
    }
    currencies = {
        index: code
        for index, options in enumerate(labels)
        for code in [next((c for c in (aliases.split_currency(o)[1] for o in options) if c), None)]
        if code
    }
    mapping = Mapping(
        kind=kind,
        header_row=number,
        columns=columns,
        headers=headers,
        twins={raw: others for raw, others in twins.items() if others},
        side=None,
        is_net="quantity" in columns
        and kind == "billing"
        and any(normalise(label) in aliases.net_quantity for label in labels[columns["quantity"]]),
        currencies=currencies,
        notes=(),
    )
    return _with_side(mapping, labels, profile, aliases) if kind == "vendor" else mapping


def _with_side(mapping: Mapping, labels: list[list[str]], profile: Profile, aliases: Aliases) -> Mapping:
    def side_of(index: int) -> str | None:
        names = (normalise(aliases.split_currency(label)[0]) for label in labels[index])
        return next((aliases.sides_of_quantity[name] for name in names if name in aliases.sides_of_quantity), None)

    index = mapping.columns.get("quantity")
    side = profile.side or (side_of(index) if index is not None else None) or "owned"
    read = {*mapping.columns.values(), *(i for others in mapping.twins.values() for i in others)}
    others = [mapping.headers[i] for i in range(len(labels)) if i not in read and side_of(i)]
    notes: tuple[str, ...] = ()
    if others and index is not None:
        notes = (
            f"quantity read from {mapping.headers[index]} as {side}; not read: {', '.join(others)} "
            "(side in profile.toml chooses)",
        )
    return replace(mapping, side=side, notes=notes)


def _unique(headers: list[str]) -> tuple[str, ...]:
    """Headers as keys: blank ones get their column letter, repeated ones a number."""
    seen: dict[str, int] = {}
    keys = []
    for index, header in enumerate(headers):
        name = " ".join(header.split()) or f"column {get_column_letter(index + 1)}"
        seen[name] = seen.get(name, 0) + 1
        keys.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(keys)
