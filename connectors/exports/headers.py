"""Which row is the header, which kind of file it is, and which column is which.

Belongs here: `find_header` and the `Mapping` it gives. Does not belong here: known names (aliases.toml), cell values.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from openpyxl.utils import get_column_letter

from connectors.exports.aliases import Aliases, normalise
from connectors.exports.content import Content
from connectors.exports.grid import Grid
from connectors.exports.notes import Note
from connectors.exports.problems import Problem, Refused
from connectors.exports.profile import Profile

# "Quantity (2)": the second of several columns with one header.
NUMBERED = re.compile(r"(.*) \(([1-9])\)")
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
        deciders: Columns that decide whether a row counts, with their role (state, active, inactive, type).
        parents: Those of them that tell of what the row belongs to (an agreement), not of the row.
        sides: Of vendor quantities, which mapped column holds which side; the first is that of `side`.
        each: What one row is where it counts one thing and states no quantity: `user` or `device`.
        price_months: Months that the price's header says it is for.
        constants: Raw column -> value for every row that the file says outside its rows (a sheet's name).
        has_headings: The client stands in headings above its rows; `columns` then names a column beyond the last.
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
    deciders: tuple[tuple[int, str], ...] = ()
    parents: frozenset[int] = frozenset()
    sides: tuple[tuple[str, str], ...] = ()
    each: str | None = None
    price_months: int | None = None
    constants: dict[str, str] = field(default_factory=dict)
    has_headings: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def owner(self) -> tuple[str, str]:
        """The raw columns that say whose a row is: id, name."""
        id_column, name_column = next(iter(REQUIRED[self.kind].values()))
        return id_column, name_column

    def missing(self, constants: Iterable[str]) -> list[str]:
        """Required groups that neither a column nor a constant serves."""
        have = {*self.columns, *constants, *self.constants}
        if self.each is not None:
            have.add("quantity")
            if "licences" in self.columns:
                have.add("product_name")
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
        content = Content(grid, number)
        for kind in (profile.kind,) if profile.kind else KINDS:
            columns = _match(labels, kind, profile, aliases, content)
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


# What a column may hold whose header has two meanings; anything else of that header is left to the other meaning.
_DAYS = ("effective_date", "cancelled_date", "end_date", "charged_from", "charged_to")
# Headers that name the end of a span of anything: of days only where every text holds a number.
_SPANS = frozenset({"from", "to", "von", "bis", "du", "au", "van", "tot", "desde", "hasta"})
_MONTHS = ("billed_month", "counted_month")
# A bare day is a document's only where the file is a list of documents.
_BARE_DAYS = frozenset({"date", "datum", "fecha", "postingdate"})


def _fits(
    raw: str, index: int, alias: str, kind: Kind, names: list[set[str]], aliases: Aliases, content: Content
) -> bool:
    """Whether a column's content allows what its header says."""
    every = frozenset(name for forms in names for name in forms)
    if raw.startswith("quantity"):
        if alias in aliases.deciders["active"] | aliases.deciders["inactive"] and content.is_flag(index, aliases):
            return False
        worded = kind == "vendor" and (alias not in aliases.unsaid or alias in aliases.columns["vendor"]["licences"])
        return content.has_numbers(index) or not worded
    if raw in _DAYS and alias in _SPANS:
        return all(any(sign.isdigit() for sign in text) for text in content.texts(index))
    if raw in _DAYS:
        return not content.is_flag(index, aliases)
    if raw in _MONTHS:
        return alias not in aliases.columns["billing"]["billing_cycle"] or content.is_month(index)
    if raw == "billing_cycle":
        return alias not in aliases.columns["billing"]["billed_month"] or not content.is_month(index)
    if raw == "document_date" and alias in _BARE_DAYS:
        return bool(every & (aliases.ledger | aliases.invoices))
    if raw == "bill_mode" and alias in aliases.deciders["type"]:
        return content.any_of(index, frozenset(aliases.bill_modes))
    if raw == "client_name" and alias in ("account", "accountname"):
        return not (every & aliases.ledger or content.is_ledger(index))
    if raw == "client_name" and alias in ("name", "contact"):
        return bool(every & (aliases.ledger | aliases.invoices))
    if raw == "licences":
        return not content.has_numbers(index) or bool(every & frozenset(aliases.columns["vendor"]["user"]))
    return True


