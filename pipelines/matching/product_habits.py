"""What one home's decisions show about names of products: runs of words that stand for each other.

Belongs here: learning them from accepted pairs, and rewriting names by them. Does not belong here: names of clients
(`habits`). Products that the public table knows are left alone. A rewriting never adds a word that tells two products
apart (edition, plan, machine and the like), and drops one only where a person's own pair dropped that very one.
"""

from collections.abc import Iterator, Sequence

from pipelines.matching.aliases import Alias
from pipelines.matching.decisions import Decisions
from pipelines.matching.folding import fold
from pipelines.matching.habits import Words, replaced, runs_that_differ
from pipelines.matching.lists import NameList
from pipelines.matching.product_names import read_product_name
from pipelines.matching.readings import LEARNED, Further

Telling = frozenset[str]

_LONGEST = 12  # names of more words are descriptions


def product_rewritings(left: NameList, right: NameList, decisions: Decisions) -> Iterator[Further]:
    """The left rows as the right side would write them, by the runs of words that accepted names differ in.

    A decided row is not read by what its own decision alone taught.
    """
    names = dict(zip(left.ids, left.names, strict=True)), dict(zip(right.ids, right.names, strict=True))
    taught: dict[Telling, list[tuple[Words, Words, str]]] = {}
    for left_id, right_id in sorted(decisions.accepted):
        if left_id in names[0] and right_id in names[1]:
            ours, theirs = names[0][left_id], names[1][right_id]
            dropped = _dropped(_telling(ours), _telling(theirs))
            if dropped is not None:
                taught.setdefault(dropped, []).append((_words(ours), _words(theirs), right_id))
    runs = {
        (run, meant, dropped): right_ids
        for dropped, pairs in taught.items()
        for (run, meant), right_ids in runs_that_differ(pairs).items()
    }
    own = dict(sorted(decisions.accepted))
    for row, (left_id, name) in enumerate(zip(left.ids, left.names, strict=True) if runs else ()):
        words = _words(name)
        held = {words[a:b] for a in range(len(words)) for b in range(a + 1, len(words) + 1)}
        if len(words) > _LONGEST or not (held & {run for run, _, _ in runs}):
            continue
        for (run, meant, dropped), right_ids in runs.items():
            if run in held and right_ids - {own.get(left_id, "")}:
                written = " ".join(replaced(words, run, meant))
                if _dropped(_telling(name), _telling(written)) == dropped:
                    as_in = f"as confirmed for {len(right_ids)} product{'s' if len(right_ids) > 1 else ''}"
                    why = f"'{' '.join(run)}' stands for '{' '.join(meant)}', {as_in}"
                    yield Further(row, written, why, LEARNED)


def _words(name: str) -> Words:
    return tuple(fold(name).split())


def _telling(name: str) -> Telling | None:
    """What must agree of a name; None where the public table knows the product."""
    readings = read_product_name(name)
    if any(reading.known for reading in readings):
        return None
    return frozenset((*readings[0].must_agree, *readings[0].must_not_clash))


def _dropped(ours: Telling | None, theirs: Telling | None) -> Telling | None:
    """What only the first name says; None where the second says anything that the first does not."""
    return None if ours is None or theirs is None or theirs - ours else ours - theirs


def product_aliases(left: NameList, aliases: Sequence[Alias]) -> Iterator[Further]:
    """The left rows that a file of aliases names, by the names that it gives them on the right."""
    named: dict[str, list[str]] = {}
    for alias in aliases:
        named.setdefault(fold(alias.left), []).append(alias.right)
    for row, name in enumerate(left.names):
        for written in named.get(fold(name), ()):
            yield Further(row, written, "as the aliases say", LEARNED)
