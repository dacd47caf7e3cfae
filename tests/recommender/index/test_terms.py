from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from recommender.index.terms import content_words, terms, word_terms, words


def test_case_accents_and_width_do_not_matter() -> None:
    assert terms("Café") == terms("CAFE") == terms("cafe\u0301") == terms("ｃａｆｅ")


def test_singular_and_plural_meet() -> None:
    assert terms("jackets batteries") == terms("jacket battery")


def test_a_model_number_is_split_and_kept_whole() -> None:
    found = word_terms("WH-1000XM4")
    assert {"wh", "1000", "xm", "4", "wh1000xm4"} == set(found)
    assert word_terms("wh1000xm4")[-1] == "wh1000xm4"


def test_a_number_and_its_unit_meet_however_they_are_written() -> None:
    assert set(terms("16 GB")) <= set(terms("16GB"))


def test_possessives_lose_their_s() -> None:
    assert terms("men's") == terms("men’s") == ["men"]


def test_scripts_without_spaces_become_pairs() -> None:
    assert terms("東京都") == ["東京", "京都"]
    assert terms("水") == ["水"]


def test_a_japanese_sound_mark_is_no_accent() -> None:
    assert terms("が") != terms("か")


def test_other_alphabets_are_words() -> None:
    assert len(terms("красная куртка")) == 2
    assert len(terms("हिन्दी किताब")) == 2


def test_content_words_leave_out_what_says_nothing_and_repetitions() -> None:
    assert content_words("show me a Red jacket for the Red one") == ["Red", "jacket", "one"]


def test_a_text_of_stop_words_only_keeps_them() -> None:
    assert content_words("the it") == ["the", "it"]


@given(st.text())
def test_any_text_gives_non_empty_terms_and_words_from_it(text: str) -> None:
    assert all(terms(text)) if terms(text) else True
    assert all(word in text for word in words(text))


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=20))
def test_composed_and_decomposed_text_have_the_same_terms(text: str) -> None:
    assert terms(unicodedata.normalize("NFC", text)) == terms(unicodedata.normalize("NFD", text))
