"""Pax8's words: what the models make of them, what the expectations know, and what the document says are one list."""

import ast
import re
from pathlib import Path

import pytest

from expectations import pax8

ROOT = Path(__file__).parents[3]
MACRO = (ROOT / "dbt_project" / "macros" / "pax8_words.sql").read_text(encoding="utf-8")
DOCUMENT = (ROOT / "docs" / "systems" / "pax8.md").read_text(encoding="utf-8")
WORDS: dict[str, tuple[str, ...]] = ast.literal_eval(MACRO[MACRO.index("lists = ") + 8 : MACRO.index("} -%}") + 1])

KNOWN = {
    "statuses whose dates decide": pax8.SUBSCRIPTION_STATUSES,
    "billing terms that recur": pax8.BILLING_TERMS,
    "item types that state seats": pax8.ITEM_TYPES,
    "item terms that state seats": pax8.ITEM_TERMS,
    "invoice statuses that stand": pax8.INVOICE_STATUSES,
}
OTHERS = {
    "statuses whose dates decide": ("statuses of what ends",),
    "billing terms that recur": ("billing terms of what is billed once",),
    "item types that state seats": ("item types of money",),
    "item terms that state seats": ("item terms of money",),
    "invoice statuses that stand": ("invoice statuses that are superseded",),
}
# The models know metered usage by a type of its own as well.
BEYOND_THE_VENDORS = {"usage"}


@pytest.mark.parametrize("kind", KNOWN)
def test_the_models_answer_for_every_word_that_the_expectations_know(kind: str) -> None:
    answered = {word for name in (kind, *OTHERS[kind]) for word in WORDS[name]}
    assert answered - BEYOND_THE_VENDORS == {word.lower() for word in KNOWN[kind]}


@pytest.mark.parametrize("kind", KNOWN)
def test_no_word_has_two_answers(kind: str) -> None:
    lists = [set(WORDS[name]) for name in (kind, *OTHERS[kind])]
    assert sum(map(len, lists)) == len(set.union(*lists))


def test_the_document_names_every_word_with_its_answer() -> None:
    """The table of words has a row for each list: its answer first, its words after it."""
    rows = dict(re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \|", DOCUMENT, re.MULTILINE))
    for name in WORDS:
        if name not in ("item types of money back", "item terms of usage"):
            assert {word.lower() for word in re.findall(r"`([^`]+)`", rows[name])} == set(WORDS[name]), name
