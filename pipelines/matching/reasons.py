"""Why two rows were put together, in words that a person can check.

Belongs here: sentences. Does not belong here: weights and scores.
"""

from pipelines.matching.client_names import relations
from pipelines.matching.context import say
from pipelines.matching.distinctions import difference
from pipelines.matching.lists import NameList
from pipelines.matching.pairing import Paired
from pipelines.matching.readings import LEARNED, Reading, Readings

_LONGEST_WORD = 60


class Reasons:
    """Says the reasons of single pairs."""

    def __init__(self, paired: Paired, left: NameList, right: NameList, kind: str) -> None:
        self._paired, self._left, self._right, self._kind = paired, left, right, kind

    def of(
        self,
        best: int,
        left_row: int,
        right_row: int,
        *,
        decided: bool,
        close: bool,
        contradicted: bool = False,
        hinted: bool = False,
        hint: str = "",
    ) -> str:
        """The reasons for one pair, the strongest first, separated by semicolons.

        Args:
            best: Index of the pair of readings in `Paired`.
            left_row: Row of the left list.
            right_row: Row of the right list.
            decided: Whether a person accepted this pair.
            close: Whether another candidate is as good.
            contradicted: Whether one identifier agrees and another differs.
            hinted: Whether hints decided between this row and others that are as good by name.
            hint: What else speaks for this pair.
        """
        paired = self._paired
        ours = paired.left_readings.reading[paired.left[best]]
        theirs = paired.right_readings.reading[paired.right[best]]
        parts = ["confirmed decision"] if decided else []
        if close:
            parts.append("ambiguous: another row is as good a match")
        elif hinted:
            parts.append("by name another row is as good")
        parts.append(hint)
        if contradicted:
            parts.append("identifiers contradict each other: one of them may belong to another record")
        parts.extend(say(paired.columns, left_row, right_row))
        origin = paired.right_readings.origin[paired.right[best]]
        if origin and theirs.said != LEARNED:
            parts.append(f"like {origin}, which was confirmed for this row")
        parts.extend(
            reading.said if " " in reading.said else f"{side} {reading.said}"
            for side, reading in (("left:", ours), ("right:", theirs))
            if reading.said not in ("", LEARNED) and self._kind == "product"
        )
        if self._kind == "client" or LEARNED in (ours.said, theirs.said):
            said = {ours.said, theirs.said, LEARNED} - {""} if self._kind == "client" else {LEARNED}
            sides = ((paired.left_readings, paired.left[best]), (paired.right_readings, paired.right[best]))
            parts.extend(_by(side, index) for side, index in sides if side.reading[index].said in said)
        same = self._left.names[left_row] == self._right.names[right_row]
        parts.append("same name" if same else self._names(ours, theirs))
        if self._kind == "client" and not origin:
            related = relations(self._left.names[left_row]), relations(self._right.names[right_row])
            if related[0] != related[1]:
                words = "; ".join(f"'{_short(', '.join(side))}'" for side in related if side)
                parts.append(f"perhaps parent or part of: {words} in {'both' if all(related) else 'one'} of the names")
        if paired.refused[best]:
            parts.append(f"names contradict: {difference(ours, theirs) or 'different products of the public table'}")
        return "; ".join(part for part in parts if part)

    def _names(self, ours: Reading, theirs: Reading) -> str:
        left, right = " ".join(ours.words), " ".join(theirs.words)
        if ours.written == theirs.written:
            return "same name but for case and punctuation"
        if left.replace(" ", "") == right.replace(" ", ""):
            if self._kind == "product":
                return (
                    "same product in Microsoft's public table"
                    if ours.known & theirs.known
                    else ("same product and edition, written otherwise")
                )
            forms = [form for form in (ours.form, theirs.form) if form]
            if ours.form != theirs.form:
                return f"names differ by '{' / '.join(forms)}'"
            return "same name, written otherwise"
        if left.replace(" ", "") in theirs.initials or right.replace(" ", "") in ours.initials:
            return "one name is the initials of the other"
        only_left = [word for word in ours.words if word not in theirs.words]
        only_right = [word for word in theirs.words if word not in ours.words]
        if not only_left or not only_right:
            return (
                f"names differ by '{_short(' '.join(only_left or only_right))}'"
                if only_left or only_right
                else ("same words in another order")
            )
        return f"'{_short(' '.join(only_left))}' against '{_short(' '.join(only_right))}', the rest alike"


def _by(side: Readings, index: int) -> str:
    reading = side.reading[index]
    by = f"by its {reading.said} '{_short(' '.join(reading.words))}'"
    return f"{by} ({side.origin[index]})" if reading.said == LEARNED else by


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 1] + "…"
