"""`inbox/<source>/profile.toml`: what a person says about a source's files. It wins over every alias and guess.

Belongs here: the profile's keys, their meaning and their checks. Does not belong here: reading files.
"""

import hashlib
import json
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.exports.problems import Problem, Refused
from connectors.exports.schema import BILLING_LINES, VENDOR_QUANTITIES
from connectors.files import read_file
from connectors.tables import DATE, PRICE, QUANTITY, TEXT

PROFILE_NAME = "profile.toml"
WHERE_COLUMNS = ("source_name", "file_name", "file_hash", "sheet_name", "row_number")
OF_THE_PROFILE = ("names_every_account",)  # keys of the profile that every row carries
COLUMNS = {
    "billing": tuple(c.name for c in BILLING_LINES.columns if c.name not in (*WHERE_COLUMNS, *OF_THE_PROFILE)),
    "vendor": tuple(c.name for c in VENDOR_QUANTITIES.columns if c.name not in (*WHERE_COLUMNS, *OF_THE_PROFILE)),
}

# What is read to settle a raw column, and not kept itself.
HELPERS = {
    "document_date": DATE,
    "billing_cycle": TEXT,
    "amount": PRICE,
    "counted_month": TEXT,
    "billed_month": TEXT,
    "plan": TEXT,
    "licences": TEXT,
    "user": TEXT,
    "device": TEXT,
    "quantity_owned": QUANTITY,
    "quantity_used": QUANTITY,
    "quantity_charged": QUANTITY,
}
# What only the reader says.
_SETTLED = ("not_counted", "fault", "is_part_charge", "price_months")


class Skip(BaseModel):
    """Rows left out: those whose `column` (header as in the file) holds one of `values` (no case; "" means blank)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    values: list[str] = Field(min_length=1)


class Profile(BaseModel):
    """The keys of `profile.toml`; all are optional.

    Attributes:
        kind: `billing` (lines of a PSA) or `vendor` (quantities of a vendor).
        side: What a vendor's quantities are: owned, used or charged.
        currency: ISO code for rows that name none.
        decimal: The decimal mark of numbers written as text, `.` or `,`.
        date_order: Order of day and month in dates such as 03/04/2026.
        encoding: Python name of the files' encoding, for example `cp1250`.
        delimiter: Separator of CSV files.
        header_row: Row number of the header, as a spreadsheet shows it.
        sheets: Sheets to read (also hidden ones); all others are left out.
        files: Name patterns of the files to read; all others are left out.
        as_of: When the files were exported. Without it the time of the read counts: a file's own date is not
            trustworthy, since copying changes it.
        overlap: `add` allows two files of the folder to hold the same client and product, as parts of one whole.
        names_every_account: Each file of daily counts names every account on each of its days, so that one which it
            no longer names is gone. Without it such an account is unknown from that day on.
        columns: Raw column name -> header as the file writes it.
        constants: Raw column name -> value for every row, for what the file does not hold.
        skip: Rows to leave out.
        states: Word of a state -> `counts` or `gone`, for words that are in no list or mean something else here.
        same_product: Name or code of a product -> that of another one of the file, which it means.
        hidden_rows: `read` also reads rows that the workbook hides.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["billing", "vendor"] | None = None
    side: Literal["owned", "used", "charged"] | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    header_row: int | None = Field(default=None, ge=1)
    sheets: list[str] | None = None
    files: list[str] | None = None
    as_of: datetime | None = None
    overlap: Literal["refuse", "add"] = "refuse"
    names_every_account: bool = False
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str | int | float | Decimal] = Field(default_factory=dict)
    skip: list[Skip] = Field(default_factory=list)
    states: dict[str, Literal["counts", "gone"]] = Field(default_factory=dict)
    same_product: dict[str, str] = Field(default_factory=dict)
    hidden_rows: Literal["leave_out", "read"] = "leave_out"

    @field_validator("columns", "constants")
    @classmethod
    def _known_columns(cls, mapped: dict[str, object]) -> dict[str, object]:
        known = {*COLUMNS["billing"], *COLUMNS["vendor"], *HELPERS} - set(_SETTLED)
        unknown = sorted(set(mapped) - known)
        if unknown:
            raise ValueError(f"unknown column {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        return mapped

    @model_validator(mode="after")
    def _whole_or_parts(self) -> "Profile":
        if self.names_every_account and self.overlap == "add":
            raise ValueError('names_every_account contradicts overlap = "add": a part of a whole names its part alone')
        return self

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                "".encode(name)
            except LookupError:
                raise ValueError(f"unknown encoding {name}") from None
        return name

    @field_validator("as_of")
    @classmethod
    def _utc(cls, at: datetime | None) -> datetime | None:
        # A time without a zone would mean another moment on every machine.
        if at is not None and at.tzinfo is None:
            raise ValueError("as_of needs a zone, for example 2026-10-31T23:59:00Z")
        return at.astimezone(UTC) if at is not None else None

    def hash(self, *settings: str | None) -> str:
        """What it says of which rows there are and what they mean, and what `settings` add, as one short hash.

        The time of the export is left out: it says nothing of a row.
        """
        said = [self.model_dump(mode="json", exclude={"as_of"}), *settings]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def load_profile(folder: Path) -> Profile:
    """The profile of a source folder, or an empty one; raises `Refused` naming the key that is wrong."""
    path = folder / PROFILE_NAME
    name = f"{folder.name}/{PROFILE_NAME}"
    try:
        return Profile.model_validate(tomllib.loads(read_file(path).decode("utf-8-sig")))
    except FileNotFoundError:
        return Profile()
    except OSError as error:
        problem = Problem(name, f"cannot be opened ({error.strerror})", "Mend the file, or remove it.")
        raise Refused([problem]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(name, f"not valid TOML: {error}", "Mend the file, or remove it to use the known headers.")
        raise Refused([problem]) from None
    except ValidationError as error:
        problems = [
            Problem(
                name,
                f"key {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}",
                "Mend or remove this key.",
            )
            for fault in error.errors()
        ]
        raise Refused(problems) from None
