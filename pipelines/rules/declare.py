"""The words in which a rule file is declared: columns, key, target, validity, checks of one rule.

Belongs here: types. Does not belong here: which files exist (`files.py`), or reading them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.rules.errors import RuleError

Kind = Literal[
    "text",
    "folded",
    "date",
    "integer",
    "decimal",
    "rate",
    "currency",
    "choice",
    "vendor",
    "vendors",
    "vendor_id",
    "client_id",
    "agreement_id",
    "product_id",
    "psa_id",
]
"""What a cell holds. `folded`: text whose case does not matter, kept in lower case; `vendor`: name of a vendor system;
`vendors`: one or several, joined by +;
`vendor_id`: an id as the vendor writes it; `client_id`, `agreement_id` and `product_id`: ids of the PSA with the system
in front (`connectwise:250`), `psa_id` either a client's or a product's; `currency`: an ISO 4217
code in use; `decimal` and `rate`: exact numbers, with the places of `DECIMAL_PLACES`."""

DECIMAL_PLACES: Mapping[Kind, int] = {"decimal": 6, "rate": 10}
"""How many decimals a number may have; 18 digits in all, before and after the point. Rates are finer than money: one
Vietnamese dong is 0.0000393 dollars."""

DECIMAL_DIGITS = 18

Values = Mapping[str, Any]
Check = Callable[[Values], Iterable[tuple[str, str]]]
"""Judges one rule whose cells are each right; yields (column, reason) for what is wrong between them."""

CheckTogether = Callable[[Sequence["Rule"]], Iterable[RuleError]]
"""Judges the rules of one file together, each of them right by itself."""

ANY = "*"
GROUP = "group:"
"""Stands before the name of a group of products (`product_groups.csv`) where a column takes one beside an id."""


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """One column. `required`: may not be empty; `choices`: for kind `choice`; `may_be_any`: accepts `*`.

    `may_be_group`: accepts a group of products beside a product; `otherwise`: what an empty cell means.

    `may_be_absent`: a file without this column is read as if all its cells were empty, so that files written before the
    column existed stay right.
    """

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    may_be_any: bool = False
    may_be_group: bool = False
    otherwise: str | None = None
    may_be_absent: bool = False


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule file and the warehouse table of the same name.

    `key` names what a rule is about and `target` what it says about it: on any one day a key has at most one rule.
    Files whose columns include `valid_from` and `valid_to` (exclusive, empty for ever) are dated; in others a key may
    stand once. `examples` are the commented lines of the template, cells in column order. `checks` judge one rule,
    `together` all rules of the file. `advice` ends what is said of two rules that contradict each other.
    """

    name: str
    about: str
    columns: tuple[RuleColumn, ...]
    key: tuple[str, ...]
    target: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    checks: tuple[Check, ...] = ()
    together: tuple[CheckTogether, ...] = ()
    advice: str = ""

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The header, in the order of the template and the warehouse table."""
        return tuple(column.name for column in self.columns)

    @property
    def is_dated(self) -> bool:
        """Whether its rules hold for a time."""
        return "valid_from" in self.column_names


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a rule file: where it stands, and its typed values by column (None: empty)."""

    file: str
    line: int
    values: Values

    @property
    def rule_id(self) -> str:
        """What evidence cites: `client_map.csv:12`."""
        return f"{self.file}:{self.line}"
