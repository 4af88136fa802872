"""The ways in which a model can be wrong, as changes of its compiled SQL.

Belongs here: from a model to its mutants. Does not belong here: which of them are tried (`scripts.mutation.draw`), and
what becomes of them (`scripts.mutation.chain`).

Two sorts. A change of what a model gives (rows lost, doubled or moved, numbers changed) wraps its query and needs to
know nothing of it. A change of how it finds it (a condition, a join, a sign, a rule) is made in its syntax tree.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

_IDS = ("client_id", "product_id", "account_id", "vendor_product_id", "agreement_id", "line_key")
_NUMBER = re.compile(r"(quantity|price|cost|amount|impact|total|units|variance)$")
_DECIMALS = ("DECIMAL", "BIGINT", "INTEGER", "HUGEINT", "DOUBLE")


@dataclass(frozen=True)
class Mutant:
    """One change of one model."""

    model: str
    kind: str
    what: str
    query: str

    def __str__(self) -> str:
        return f"{self.model}: {self.kind}, {self.what}"


def of_result(model: str, query: str, columns: Sequence[tuple[str, str]], systems: Sequence[str]) -> Iterator[Mutant]:
    """Mutants of what a model gives: `columns` are its names and types, `systems` the values of its source_system."""

    def mutant(kind: str, what: str, changed: str) -> Mutant:
        return Mutant(model, kind, what, changed.format(q=f"({query})"))

    yield mutant("rows lost", "all", "SELECT m.* FROM {q} AS m WHERE false")
    yield mutant("rows lost", "every second", "SELECT m.* FROM {q} AS m WHERE hash(m) % 2 = 0")
    yield mutant("rows lost", "one", "SELECT m.* FROM {q} AS m QUALIFY row_number() OVER (ORDER BY hash(m)) > 1")
    yield mutant("rows doubled", "all", "SELECT m.* FROM {q} AS m UNION ALL SELECT m.* FROM {q} AS m")
    yield mutant(
        "rows doubled", "every tenth",
        "SELECT m.* FROM {q} AS m UNION ALL SELECT m.* FROM {q} AS m WHERE hash(m) % 10 = 0",
    )  # fmt: skip
    for system in systems:
        yield mutant(
            "source cut", system, f"SELECT m.* FROM {{q}} AS m WHERE source_system IS DISTINCT FROM '{system}'"
        )
    for name, kind in columns:
        if name in _IDS:
            yield mutant(
                "rows moved", f"every fifth to another {name}",
                f"SELECT m.* REPLACE (CASE WHEN hash(m) % 5 = 0 THEN (SELECT max({name}) FROM {{q}}) ELSE {name} END "
                f"AS {name}) FROM {{q}} AS m",
            )  # fmt: skip
        if _NUMBER.search(name) and kind.startswith(_DECIMALS):
            for what, change in (("x 2", "{c} * 2"), ("turned", "-{c}"), ("one more in every fifth row", None)):
                changed = (
                    change.format(c=name) if change else f"CASE WHEN hash(m) % 5 = 0 THEN {name} + 1 ELSE {name} END"
                )
                yield mutant(
                    "number changed", f"{name} {what}",
                    f"SELECT m.* REPLACE (CAST({changed} AS {kind}) AS {name}) FROM {{q}} AS m",
                )  # fmt: skip


def of_syntax(model: str, query: str) -> Iterator[Mutant]:
    """Mutants of how a model finds what it gives: one for each place where one of the operators applies."""
    try:
        tree = sqlglot.parse_one(query, read="duckdb")
    except sqlglot.errors.ParseError:
        return
    # Only where an operator may apply is the whole tree copied: a large model has thousands of other places.
    for place, original in list(enumerate(tree.walk())):
        for kind, change in _CHANGES.items():
            if not _may_change(original, kind):
                continue
            copy = tree.copy()
            node = _node(copy, place)
            what = _short(node)
            if change(node):
                yield Mutant(model, kind, what, copy.sql(dialect="duckdb"))


def _may_change(node: exp.Expression, kind: str) -> bool:
    changed = _CHANGED.get(kind)
    return isinstance(node, changed) if changed else isinstance(node.parent, exp.Where | exp.And)


def _node(tree: exp.Expression, place: int) -> exp.Expression:
    for number, node in enumerate(tree.walk()):
        if number == place:
            return node
    raise IndexError(place)


def _short(node: exp.Expression) -> str:
    text = " ".join(node.sql(dialect="duckdb").split())
    return text if len(text) <= 100 else text[:97] + "..."


def _condition_dropped(node: exp.Expression) -> bool:
    """One part of an AND in a WHERE, or the whole of one, is true."""
    parent = node.parent
    if isinstance(parent, exp.Where) and not isinstance(node, exp.And):
        node.replace(exp.true())
        return True
    if isinstance(parent, exp.And) and not isinstance(node, exp.And) and parent.find_ancestor(exp.Where, exp.Case):
        node.replace(exp.true())
        return True
    return False


def _filter_dropped(node: exp.Expression) -> bool:
    if not isinstance(node, exp.Filter):
        return False
    node.replace(node.this)
    return True


def _join_changed(node: exp.Expression) -> bool:
    if not isinstance(node, exp.Join) or not node.args.get("on"):
        return False
    if node.side == "LEFT":
        node.set("side", None)
        node.set("kind", "INNER")
    elif not node.side and node.kind in ("", "INNER"):
        node.set("side", "LEFT")
        node.set("kind", None)
    else:
        return False
    return True


def _sign_turned(node: exp.Expression) -> bool:
    if isinstance(node, exp.Sub):
        node.replace(exp.Add(this=node.this, expression=node.expression))
    elif isinstance(node, exp.Add):
        node.replace(exp.Sub(this=node.this, expression=node.expression))
    else:
        return False
    return True


def _comparison_changed(node: exp.Expression) -> bool:
    swapped = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}.get(type(node))
    if swapped is None:
        return False
    node.replace(swapped(this=node.this, expression=node.expression))
    return True


def _rule_dropped(node: exp.Expression) -> bool:
    """The first answer of a CASE is never given."""
    if (
        not isinstance(node, exp.Case)
        or not node.args.get("ifs")
        or (len(node.args["ifs"]) == 1 and not node.args.get("default"))
    ):
        return False
    branches = node.args["ifs"]
    if len(branches) == 1:
        node.replace(node.args["default"])
    else:
        node.set("ifs", branches[1:])
    return True


def _sum_changed(node: exp.Expression) -> bool:
    if not isinstance(node, exp.Sum):
        return False
    node.replace(exp.Max(this=node.this))
    return True


_CHANGES: dict[str, Callable[[exp.Expression], bool]] = {
    "condition dropped": _condition_dropped,
    "filter dropped": _filter_dropped,
    "join changed": _join_changed,
    "sign turned": _sign_turned,
    "comparison changed": _comparison_changed,
    "rule dropped": _rule_dropped,
    "sum changed": _sum_changed,
}

# What each of them changes; a condition is told by where it stands.
_CHANGED: dict[str, tuple[type[exp.Expression], ...]] = {
    "filter dropped": (exp.Filter,),
    "join changed": (exp.Join,),
    "sign turned": (exp.Sub, exp.Add),
    "comparison changed": (exp.LT, exp.LTE, exp.GT, exp.GTE),
    "rule dropped": (exp.Case,),
    "sum changed": (exp.Sum,),
}

# Seven that once lived: what they say is put on whatever these models give.
NAMED: tuple[tuple[str, str, str, str], ...] = (
    ("quantities_ninjaone", "rows lost", "all devices gone", "SELECT * FROM {q} WHERE false"),
    ("quantities_microsoft_graph", "rows lost", "half the licences gone",
     "SELECT * FROM {q} WHERE side != 'used' OR hash(source_record_id) % 2 = 0"),
    ("quantities_by_line", "number changed", "charged x 2",
     "SELECT * REPLACE (charged_quantity * 2 AS charged_quantity) FROM {q}"),
    ("expected_by_line", "number changed", "included units not subtracted",
     "SELECT * REPLACE (CASE WHEN basis_quantity > reduced_quantity AND reduced_quantity = expected_quantity "
     "THEN basis_quantity ELSE expected_quantity END AS expected_quantity) FROM {q}"),
    ("priced_lines", "number changed", "price from cost", "SELECT * REPLACE (unit_cost AS unit_price) FROM {q}"),
    ("billing_lines", "rule dropped", "is_live dropped", "SELECT * REPLACE (true AS is_live) FROM {q}"),
    ("classified_lines", "number changed", "impact x 2",
     "SELECT * REPLACE (revenue_impact * 2 AS revenue_impact) FROM {q}"),
)  # fmt: skip
