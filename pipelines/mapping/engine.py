"""The matching engine as suggestions ask it: two sides of rows in, suggestions out.

Belongs here: turning rows into the lists of names that the engine reads, and its pairs into suggestions. Does not
belong here: which rows and columns are told (`suggest`, `suggest_clients`), likeness (`pipelines.matching`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.mapping.holdings import label

if TYPE_CHECKING:
    from pipelines.matching.hints import Ask
    from pipelines.matching.lists import NameList

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Teaching:
    """What people said besides confirming: pairs that they refused, and aliases."""

    rejections: Sequence[Row]
    aliases: Sequence[Row]


@dataclass(frozen=True)
class Side:
    """Rows with `left_id` and `left_name` (or `right_...`), and their further columns by header."""

    rows: Sequence[Row]
    columns: Mapping[str, Sequence[Any]]

    def list(self, side: str, ids: Sequence[str]) -> "NameList":
        """The rows as the engine reads them; `side` is left or right."""
        from pipelines.matching.lists import NameList

        texts = {
            header: ["" if value is None else str(value) for value in values] for header, values in self.columns.items()
        }
        return NameList(ids, [row[f"{side}_name"] or "" for row in self.rows], texts)

    def first(self, number: int) -> "Side":
        """The first rows alone."""
        return Side(self.rows[:number], {header: values[:number] for header, values in self.columns.items()})


def matched(
    kind: str, left: Side, right: Side, known: Sequence[str], teaching: Teaching, ask: "Ask | None" = None
) -> list[dict[str, Any]]:
    """The engine's pairs; `known` are the right ids of the last left rows, which are settled and teach."""
    waiting = len(left.rows) - len(known)
    if not waiting or not right.rows:
        return []
    # Imported late: an audit and a run without anything open need none of it.
    from pipelines.matching.aliases import Alias
    from pipelines.matching.decisions import Decisions
    from pipelines.matching.matching import match

    # Ids as a person writes them, since reasons name them.
    names = [label(row, "left_id") for row in left.rows]
    place = {name: number for number, name in enumerate(names)}
    targets = {row["right_id"]: number for number, row in enumerate(right.rows)}
    rejected = {
        (name, row["right_id"])
        for row in teaching.rejections
        if row["kind"] == kind and (name := label(row, "left_id")) in place and row["right_id"] in targets
    }
    accepted = {(name, target) for name, target in zip(names[waiting:], known, strict=True) if target in targets}
    found = match(
        left.list("left", names),
        right.list("right", [row["right_id"] for row in right.rows]),
        kind,
        Decisions(frozenset(accepted), frozenset(rejected - accepted)),
        aliases=[Alias(row["vendor_text"], row["psa_text"]) for row in teaching.aliases if row["kind"] == kind],
        ask=ask,
    )
    told = [
        (left.rows[place[pair["left_id"]]], right.rows[targets[pair["right_id"]]], pair)
        for pair in found.predictions.to_pylist()
        if place[pair["left_id"]] < waiting
    ]
    return [
        suggestion(kind, ours, theirs, _method(pair["reasons"]), pair["score"], pair["tier"], pair["reasons"])
        for ours, theirs, pair in told
    ]


def suggestion(kind: str, ours: Row, theirs: Row, method: str, score: float, tier: str, reasons: str) -> dict[str, Any]:
    """One row of suggestions."""
    return {
        "kind": kind,
        "source_system": ours["source_system"],
        "left_id": ours["left_id"],
        "left_name": ours["left_name"],
        "right_id": theirs["right_id"],
        "right_name": theirs["right_name"],
        "method": method,
        "score": score,
        "tier": tier,
        "reasons": reasons,
    }


def _method(reasons: str) -> str:
    """What a suggestion rests on, in the words of the mappings: id, domain or name."""
    if any(words in reasons for words in ("same tenant id ", "same PSA id ", "same SKU id ", "same vendor SKU ")):
        return "id"
    if "same part number " in reasons:
        return "code"
    return "domain" if any(words in reasons for words in ("same domain ", "its users write from ")) else "name"
