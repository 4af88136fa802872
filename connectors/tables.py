"""What a raw table is: its columns, key and way of being read, declared once per table.

Belongs here: the declaration types `Column` and `Table`. Does not belong here: any one vendor's tables (they stand
in `connectors/<system>/schema.py`), HTTP, parsing, dlt or databases.
"""

from dataclasses import dataclass
from typing import Literal

TEXT = "VARCHAR"
INTEGER = "BIGINT"
BOOLEAN = "BOOLEAN"
TIMESTAMP = "TIMESTAMPTZ"
DATE = "DATE"
EPOCH_SECONDS = "DOUBLE"
# Quantities keep four and prices six decimals: vendors price fractions of a cent, and rounding belongs to the engine.
QUANTITY = "DECIMAL(18,4)"
PRICE = "DECIMAL(18,6)"
MONEY = "DECIMAL(18,6)"
JSON = "JSON"

ReadMode = Literal["snapshot", "versions"]


@dataclass(frozen=True, slots=True)
class Column:
    """One raw column.

    `name` is snake_case with nested names joined by two underscores; `path` is the dotted path in the vendor's JSON
    object, or empty where the connector itself supplies the value (a tenant id the request was made for); `type` is
    a DuckDB type.
    """

    name: str
    path: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """One raw table of one source system.

    `key` is unique within one read. `mode` says what one read means: `snapshot` - the whole table as it stood (the
    newest complete read is the truth); `versions` - changed rows only, after a full first read (the newest version
    of each key is the truth). `account_column` names the column that scopes a read to one vendor account (a tenant),
    where the vendor is read account by account; otherwise one read covers the whole table. `account_names`, in the
    table that lists those accounts: its columns with an account's id and with the name that people know. `is_dated`:
    its rows say which days they are about, so that an answer from after a period's end still tells of the period.
    """

    name: str
    endpoint: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    mode: ReadMode = "snapshot"
    account_column: str | None = None
    account_names: tuple[str, str] | None = None
    is_dated: bool = False

    def column(self, name: str) -> Column:
        """The column called `name`; raises `KeyError` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


# Every raw table ends with these, whatever the vendor sends.
LOAD_COLUMNS: tuple[Column, ...] = (
    Column("_source_row", "", TEXT),  # the row as received, JSON text
    Column("_captured_at", "", TIMESTAMP),  # the source's own clock (HTTP Date), UTC
    Column("_dlt_load_id", "", TEXT),  # joins to control.reads.load_id
)
