"""All rule files of a home at once: typed Arrow tables and one hash, or every error there is.

Belongs here: the folder as a whole. Does not belong here: writing to the warehouse (`pipelines.warehouse.rules`).
"""

import difflib
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from connectors.exports.problems import Refused
from pipelines.matching.aliases import HOME_FILES, Aliases, read_aliases
from pipelines.rules.bundle_checks import bundles_are_counted_at_one_system
from pipelines.rules.declare import DECIMAL_DIGITS, DECIMAL_PLACES, Kind, Rule, RuleFile
from pipelines.rules.errors import RuleError, RulesRefused
from pipelines.rules.files import FILES
from pipelines.rules.group_checks import groups_hold_products
from pipelines.rules.item_checks import rules_of_items
from pipelines.rules.overlap import overlaps
from pipelines.rules.parse import parse
from pipelines.rules.rejection_checks import confirmed_and_rejected
from pipelines.rules.split_checks import split_conflicts
from pipelines.rules.systems import Systems

# A file with one of these endings in the folder is meant as rules; under a wrong name it must not be passed over.
_MEANT_AS_RULES = frozenset({".csv", ".tsv", ".txt", ".xls", ".xlsx", ".ods", ".yaml", ".yml", ".json", ".toml"})


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one home, checked.

    `tables`: warehouse table of schema `rules` -> Arrow table with the declared columns, then `rule_id`, `file`,
    `line`; every declared table is there, empty where its file is absent. `hash`: SHA-256 of the content, 64 hex
    digits. `aliases`: what means the same in names, from the files of `pipelines.matching.aliases`; they help
    suggestions and decide nothing.
    """

    tables: Mapping[str, pa.Table]
    hash: str
    aliases: tuple[Aliases, ...] = ()


def load_rules(folder: Path, *, inboxes: Collection[str] | None = None) -> Rules:
    """Read and check every rule file of a home.

    Args:
        folder: The home's `rules` folder; a file that is absent is an empty table, and so is an absent folder.
        inboxes: Names of the export sources, which rules may use as systems; by default the folders of `inbox` beside
            `folder`, where a home keeps them.

    Returns:
        The rules. The hash covers each rule's values and its line (evidence cites lines); not column order, spelling of
        the file (encoding, delimiter, quotes), or the order of files on disk.

    Raises:
        RulesRefused: Holding every error of every file.
    """
    systems = Systems.known(_inboxes(folder) if inboxes is None else inboxes)
    found: dict[str, list[Rule]] = {}
    errors = list(_strangers(folder))
    for declared in FILES:
        path = folder / declared.file
        rules, wrong = parse(path, declared, systems) if path.exists() else ([], [])
        found[declared.name] = rules
        wrong.extend(overlaps(rules, declared))
        # A line that is wrong by itself would only make its neighbours look wrong.
        if not wrong:
            wrong.extend(error for check in declared.together for error in check(rules))
        errors.extend(wrong)
    errors.extend(split_conflicts(found))
    errors.extend(confirmed_and_rejected(found))
    errors.extend(rules_of_items(found))
    errors.extend(groups_hold_products(found))
    errors.extend(bundles_are_counted_at_one_system(found))
    aliases, wrong_aliases = _aliases(folder)
    errors.extend(wrong_aliases)
    if errors:
        raise RulesRefused(errors)
    tables = {declared.name: arrow_table(declared, found[declared.name]) for declared in FILES}
    return Rules(tables, _hash(found, aliases), aliases)


def _aliases(folder: Path) -> tuple[tuple[Aliases, ...], list[RuleError]]:
    found, errors = [], []
    for kind, name in HOME_FILES.items():
        if (folder / name).exists():
            try:
                found.append(read_aliases(folder / name, kind))
            except Refused as refused:
                for problem in refused.problems:
                    line = int(problem.where.removeprefix("line ")) if problem.where.startswith("line ") else None
                    reason = f"{problem.reason}. {problem.advice}"
                    errors.append(RuleError(name, line, problem.column or None, reason))
    return tuple(found), errors


def _inboxes(folder: Path) -> list[str]:
    inbox = folder.parent / "inbox"
    return [path.name for path in inbox.iterdir() if path.is_dir()] if inbox.is_dir() else []


def _strangers(folder: Path) -> Iterator[RuleError]:
    """Files that look like rules and are none: a misspelt name would silently drop a person's decisions."""
    known = [*(declared.file for declared in FILES), *HOME_FILES.values()]
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        hidden = path.name.startswith((".", "~"))
        if path.name in known or hidden or path.suffix.lower() not in _MEANT_AS_RULES:
            continue
        near = difflib.get_close_matches(path.name.lower(), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"rule files are {', '.join(known)}"
        yield RuleError(path.name, None, None, f"is not a rule file; {hint}")


def arrow_table(declared: RuleFile, rules: Sequence[Rule]) -> pa.Table:
    """The rules of one file as a table with the column types of schema `rules`."""
    columns = {
        column.name: pa.array([rule.values[column.name] for rule in rules], _arrow_type(column.kind))
        for column in declared.columns
    }
    columns["rule_id"] = pa.array([rule.rule_id for rule in rules], pa.string())
    columns["file"] = pa.array([rule.file for rule in rules], pa.string())
    columns["line"] = pa.array([rule.line for rule in rules], pa.int32())
    return pa.table(columns)


def _arrow_type(kind: Kind) -> pa.DataType:
    match kind:
        case "date":
            return pa.date32()
        case "integer":
            return pa.int32()
        case "decimal" | "rate":
            return pa.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES[kind])
        case _:
            return pa.string()


def _hash(found: Mapping[str, list[Rule]], aliases: Sequence[Aliases]) -> str:
    content: dict[str, object] = {
        name: [[rule.line, dict(sorted(rule.values.items()))] for rule in sorted(rules, key=lambda rule: rule.line)]
        for name, rules in sorted(found.items())
        if rules
    }
    for one in aliases:
        content[HOME_FILES[one.kind]] = [[alias.line, alias.left, alias.right] for alias in one.same]
    # Dates and decimals are written as their text.
    text = json.dumps(content, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
