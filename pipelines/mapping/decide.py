"""Taking decisions: a person's word becomes a line of the rules and an entry of the log.

Belongs here: accept and reject, one or many at once. Does not belong here: taking them back (`undo.py`), what waits
(`queue.py`), the terminal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from pipelines.home import Home
from pipelines.mapping import log
from pipelines.mapping.counting import proposals
from pipelines.mapping.queue import Item, Queue, Suggestion, Target
from pipelines.mapping.refusals import MappingRefusedError
from pipelines.mapping.rule_files import judged, put
from pipelines.mapping.words import one_line
from pipelines.rules import Rules, RulesRefused
from pipelines.rules.declare import RuleFile
from pipelines.rules.files import FILES
from pipelines.rules.layout import appended
from pipelines.rules.rejection_checks import CONFIRMED_IN

_DECLARED: Mapping[str, RuleFile] = {declared.name: declared for declared in FILES}
REJECTIONS = "rejections"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says about one pair. `reason` empty: the evidence is the reason."""

    action: str
    item: Item
    target: Target
    reason: str = ""

    @property
    def suggestion(self) -> Suggestion | None:
        """The suggestion that the decision is about, if the pair was suggested."""
        return next((one for one in self.item.suggestions if one.right_id == self.target.right_id), None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision that was taken, and where it stands now.

    `counting`: lines of `counting.csv` that were proposed along with it, once for all decisions of a command.
    """

    decision: Decision
    file: str
    line: str
    counting: tuple[str, ...] = ()


def decide(
    home: Home,
    queue: Queue,
    decisions: Sequence[Decision],
    by: str,
    valid_from: date | None = None,
    now: datetime | None = None,
) -> list[Taken]:
    """Write decisions to the rules and to the log: all of them, or none.

    Args:
        home: The home.
        queue: What waits there.
        decisions: At least one.
        by: The person.
        valid_from: First day of accepted mappings; default: the first day of the published period, or the day on which
            an earlier mapping of the same thing ended within it.
        now: The clock.

    Raises:
        MappingRefusedError: A reason or person is missing, or what would be written contradicts a rule: names file and
            line.
        HomeBusyError: A run, or another person, uses the home.
    """
    moment = now or datetime.now(UTC)
    person = one_line(by)
    if not person:
        raise MappingRefusedError("a decision needs a person; name one with --by")
    with home.lock("tieout map"):
        content, taken = _written(home, queue, decisions, person, valid_from, moment)
        put(home, content)
        batch = uuid4().hex[:12]
        log.add(home.mapping_log, [_entry(one, batch, number, person, moment) for number, one in enumerate(taken)])
    return taken


def _written(
    home: Home, queue: Queue, decisions: Sequence[Decision], by: str, valid_from: date | None, now: datetime
) -> tuple[dict[str, bytes], list[Taken]]:
    """The new content of the files, judged; nothing is changed yet."""
    cells: dict[str, list[dict[str, str]]] = {}
    of_file: dict[str, list[Decision]] = {}
    for decision in decisions:
        name, line = _line(queue, decision, by, valid_from, now)
        cells.setdefault(name, []).append(line)
        of_file.setdefault(name, []).append(decision)
    content: dict[str, bytes] = {}
    taken: dict[int, Taken] = {}
    for name, rules in cells.items():
        declared = _DECLARED[name]
        path = home.rules / declared.file
        try:
            data, lines = appended(path.read_bytes() if path.exists() else None, declared, rules)
        except UnicodeDecodeError:
            raise MappingRefusedError(f"{declared.file} is not UTF-8 text; save it as 'CSV UTF-8'") from None
        content[declared.file] = data
        for decision, text in zip(of_file[name], lines, strict=True):
            taken[id(decision)] = Taken(decision, declared.file, text)
    try:
        after = judged(home, content)
    except RulesRefused as error:
        raise MappingRefusedError(
            "not done, since it would not fit the rules; nothing was changed", *map(str, error.errors)
        ) from error
    _refuse_unless_read_back(after, cells)
    done = [taken[id(decision)] for decision in decisions]
    counting = _propose_counting(home, queue, after, content, cells, by, now)
    accepts = (place for place, one in enumerate(done) if one.decision.action == log.ACCEPT)
    if counting and (first := next(accepts, None)) is not None:
        done[first] = replace(done[first], counting=tuple(counting))
    return content, done


def _propose_counting(
    home: Home,
    queue: Queue,
    after: Rules,
    content: dict[str, bytes],
    cells: Mapping[str, Sequence[Mapping[str, str]]],
    by: str,
    now: datetime,
) -> list[str]:
    """Adds counting rules for products that are mapped and have none to `content`; the new lines."""
    name = "counting"
    accepted = [cell["valid_from"] for file in cells if file != REJECTIONS for cell in cells[file]]
    if not accepted:
        return []
    start = min([date.fromisoformat(min(accepted)), queue.period or now.date().replace(day=1)])
    found = proposals(queue, after, start)
    if not found:
        return []
    declared = _DECLARED[name]
    path = home.rules / declared.file
    try:
        data, lines = appended(
            path.read_bytes() if path.exists() else None, declared, [one.cells(start, by) for one in found]
        )
        judged(home, {**content, declared.file: data})
    except (UnicodeDecodeError, RulesRefused):
        return []  # a person's word is not refused for the sake of a proposal
    content[declared.file] = data
    return lines


def _line(
    queue: Queue, decision: Decision, by: str, valid_from: date | None, now: datetime
) -> tuple[str, dict[str, str]]:
    item, target = decision.item, decision.target
    day = now.date().isoformat()
    reason = one_line(decision.reason) or _evidence(decision)
    if decision.action == log.REJECT:
        return REJECTIONS, {
            "kind": item.kind,
            "source_system": item.source_system,
            "left_id": item.left_id,
            "right_id": target.right_id,
            "rejected_by": by,
            "rejected_at": day,
            "reason": reason,
        }
    name, left, right = CONFIRMED_IN[item.kind]
    if against := queue.rejected.get((item.kind, item.source_system, item.left_id, target.right_id)):
        raise MappingRefusedError(
            f"{against} rejects {item.key} as {target.right_id}; take that back first (tieout map undo, or the line)"
        )
    start = valid_from or _first_day(queue, item, now.date())
    return name, {
        "source_system": item.source_system,
        left: item.left_id,
        right: target.right_id,
        "valid_from": start.isoformat(),
        "valid_to": "",
        "confirmed_by": by,
        "confirmed_at": day,
        "reason": reason,
    }


def _evidence(decision: Decision) -> str:
    """The reason where a person gave none: what spoke for the pair."""
    suggestion = decision.suggestion
    if suggestion is None:
        if decision.action == log.REJECT:
            return "looked at and refused"
        raise MappingRefusedError(
            f"{decision.item.key}: {decision.target.right_id} was not suggested, so say why it is the one (--reason)"
        )
    told = f"{suggestion.reasons} ({suggestion.tier}, {suggestion.score:.2f})"
    return one_line(f"not the same, although: {told}" if decision.action == log.REJECT else f"suggested: {told}")


def _first_day(queue: Queue, item: Item, today: date) -> date:
    name, left, _ = CONFIRMED_IN[item.kind]
    first = queue.period or today.replace(day=1)
    ended = [
        row["valid_to"]
        for row in queue.rules.tables[name].to_pylist()
        if row["source_system"] == item.source_system and row[left] == item.left_id and row["valid_to"] is not None
    ]
    return max([first, *(day for day in ended if day <= today)])


def _refuse_unless_read_back(after: Rules, cells: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """A rule that is read as something else than what was meant would be worse than none (an id ending in a blank)."""
    for name, rules in cells.items():
        read = after.tables[name].to_pylist()[-len(rules) :]
        for meant, found in zip(rules, read, strict=True):
            for column, value in meant.items():
                if "" if found[column] is None else str(found[column]) != value:
                    raise MappingRefusedError(
                        f"{name}.csv cannot hold {column} {value!r}: it would be read as {found[column]!r}. "
                        "Change it at the vendor, or map it by hand"
                    )


def _entry(taken: Taken, batch: str, number: int, by: str, now: datetime) -> dict[str, Any]:
    decision = taken.decision
    suggestion = decision.suggestion
    return {
        "decision_id": f"{batch}-{number}",
        "batch": batch,
        "action": decision.action,
        "by": by,
        "at": now.isoformat(timespec="seconds"),
        "kind": decision.item.kind,
        "source_system": decision.item.source_system,
        "left_id": decision.item.left_id,
        "left_name": decision.item.left_name,
        "right_id": decision.target.right_id,
        "right_name": decision.target.right_name,
        "waiting_amount": decision.item.amount,
        "currency": decision.item.currency,
        "waiting_quantity": decision.item.quantity,
        "score": suggestion.score if suggestion else None,
        "tier": suggestion.tier if suggestion else None,
        "evidence": suggestion.reasons if suggestion else None,
        "reason": one_line(decision.reason) or None,
        "file": taken.file,
        "line": taken.line,
        "counting": list(taken.counting),
    }
