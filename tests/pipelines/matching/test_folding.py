"""Text without what never tells two names apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.matching.folding import LONGEST, fold, join_initials, plain, sound, stem


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café  ZÜRICH", "cafe zurich"),
        ("Smørrebrød & Łódź", "smorrebrod and lodz"),
        ("Domino’s O'Reilly", "dominos o reilly"),
        ("ＡＢＣ\u00a0x_y", "abc x y"),
        ("Straße", "strasse"),
        ("!!!", ""),
    ],
)
def test_case_marks_width_and_punctuation_go(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_single_letters_are_drawn_together_and_a_legal_form_at_their_end_stays_apart() -> None:
    assert join_initials("a o smith") == "ao smith"
    assert join_initials("d s m n v", frozenset(["nv"])) == "dsm nv"


def test_spellings_of_one_sound_become_equal() -> None:
    assert sound("philips") == sound("fillips")
    assert sound("gruenenthal") == sound("grunenthal")


def test_a_plural_loses_its_s_and_short_words_keep_it() -> None:
    assert [stem(word) for word in ("services", "glass", "gas")] == ["service", "glass", "gas"]


@given(st.text(max_size=400))
def test_any_text_folds_and_folding_twice_changes_nothing(text: str) -> None:
    assert len(plain(text)) <= LONGEST
    assert fold(fold(text)) == fold(text)
