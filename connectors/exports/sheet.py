"""One sheet while it is read: what is known about it, and the faults found so far.

Belongs here: `Sheet`, which the stages below the header share. Does not belong here: any rule.
"""

from dataclasses import dataclass, field

import duckdb

from connectors.exports.aliases import Aliases
from connectors.exports.grid import Grid
from connectors.exports.headers import Mapping
from connectors.exports.problems import SHOWN, Problem, quoted
from connectors.exports.profile import HELPERS, Profile
from connectors.exports.schema import BILLING_LINES, VENDOR_QUANTITIES

TABLES = {"billing": BILLING_LINES, "vendor": VENDOR_QUANTITIES}


@dataclass
class Sheet:
    """One sheet while it is read: the connection holds the temp table `body`, cleaned cells below the header."""

    connection: duckdb.DuckDBPyConnection
    grid: Grid
    mapping: Mapping
    profile: Profile
    aliases: Aliases
    codes: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    def of_type(self, *types: str) -> list[str]:
        """The mapped raw columns of these types."""
        return [name for name in self.mapping.columns if self.type_of(name) in types]

    def type_of(self, name: str) -> str:
        """The type of a raw column, or of a helper that is read and not kept."""
        return HELPERS.get(name) or TABLES[self.mapping.kind].column(name).type

    def cell(self, name: str) -> str:
        """The column of `body` that holds raw column `name`."""
        return f"c{self.mapping.columns[name]}"

    def key(self, *names: str) -> list[str]:
        """The columns of `body` that hold those of the raw columns `names` that the sheet has."""
        return [self.cell(name) for name in names if name in self.mapping.columns]

    def kind(self, name: str) -> str:
        """The column of `body` that holds the kinds of the cells of `name`."""
        return f"k{self.mapping.columns[name]}"

    def fault(self, query: str, name: str | None, reason: str, advice: str, *, may_skip: bool = False) -> None:
        """Lists the rows of `query` (row_number, value) as faults of raw column `name`.

        `may_skip`: such rows may be no data; the advice then ends with the lines of the profile that leave them out.
        """
        found = self.connection.sql(f"select row_number, value from ({query}) order by row_number")
        rows = found.limit(SHOWN).fetchall()
        if len(rows) == SHOWN:
            self.more += found.aggregate("count(*)").fetchall()[0][0] - SHOWN
        index = self.mapping.columns.get(name or "")
        header = self.mapping.headers[index] if index is not None else ""
        for row, value in rows:
            lines = f" ([[skip]], below it column = {quoted(header)}, below that values = [{quoted(value or '')}])"
            told = advice.rstrip(".") + lines + "." if may_skip else advice
            self.problems.append(Problem(self.grid.file, reason, told, self.grid.where(row, index), header, value))

    def count(self, table: str, where: str = "true") -> int:
        """The rows of a temp table for which `where` holds."""
        query = f"select count(*) from {table} where {where}"
        return int(self.connection.execute(query).fetchall()[0][0])