def _match(
    labels: list[list[str]], kind: Kind, profile: Profile, aliases: Aliases, content: Content | None = None
) -> dict[str, int]:
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
        numbered = NUMBERED.fullmatch(header)
        if raw not in columns and numbered is not None:
            same = [index for index, forms in enumerate(names) if normalise(numbered[1]) in forms]
            if int(numbered[2]) <= len(same):
                columns[raw] = same[int(numbered[2]) - 1]
    taken = set(columns.values())

    def find(raw: str, known: Iterable[str]) -> None:
        for alias in known:
            for at, forms in enumerate(names):
                if alias not in forms or at in taken:
                    continue
                if content is None or _fits(raw, at, alias, kind, names, aliases, content):
                    columns[raw] = at
                    taken.add(at)
                    return

    for raw, preferred in aliases.columns[kind].items():
        if raw in profile.columns or raw in profile.constants or raw in _EACH:
            continue  # the person decided; a known name must not stand in for a header that is missing
        if raw == "quantity":
            find(raw, _quantity_headers(preferred, kind, names, profile, aliases))
        else:
            find(raw, preferred)
    if kind == "billing":
        _prefer_codes(columns, names, profile, aliases, content)
    else:
        # What one row is matters only where no column says how many.
        if "quantity" not in columns and "quantity" not in profile.constants:
            if "product_name" in columns and "licences" not in profile.columns:
                index = columns["product_name"]
                if names[index] & set(aliases.columns["vendor"]["licences"]):
                    taken.discard(columns.pop("product_name"))
            for raw in _EACH:
                if raw not in profile.columns:
                    find(raw, aliases.columns["vendor"][raw])
            if "product_name" not in columns and "licences" not in columns:
                find("product_name", aliases.columns["vendor"]["product_name"])
        if profile.side is None:
            stated = aliases.sides_of_quantity
            for side in ("owned", "used", "charged"):
                find(f"quantity_{side}", [n for n in preferred_quantities(aliases) if stated[n] == side])
        _order_sides(columns, names, profile, aliases)
        _prefer_sites(columns, names, profile, aliases, content)
    return columns


_EACH = ("licences", "user", "device")


def preferred_quantities(aliases: Aliases) -> list[str]:
    """Quantity headers that say which side they are."""
    return [name for name in aliases.columns["vendor"]["quantity"] if name not in aliases.unsaid]


def _order_sides(columns: dict[str, int], names: list[set[str]], profile: Profile, aliases: Aliases) -> None:
    """The further sides of a vendor's file: not the one that `quantity` holds already, nor doubles of it."""
    if "quantity" not in columns:
        return
    own = {aliases.sides_of_quantity[n] for n in names[columns["quantity"]] if n in aliases.sides_of_quantity}
    is_unsaid = bool(names[columns["quantity"]] & aliases.unsaid)
    for side in ("owned", "used", "charged"):
        if side in own or (is_unsaid and side != "used"):
            columns.pop(f"quantity_{side}", None)


def _prefer_sites(
    columns: dict[str, int], names: list[set[str]], profile: Profile, aliases: Aliases, content: Content | None
) -> None:
    """Where all rows stand under one account, the MSP's own, its sites or organizations are the clients."""
    index = columns.get("account_name")
    if index is None or content is None or "account_name" in profile.columns or "account_id" in profile.columns:
        return
    if not names[index] & {"account", "accountname", "tenant", "tenantname"} or len(content.texts(index)) != 1:
        return
    taken = set(columns.values())
    for alias in aliases.columns["vendor"]["account_name"]:
        for at, forms in enumerate(names):
            if alias in forms and at not in taken and len(content.texts(at)) > 1:
                columns["account_name"] = at
                columns.pop("account_id", None)
                return


def _prefer_codes(
    columns: dict[str, int], names: list[set[str]], profile: Profile, aliases: Aliases, content: Content | None
) -> None:
    """An item that is a number, beside a text that describes it: number and name, not name and nothing."""
    index = columns.get("product_name")
    if index is None or content is None or "product_code" in columns or "product_name" in profile.columns:
        return
    if "product_code" in profile.constants or not content.is_code(index):
        return
    taken = set(columns.values())
    for alias in aliases.columns["billing"]["product_name"]:
        for at, forms in enumerate(names):
            if alias in forms and at not in taken and content.texts(at) and not content.is_code(at):
                columns["product_code"], columns["product_name"] = index, at
                return


