"""What people decided earlier: pairs accepted, pairs rejected.

Belongs here: reading them. Does not belong here: what is learned from them (`learning`).
"""

from dataclasses import dataclass
from pathlib import Path

from connectors.exports.problems import SHOWN, Problem, Refused
from pipelines.matching.lists import header_key, read_records

_DECISIONS = {"accept": True, "accepted": True, "yes": True, "": True, "reject": False, "rejected": False, "no": False}


@dataclass(frozen=True, slots=True)
class Decisions:
    """Pairs of (left id, right id). No pair is in both."""

    accepted: frozenset[tuple[str, str]] = frozenset()
    rejected: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.accepted or self.rejected)


def read_decisions(path: Path) -> Decisions:
    """The decisions in a CSV file with the columns left_id, right_id and, if any was rejected, decision.

    Raises:
        Refused: A column is missing, a decision is neither accept nor reject, or a pair is decided both ways.
    """
    headers, records = read_records(path)
    keys = [header_key(header) for header in headers]
    for needed in ("left_id", "right_id"):
        if needed not in keys:
            advice = f"It needs left_id and right_id, and may have decision; the headers are: {', '.join(headers)}."
            raise Refused([Problem(str(path), f'no column "{needed}"', advice, where="line 1", column=needed)])
    left, right = keys.index("left_id"), keys.index("right_id")
    word = keys.index("decision") if "decision" in keys else None
    sides: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    problems = []
    for line, record in records:
        said = "" if word is None else record[word].strip().casefold()
        pair = record[left].strip(), record[right].strip()
        where = f"line {line}"
        if said not in _DECISIONS:
            problems.append(
                Problem(str(path), "is no decision", "Write accept or reject.", where, "decision", record[word or 0])
            )
        elif not all(pair):
            empty = "left_id" if not pair[0] else "right_id"
            problems.append(Problem(str(path), "is empty", "A decision names both rows.", where, empty))
        elif pair in sides[not _DECISIONS[said]]:
            advice = "Keep the decision that holds."
            problems.append(Problem(str(path), "this pair is accepted and rejected", advice, where, "decision"))
        else:
            sides[_DECISIONS[said]].add(pair)
    if problems:
        raise Refused(problems[:SHOWN], max(0, len(problems) - SHOWN))
    return Decisions(frozenset(sides[True]), frozenset(sides[False]))
