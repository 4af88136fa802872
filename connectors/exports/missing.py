"""A needed column that a sheet lacks: the refusal, and the line of the profile that mends it.

Belongs here: what could be the column that is missing. Does not belong here: which columns are known (`headers.py`).
"""

from connectors.exports.content import Content
from connectors.exports.grid import Grid
from connectors.exports.headers import REQUIRED, Mapping
from connectors.exports.problems import Problem, Refused, quoted
from connectors.exports.profile import Profile


def refuse_missing(grid: Grid, mapping: Mapping, profile: Profile) -> None:
    """Raises `Refused` where a required column is missing."""
    found = ", ".join(header for header in mapping.headers if header)
    content = Content(grid, mapping.header_row)
    problems = [
        Problem(
            grid.file,
            f"no column for the {group} ({' or '.join(REQUIRED[mapping.kind][group])}) of {mapping.kind} data",
            f"The header has: {found}. {_remedy(mapping, content, group)}",
            where=grid.where(mapping.header_row),
        )
        for group in mapping.missing(profile.constants)
    ]
    if problems:
        raise Refused(problems)


def candidates(mapping: Mapping, content: Content, group: str) -> list[tuple[str, str, int]]:
    """Columns that could be the one that is missing, by what they hold: raw column, header, index."""
    read = {*mapping.columns.values(), *(index for index, _ in mapping.deciders)}
    name = REQUIRED[mapping.kind][group][-1]
    return [
        (name, mapping.headers[index], index)
        for index in range(min(content.width, len(mapping.headers)))
        if index not in read and content.texts(index) and content.has_numbers(index) == (group == "quantity")
        and not mapping.headers[index].startswith("column ")
    ][:8]  # fmt: skip


def _remedy(mapping: Mapping, content: Content, group: str) -> str:
    names = REQUIRED[mapping.kind][group]
    lines = [f"{name} = {quoted(header)}" for name, header, _ in candidates(mapping, content, group)[:3]]
    told = ", or ".join(lines) or f'{names[-1]} = "<header>"'
    mapped = f"Map one in profile.toml, under [columns]: {told}."
    if group in ("client", "account"):
        mapped += f' If all rows are of one client, write under [constants]: {names[1]} = "<its name>".'
    if group == "product":
        mapped += f' If all rows are one product, write under [constants]: {names[1]} = "<its name>".'
    return f"{mapped} Or let tieout exports profile write one to choose from."
