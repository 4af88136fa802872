"""What tells two products apart: the answers that a folded product name gives to the questions of `distinctions.toml`.

Belongs here: reading the answers, and comparing two sets of them. Does not belong here: the questions and words (data).
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines.matching.data_files import toml
from pipelines.matching.folding import whole_words

_ANY = "any"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a name says.

    `must_agree` holds answers such as "edition=premium", `must_not_clash` those where silence is no answer; `rest` are
    the words that no question asked for.
    """

    must_agree: tuple[str, ...]
    must_not_clash: tuple[str, ...]
    rest: tuple[str, ...]


class _Group:
    def __init__(self, entry: dict[str, Any]) -> None:
        self.name: str = entry["name"]
        self.silent: str = entry["silent"]
        self.answer_of = {phrase: answer for answer, phrases in entry["values"].items() for phrase in phrases}
        self.pattern = whole_words(self.answer_of)


class _Implied:
    def __init__(self, entry: dict[str, Any]) -> None:
        self.answer = f"{entry['group']}={entry['answer']}"
        self.when_plan = re.compile(entry["when_plan"])
        self.not_in = whole_words(entry["not_in"])


@cache
def _questions() -> tuple[list[_Group], list[tuple[str, list[re.Pattern[str]]]], list[_Implied]]:
    data = toml("distinctions.toml")
    patterns = [(entry["name"], [re.compile(words) for words in entry["words"]]) for entry in data["pattern"]]
    return [_Group(entry) for entry in data["group"]], patterns, [_Implied(entry) for entry in data["implied"]]


def read_answers(folded: str) -> Answers:
    """The answers that a product's name gives.

    Args:
        folded: The name's canonical words with one blank between them (`product_names`).
    """
    groups, patterns, implied = _questions()
    agree: list[str] = []
    clash: list[str] = []
    text = folded
    for group in groups:
        said = {group.answer_of[phrase] for phrase in group.pattern.findall(text)}
        # A blank pair of bars keeps the words around a phrase that was read from becoming a phrase together.
        text = group.pattern.sub(" | ", text)
        said.discard(group.silent)
        (clash if group.silent == _ANY else agree).extend(f"{group.name}={answer}" for answer in said)
    plans: set[str] = set()
    for name, expressions in patterns:
        for expression in expressions:
            for found in expression.finditer(text):
                answer = "".join(part for part in found.groups() if part).replace(" ", "")
                agree.append(f"{name}={answer}")
                if name == "plan":
                    plans.add(answer)
            text = expression.sub(" | ", text)
    for rule in implied:
        if rule.answer in agree and any(map(rule.when_plan.match, plans)) and not rule.not_in.search(folded):
            agree.remove(rule.answer)
    rest = tuple(word for word in text.replace("|", " ").split())
    return Answers(tuple(sorted(agree)), tuple(sorted(clash)), rest)


def difference(left: Answers | Any, right: Answers | Any) -> str:
    """In words, what the two names' answers disagree in; empty where nothing does. Takes anything with both tuples."""
    only_left = sorted(set(left.must_agree) - set(right.must_agree))
    only_right = sorted(set(right.must_agree) - set(left.must_agree))
    parts = [f"only the left says {_spoken(answer)}" for answer in only_left]
    parts += [f"only the right says {_spoken(answer)}" for answer in only_right]
    if left.must_not_clash and right.must_not_clash and left.must_not_clash != right.must_not_clash:
        parts.append(f"{_list(left.must_not_clash)} against {_list(right.must_not_clash)}")
    return "; ".join(parts)


def _spoken(answer: str) -> str:
    group, _, value = answer.partition("=")
    return f"{value} ({group})"


def _list(answers: tuple[str, ...]) -> str:
    return " and ".join(answer.partition("=")[2] for answer in answers)
