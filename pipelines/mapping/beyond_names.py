"""Clients suggested for accounts that names do not know, by what the account holds.

Belongs here: when holdings alone may suggest, and what keeps them from it. Does not belong here: what holdings weigh
(`holdings`), what names say (`pipelines.matching`).
"""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipelines.mapping.holdings import Found, Holdings
from pipelines.matching.context import shared_columns, weigh
from pipelines.matching.lists import NameList

Row = Mapping[str, Any]

_NUMBERS = re.compile(r"\d+")


def beyond_names(
    left: NameList,
    right: NameList,
    told: Sequence[tuple[str, Row]],
    rejected: Collection[tuple[str, str]],
    holdings: Holdings,
) -> Iterator[tuple[str, Found]]:
    """Account and client of each further pair, none of them more than possible.

    A pair that a person refused, that an identifier contradicts or whose names hold different numbers stays out.

    Args:
        left: The open accounts, ids as `holdings.label` writes them.
        right: The clients.
        told: Suggestions that there are already: id of the account, and the row with `right_id`, `tier`, `score`.
        rejected: Pairs of ids that people refused.
        holdings: What accounts hold and clients are billed for.
    """
    known: dict[str, list[Row]] = defaultdict(list)
    for left_id, row in told:
        known[left_id].append(row)
    refused: dict[str, set[str]] = defaultdict(set)
    for left_id, right_id in rejected:
        refused[left_id].add(right_id)
    columns = shared_columns(left, right)
    place = {right_id: number for number, right_id in enumerate(right.ids)}
    for number, left_id in enumerate(left.ids):
        if any(row["tier"] != "possible" for row in known[left_id]):
            continue
        left_over = max(0.0, 1 - sum(float(row["score"]) for row in known[left_id]))
        but = refused[left_id] | {row["right_id"] for row in known[left_id]}
        found = [one for one in holdings.found(left_id, but, left_over) if one.client_id in place]
        rows = np.full(len(found), number), np.array([place[one.client_id] for one in found], dtype=np.int64)
        odds, _, other_id = weigh(columns, *rows)
        for one, against, contradicted in zip(found, odds.tolist(), other_id.tolist(), strict=True):
            if not contradicted and not _other_numbers(left.names[number], right.names[place[one.client_id]]):
                yield left_id, one._replace(score=one.score * math.exp(min(against, 0.0)))


def _other_numbers(ours: str, theirs: str) -> bool:
    """Whether both names hold numbers, and other ones: store 12 is not store 13, whatever it holds."""
    numbers = _NUMBERS.findall(ours), _NUMBERS.findall(theirs)
    return bool(numbers[0] and numbers[1] and numbers[0] != numbers[1])
