"""Taking decisions back: their lines leave the rules, and the log says so.

Belongs here: the last command as a whole, or the last so many decisions. Does not belong here: rules that people wrote
by hand, which are theirs to remove.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pipelines.home import Home
from pipelines.mapping import log
from pipelines.mapping.log import Logged
from pipelines.mapping.refusals import MappingRefusedError
from pipelines.mapping.rule_files import judged, put
from pipelines.mapping.words import one_line
from pipelines.rules import RulesRefused
from pipelines.rules.layout import removed

COUNTING = "counting.csv"


def last_decisions(home: Home, count: int | None = None) -> list[Logged]:
    """What `undo` would take back, the newest first.

    Args:
        home: The home.
        count: So many decisions; default: all of the last command.

    Raises:
        MappingRefusedError: There is nothing to take back.
    """
    standing = log.standing(home.mapping_log)
    if not standing:
        raise MappingRefusedError("no decision is left to take back")
    if count is None:
        return [one for one in reversed(standing) if one.batch == standing[-1].batch]
    return list(reversed(standing[-count:]))


def undo(home: Home, decisions: Sequence[Logged], by: str, now: datetime | None = None) -> None:
    """Take these decisions back: all of them, or none. What a removed mapping had settled waits again at the next run.

    Raises:
        MappingRefusedError: A line was changed by hand since, or the rules would not hold without it.
        HomeBusyError: A run, or another person, uses the home.
    """
    moment = now or datetime.now(UTC)
    with home.lock("tieout map undo"):
        still = {one.decision_id for one in log.standing(home.mapping_log)}
        if not all(one.decision_id in still for one in decisions):
            raise MappingRefusedError("someone took these decisions back meanwhile")
        content: dict[str, bytes] = {}
        for one in decisions:
            path = home.rules / one.file
            data = content.get(one.file, path.read_bytes() if path.exists() else b"")
            without = removed(data, one.line)
            if without is None:
                raise MappingRefusedError(
                    f"{one.file}: the line of this decision was changed or removed by hand, so it is yours to mend: "
                    f"{one.line}"
                )
            content[one.file] = without
            _take_back_counting(home, content, one)
        try:
            judged(home, content)
        except RulesRefused as error:
            raise MappingRefusedError("the rules are wrong; nothing was changed", *map(str, error.errors)) from error
        put(home, content)
        log.add(
            home.mapping_log,
            [
                {
                    "action": log.UNDO,
                    "by": one_line(by),
                    "at": moment.isoformat(timespec="seconds"),
                    "undoes": [one.decision_id for one in decisions],
                }
            ],
        )


def _take_back_counting(home: Home, content: dict[str, bytes], one: Logged) -> None:
    """Proposed counting rules leave with their mapping; one that a person changed since is theirs, and stays."""
    path = home.rules / COUNTING
    for line in one.counting:
        data = content.get(COUNTING, path.read_bytes() if path.exists() else b"")
        without = removed(data, line)
        if without is not None:
            content[COUNTING] = without