def _quantity_headers(
    known: tuple[str, ...], kind: Kind, names: list[set[str]], profile: Profile, aliases: Aliases
) -> tuple[str, ...]:
    """Quantity headers in the order that suits the file: of the wanted side first, or net of included units first."""
    if kind == "vendor":
        sides = aliases.sides_of_quantity
        if profile.side is None:
            # Beside a header that says used, one that does not say is what was bought.
            present = {name for forms in names for name in forms if name in sides and name not in aliases.unsaid}
            has_used = any(sides[name] == "used" for name in present)
            first = frozenset(n for n in known if sides[n] == "owned" and (has_used or n not in aliases.unsaid))
            return tuple(sorted(known, key=lambda name: (name not in first, has_used and name in aliases.unsaid)))
        first = frozenset(n for n in known if sides[n] == profile.side)
    else:
        included = any(forms.intersection(aliases.columns[kind]["included_quantity"]) for forms in names)
        first = frozenset() if included or "included_quantity" in profile.columns else aliases.net_quantity
    return tuple(sorted(known, key=lambda name: name not in first))


def _missing(kind: Kind, columns: Iterable[str], profile: Profile) -> bool:
    have = {*columns, *profile.constants}
    if have.intersection(_EACH):
        have.add("quantity")
    if "licences" in have:
        have.add("product_name")
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
    content = Content(grid, number)
    complete = [kind for kind in KINDS if not _missing(kind, _match(labels, kind, profile, aliases, content), profile)]
    if len(complete) == 1:
        return complete[0]
    reason = "the headers fit billing lines of a PSA as well as quantities of a vendor"
    advice = 'Say kind = "billing" or kind = "vendor" in profile.toml.'
    raise Refused([Problem(grid.file, reason, advice, where=grid.where(number))])


def _mapping(
    grid: Grid, number: int, labels: list[list[str]], kind: Kind, profile: Profile, aliases: Aliases
) -> Mapping:
    content = Content(grid, number)
    columns = _match(labels, kind, profile, aliases, content)
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
        if not NUMBERED.fullmatch(profile.columns.get(raw, ""))  # the person chose one of them
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
        price_months=_price_months(columns, labels, kind, aliases),
    )
    mapping = _with_headings(mapping, grid, profile, content)
    if kind == "vendor":
        mapping = _with_side(mapping, labels, profile, aliases, content)
    deciders = _deciders(mapping, labels, aliases, content)
    parents = {
        i
        for i, _ in deciders
        if {normalise(part) for name in labels[i] for part in (name, re.split(r"[/.]", name)[-1])}
        & aliases.deciders["parent_state"]
    }
    return replace(mapping, deciders=deciders, parents=frozenset(parents))


def _price_months(columns: dict[str, int], labels: list[list[str]], kind: Kind, aliases: Aliases) -> int | None:
    index = columns.get("unit_price" if kind == "billing" else "unit_cost")
    names = [] if index is None else [normalise(aliases.split_currency(label)[0]) for label in labels[index]]
    return next((aliases.price_months[name] for name in names if name in aliases.price_months), None)


def _with_headings(mapping: Mapping, grid: Grid, profile: Profile, content: Content) -> Mapping:
    """A file without a column for the client, whose clients stand alone in rows above their lines."""
    group = next(iter(REQUIRED[mapping.kind]))
    if mapping.missing(profile.constants) != [group] or not content.has_headings():
        return mapping
    text = "no column names the client: it is taken from the headings, the rows with a single text, above its rows"
    return replace(
        mapping,
        columns={**mapping.columns, mapping.owner[1]: grid.width},
        headers=(*mapping.headers, "heading above"),
        has_headings=True,
        notes=(*mapping.notes, Note("assumed", text, column=mapping.owner[1])),
    )


