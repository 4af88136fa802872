"""How one home's vendors write clients' names, as its decisions show: words of their own, additions, short codes.

Belongs here: finding such habits in accepted pairs, and the further names that they give to rows. Does not belong here:
what every home has in common (`client_words.toml`), weights (`learning`). A habit only ever adds a reading: the names
as they stand keep theirs, and nothing that rests on a habit alone is certain.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.matching.aliases import Alias
from pipelines.matching.client_names import MARKED, read_client_name, words_without_form
from pipelines.matching.decisions import Decisions
from pipelines.matching.lists import NameList
from pipelines.matching.readings import LEARNED, Further

Words = tuple[str, ...]
Clients = frozenset[str]

OF_FILE: Clients = frozenset({"\x00 aliases"})
"""In the place of clients, where a file of aliases says so."""

# So many different clients make a habit; fewer may be one client's own name.
_CLIENTS = 3
_CLIENTS_OF_WORDS = 1  # two names that differ in nothing but one run of words tell more
_MOST_TRANSLATIONS = 3
_LONGEST_RUN = 3
_CODE_WORDS = 4  # a code is made of the first words
_CODE_LETTERS = range(1, 6)
_SHORTEST_CODE, _LONGEST_CODE = 3, 14
_SAME_ANSWER = 0.6  # the share of clients from which on what stands in a word's place is its meaning
_VOWELS = frozenset("aeiou")
WHOLE, CONSONANTS = 99, -1


@dataclass(frozen=True, slots=True)
class Code:
    """How a short code is made of a name's words: letters per word (`WHOLE`, `CONSONANTS`, 0: none), and what joins."""

    parts: tuple[int, ...]
    joined_by: str

    def of(self, words: Sequence[str]) -> str:
        """The code of a name; empty where the name has too few words, or the code says too little."""
        if len(words) < len(self.parts):
            return ""
        text = self.joined_by.join(
            part for word, take in zip(words, self.parts, strict=False) if (part := _taken(word, take))
        )
        return text if len(text) >= _SHORTEST_CODE else ""

    def __str__(self) -> str:
        said = {WHOLE: "all", CONSONANTS: "the consonants", 0: "none"}
        return ", ".join(said.get(part, str(part)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Habits:
    """What accepted pairs showed, each with the right ids of the clients that showed it.

    `words`: a run of words on the left -> the run that stands for it on the right. `additions`: words that the left
    adds to names. `codes`: ways to shorten a name.
    """

    words: Mapping[tuple[Words, Words], Clients] = field(default_factory=dict)
    additions: Mapping[str, Clients] = field(default_factory=dict)
    codes: Mapping[Code, Clients] = field(default_factory=dict)
    _by_run: dict[Words, list[tuple[Words, Clients]]] = field(default_factory=dict, repr=False)

    def left_names(self, left: NameList, decisions: Decisions) -> Iterator[Further]:
        """The left rows as the right side would write them, where a habit applies.

        A decided row is not read by what its own client alone taught: no decision proves itself.
        """
        own = dict(sorted(decisions.accepted))
        for row, (left_id, name) in enumerate(zip(left.ids, left.names, strict=True)):
            for written, why in self.otherwise(name, own.get(left_id, "")):
                yield Further(row, written, why, LEARNED)

    def otherwise(self, name: str, client: str = "") -> Iterator[tuple[str, str]]:
        """A left name as the right side would write it, each with why; `client` has no say in it."""
        if not (self.words or self.additions):
            return
        words = _words(name)
        kept, why = self._without_additions(words, client)
        if kept != words:
            yield " ".join(kept), why
        for translated, meant in self._translated(kept, client):
            yield " ".join(translated), "; ".join(filter(None, (why, meant)))

    def without_additions(self, side: NameList) -> Iterator[Further]:
        """The rows of the side that writes additions without them; no client's own addition counts for itself."""
        for row, (row_id, name) in enumerate(zip(side.ids, side.names, strict=True) if self.additions else ()):
            for written, why in self.otherwise(name, row_id):
                yield Further(row, written, why, LEARNED)

    def codes_of(self, side: NameList) -> Iterator[Further]:
        """The codes of the rows of the side that writes names in full."""
        for row, name in enumerate(side.names if self.codes else ()):
            for code, clients in self.codes.items():
                if short := code.of(words_without_form(name)):
                    yield Further(row, short, f"letters of each word: {code}, {_as_in(clients)}", LEARNED)

    def _without_additions(self, words: Words, client: str) -> tuple[Words, str]:
        dropped = [word for word in words if len(self.additions.get(word, frozenset()) - {client}) >= _CLIENTS]
        kept = tuple(word for word in words if word not in dropped)
        if not dropped or not kept:
            return words, ""
        clients = frozenset.union(*(self.additions[word] for word in dropped))
        return kept, f"'{' '.join(dropped)}' is an addition, {_as_in(clients)}"

    def _translated(self, words: Words, client: str) -> Iterator[tuple[Words, str]]:
        known = {words[a:b] for a in range(len(words)) for b in range(a + 1, min(a + _LONGEST_RUN, len(words)) + 1)}
        meanings = [
            (len(clients - {client}), run, meant, clients)
            for run in sorted(known)
            for meant, clients in self._meanings().get(run, ())
            if len(clients - {client}) >= _CLIENTS_OF_WORDS
        ]
        for _, run, meant, clients in sorted(meanings, key=lambda entry: -entry[0])[:_MOST_TRANSLATIONS]:
            yield replaced(words, run, meant), f"'{' '.join(run)}' stands for '{' '.join(meant)}', {_as_in(clients)}"

    def _meanings(self) -> Mapping[Words, list[tuple[Words, Clients]]]:
        if not self._by_run:
            for (run, meant), clients in self.words.items():
                self._by_run.setdefault(run, []).append((meant, clients))
        return self._by_run


def learn_habits(left: NameList, right: NameList, decisions: Decisions, aliases: Sequence[Alias] = ()) -> Habits:
    """The left side's habits, as the accepted pairs of two lists of clients show and a file states them."""
    found = _habits((ours, theirs, client) for ours, theirs, client in _accepted(left, right, decisions))
    stated = {(_words(alias.left), _words(alias.right)): OF_FILE for alias in aliases}
    return replace(found, words={**found.words, **{run: of for run, of in stated.items() if run[0] and run[1]}})


def learn_right_habits(left: NameList, right: NameList, decisions: Decisions) -> Habits:
    """The right side's habits: its additions and codes; what words mean the left side's habits say both ways."""
    found = _habits((theirs, ours, client) for ours, theirs, client in _accepted(left, right, decisions))
    return replace(found, words={})


def _accepted(left: NameList, right: NameList, decisions: Decisions) -> Iterator[tuple[str, str, str]]:
    """(left name, right name, right id) of each accepted pair."""
    names = dict(zip(left.ids, left.names, strict=True)), dict(zip(right.ids, right.names, strict=True))
    for left_id, right_id in sorted(decisions.accepted):
        if left_id in names[0] and right_id in names[1]:
            yield names[0][left_id], names[1][right_id], right_id


def _habits(named: Iterable[tuple[str, str, str]]) -> Habits:
    """The habits of whoever wrote the first of (name, other name, client)."""
    pairs = [(_words(ours), theirs, client) for ours, theirs, client in named]
    read = [(ours, _words(theirs), client) for ours, theirs, client in pairs]
    additions = _additions(read)
    kept = [tuple(word for word in ours if word not in additions) or ours for ours, _, _ in pairs]
    words = runs_that_differ((ours, theirs, client) for ours, (_, theirs, client) in zip(kept, read, strict=True))
    codes = _codes(
        (ours, words_without_form(name), client) for ours, (_, name, client) in zip(kept, pairs, strict=True)
    )
    return Habits(words, additions, codes)


def _words(name: str) -> Words:
    """The words of a name; of its trade name, where it holds one, since owners are written anyhow."""
    readings = read_client_name(name)
    return next((reading for reading in readings if reading.said == MARKED[1]), readings[0]).words


def _as_in(clients: Clients) -> str:
    if clients == OF_FILE:
        return "as the aliases say"
    return f"as confirmed for {len(clients)} client{'s' if len(clients) > 1 else ''}"


def _additions(pairs: Iterable[tuple[Words, Words, str]]) -> dict[str, Clients]:
    """Words that only the left writes, for several clients, without any one word of the right in their place."""
    held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    anywhere: set[str] = set()
    for ours, theirs, client in pairs:
        anywhere.update(theirs)
        if not set(ours) & set(theirs) and len(ours) < 2:
            continue
        for word in set(ours) - set(theirs):
            held[word][client].update(set(theirs) - set(ours))
    found = {}
    for word, clients in held.items():
        if len(clients) < _CLIENTS or word in anywhere:
            continue
        instead = [other for others in clients.values() for other in others]
        most = max(map(instead.count, set(instead)), default=0)
        if most < _SAME_ANSWER * len(clients):
            found[word] = frozenset(clients)
    return dict(sorted(found.items()))


def replaced(words: Words, run: Words, meant: Words) -> Words:
    """`words` with the first `run` in it replaced; the run must be there."""
    start = next(place for place in range(len(words)) if words[place : place + len(run)] == run)
    return words[:start] + meant + words[start + len(run) :]


def runs_that_differ(pairs: Iterable[tuple[Words, Words, str]]) -> dict[tuple[Words, Words], Clients]:
    """Runs of words that are all two accepted names differ in, with the right ids of these names."""
    found: dict[tuple[Words, Words], set[str]] = defaultdict(set)
    for ours, theirs, client in pairs:
        only_ours, only_theirs = _run(ours, theirs), _run(theirs, ours)
        if only_ours and only_theirs and set(ours) & set(theirs):
            found[only_ours, only_theirs].add(client)
    kept = {pair: frozenset(clients) for pair, clients in found.items() if len(clients) >= _CLIENTS_OF_WORDS}
    return dict(sorted(kept.items()))


def _run(words: Words, others: Words) -> Words:
    """The words that `others` lacks, where they stand in one short run; else nothing."""
    places = [place for place, word in enumerate(words) if word not in others]
    if not places or len(places) > _LONGEST_RUN or places[-1] - places[0] >= len(places):
        return ()
    return words[places[0] : places[-1] + 1]


def _codes(pairs: Iterable[tuple[Words, Words, str]]) -> dict[Code, Clients]:
    """The fewest ways of shortening that explain the left names which are codes of the right ones."""
    held: dict[Code, set[str]] = defaultdict(set)
    for ours, theirs, client in pairs:
        for code in _ways(ours, theirs[:_CODE_WORDS]):
            held[code].add(client)
    found: dict[Code, Clients] = {}
    explained: set[str] = set()
    while held:
        code = min(held, key=lambda way: (-len(held[way] - explained), len(way.parts), way.parts, way.joined_by))
        if len(held[code] - explained) < _CLIENTS:
            break
        found[code] = frozenset(held.pop(code))
        explained |= found[code]
    return found


def _ways(ours: Words, theirs: Words) -> Iterator[Code]:
    """Every way in which the words of the right name shorten to the left one."""
    short = "".join(ours)
    if not _SHORTEST_CODE <= len(short) <= _LONGEST_CODE:
        return

    def rest(text: str, words: Words, taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if not text:
            yield taken
        elif words:
            for take in (*_CODE_LETTERS, WHOLE, CONSONANTS, 0):
                part = _taken(words[0], take)
                if text.startswith(part) and (part or take == 0):
                    yield from rest(text[len(part) :], words[1:], (*taken, take))

    for parts in rest(short, theirs, ()):
        if all(_taken(word, part) in (word, "") for word, part in zip(theirs, parts, strict=False)):
            continue  # words left out, not shortened: every list does that
        for joined_by in ("", " "):
            code = Code(parts, joined_by)
            if code.of(theirs) == joined_by.join(ours):
                yield code


def _taken(word: str, take: int) -> str:
    if take == WHOLE:
        return word
    if take == CONSONANTS:
        return word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS)
    return word[:take]
