"""The workbook that is decided in: its sheets, its columns, and the words in its cells that are read back.

Belongs here: names that writing and reading must agree on. Does not belong here: either of them.
"""

from urllib.parse import quote, unquote

ACCEPT, REJECT = "accept", "reject"
DECISIONS = (ACCEPT, REJECT)

# Sheet -> kind of what waits on it, and the sheet that lists what it may be mapped to.
SHEETS = {"Accounts": "client", "Products": "product"}
TARGET_SHEETS = {"client": "PSA clients", "product": "PSA products"}

DECISION, TARGET, REASON = "Decision", "Target", "Reason"
NAME, KEY, STATE = "Name at the vendor", "Key", "State"
# What a blank target means: the first suggestion as it was exported, whatever became of it since.
FIRST = "Suggestion 1"
READ_BACK = (NAME, DECISION, TARGET, REASON, FIRST, KEY, STATE)
SUGGESTED = 3

_BETWEEN = " | "


def label(right_id: str, name: str) -> str:
    """A target as the drop-down offers it: the id leads, so that the cell can never begin as a formula does."""
    return f"{right_id}{_BETWEEN}{name}"


def named(cell: str) -> str:
    """What a target cell names: the id of a label, or what the person wrote instead."""
    return cell.partition(_BETWEEN)[0].strip()


def key(kind: str, source_system: str, left_id: str) -> str:
    """The cell that says which item a row is about. The id is escaped: spreadsheets mend blanks and line breaks."""
    return f"{kind}|{source_system}|{quote(left_id, safe='')}"


def parts(cell: str) -> tuple[str, str, str] | None:
    """The item that a key cell names; None where it is no key."""
    kind, _, rest = cell.partition("|")
    source_system, bar, left_id = rest.partition("|")
    if not bar or kind not in SHEETS.values() or not source_system or not left_id:
        return None
    return kind, source_system, unquote(left_id)