def _deciders(
    mapping: Mapping, labels: list[list[str]], aliases: Aliases, content: Content
) -> tuple[tuple[int, str], ...]:
    """Columns that decide whether a row counts, and are not read as anything else."""
    read = {index for raw, index in mapping.columns.items() if raw != "status"}
    known = frozenset(word for words in aliases.words["states"].values() for word in words)
    found: list[tuple[int, str]] = []
    for index, options in enumerate(labels):
        # "agreement/agreementStatus" is a path.
        names = {normalise(part) for label in options for part in (label, re.split(r"[/.]", label)[-1])}
        if index in read or index >= content.width or not content.texts(index):
            continue
        if mapping.columns.get("status") == index:
            found.append((index, "state"))
            continue
        role = next(
            (role for role in ("inactive", "active", "ask", "state", "type") if names & aliases.deciders[role]), None
        )
        if role in ("active", "inactive", "ask") and not content.is_flag(index, aliases):
            role = "state" if role != "ask" and not content.has_numbers(index) else None
        # A state of a country is none of a line.
        if (role == "state" and not names <= {"state"}) or (role != "state" and role is not None):
            found.append((index, role or ""))
        elif role == "state" and any(text.split(" ")[0] in known or text in known for text in content.texts(index)):
            found.append((index, role))
    return tuple(found)


def _with_side(
    mapping: Mapping, labels: list[list[str]], profile: Profile, aliases: Aliases, content: Content
) -> Mapping:
    def side_of(index: int) -> str | None:
        names = (normalise(aliases.split_currency(label)[0]) for label in labels[index])
        return next((aliases.sides_of_quantity[name] for name in names if name in aliases.sides_of_quantity), None)

    columns = dict(mapping.columns)
    index = columns.get("quantity")
    notes = list(mapping.notes)
    if index is None:
        if "quantity" in profile.constants:
            return replace(mapping, side=profile.side or "owned")
        each = "user" if {"licences", "user"} & set(columns) else "device" if "device" in columns else None
        if "device" in columns and "licences" not in columns and "user" in columns:
            each = "device"
        if each is not None:
            text = f"the file states no quantity: each row is one {each} and counts 1 as {profile.side or 'used'}"
            if "licences" in columns:
                text = f"each row is one user: every licence in {mapping.headers[columns['licences']]} counts 1 as used"
                columns.pop("product_name", None)
            named = columns.get("user", columns.get("device"))
            if named is not None and "record_id" not in columns:
                columns["record_id"] = named
            notes.append(Note("assumed", text, column="quantity"))
        for raw in ("user", "device"):
            columns.pop(raw, None)
        return replace(mapping, columns=columns, side=profile.side or "used", each=each, notes=tuple(notes))
    names = {normalise(label) for options in labels for label in options}
    stated = {normalise(aliases.split_currency(label)[0]) for label in labels[index]} - aliases.unsaid
    side = profile.side or (side_of(index) if stated & set(aliases.sides_of_quantity) else None)
    if side is None:
        is_invoice = bool(names & aliases.invoices)
        side = "charged" if is_invoice else "owned"
        if is_invoice and "charged_from" not in columns and {"effective_date", "end_date"} <= set(columns):
            columns["charged_from"], columns["charged_to"] = columns.pop("effective_date"), columns.pop("end_date")
        reason = "the file is an invoice" if is_invoice else "its header does not say what was counted"
        notes.append(
            Note("assumed", f"{mapping.headers[index]} is taken as {side}: {reason} (side in profile.toml chooses)",
                 column="quantity", header=mapping.headers[index])
        )  # fmt: skip
    sides = [(side, "quantity")]
    for other in ("owned", "used", "charged"):
        raw = f"quantity_{other}"
        if raw in columns and other != side:
            sides.append((other, raw))
        else:
            columns.pop(raw, None)
    read = {*columns.values(), *(i for others in mapping.twins.values() for i in others)}
    others = [
        mapping.headers[i]
        for i in range(len(labels))
        if i not in read and side_of(i) and content.texts(i) and content.has_numbers(i)
        and not content.is_flag(i, aliases)
    ]  # fmt: skip
    if others:
        text = (
            f"quantity read from {mapping.headers[index]} as {side}; not read: {', '.join(others)} "
            "(side in profile.toml chooses)"
        )
        notes.append(Note("not_read", text, column="quantity", values=tuple(others)))
    return replace(mapping, columns=columns, side=side, sides=tuple(sides), notes=tuple(notes))


def _unique(headers: list[str]) -> tuple[str, ...]:
    """Headers as keys: blank ones get their column letter, repeated ones a number."""
    seen: dict[str, int] = {}
    keys = []
    for index, header in enumerate(headers):
        name = " ".join(header.split()) or f"column {get_column_letter(index + 1)}"
        seen[name] = seen.get(name, 0) + 1
        keys.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(keys)
