"""Are the shop's own texts found by meaning and words, quoted as they are, and read again when they change?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.shop.knowledge import Knowledge, parse_faq, parse_policy
from feedback.unanswered import unanswered_questions
from recommender.errors import ConfigurationError
from tests.actions.conftest import Shop, Shopper

POLICY = """# Returns

Read this first.

## Furniture
We collect **sofas**. See [the map](https://maps.example).

## Gifts
```
# no heading
```
"""

QUESTIONS = """
entries:
  - topic: a
    question: Do you wrap gifts?
    answer: "Yes."
  - topic: b
    question: Do you ship abroad?
    answer: "No."
"""


def write(folder: Path, name: str, text: str, at: int) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(at, at))


def test_a_policy_falls_into_its_sections_under_their_headings() -> None:
    passages = parse_policy(POLICY, "policies/returns.md")
    assert [one.title for one in passages] == ["Returns", "Returns › Furniture", "Returns › Gifts"]
    assert passages[1].text == "We collect sofas. See the map."
    assert "# no heading" in passages[2].text


@given(st.text(max_size=400))
def test_no_policy_can_break_the_reading_of_it(text: str) -> None:
    for passage in parse_policy(text, "policies/any.md"):
        assert passage.text
        assert passage.title


@pytest.mark.parametrize("text", ["", "entries: 3", "entries: [{topic: a}]", "- a\n- b", "entries: [*x]", "\x00"])
def test_a_file_of_questions_that_holds_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"faq\.yml"):
        parse_faq(text)


def test_by_words_alone_the_rarer_word_decides_and_nothing_is_sure_without_one(tmp_path: Path) -> None:
    write(tmp_path, "faq.yml", QUESTIONS, 1)
    knowledge = Knowledge(tmp_path, None)
    found = knowledge.search("could you wrap it please")
    assert found[0].passage.text == "Yes."
    answer = knowledge.answer("wrap gifts")
    assert answer is not None
    assert answer.text == "Yes."
    assert knowledge.answer("a green sofa") is None
    assert knowledge.search("   ") == []


def test_what_is_written_into_a_file_is_known_at_once_and_a_broken_file_leaves_the_others(tmp_path: Path) -> None:
    knowledge = Knowledge(tmp_path, None)
    assert knowledge.search("sofas") == []
    write(tmp_path, "policies/returns.md", POLICY, 1)
    assert knowledge.search("sofas")[0].passage.title == "Returns › Furniture"
    write(tmp_path, "policies/returns.md", "# Returns\nSofas stay where they are.", 2)
    assert knowledge.search("sofas")[0].passage.text == "Sofas stay where they are."
    write(tmp_path, "faq.yml", "entries: [", 3)
    assert knowledge.search("sofas")[0].passage.file == "policies/returns.md"


def test_a_policy_answers_with_its_heading_and_the_topic_decides_where_it_is_certain(
    shop: Shop, shopper: Shopper
) -> None:
    shopper.say("and when do parcels come", "faq_shipping")
    assert "Parcels take 3 working days." in shopper.text()
    write(shop.services.settings.shop_dir, "policies/wool.md", "# Care\n## Wool\nWash wool by hand.", 1)
    shopper.say("wash wool", "out_of_scope")
    assert "Wash wool by hand." in shopper.text()
    assert "Care › Wool" in shopper.text()


def test_what_no_text_answers_is_said_and_kept_once_for_the_trainers(shop: Shop, shopper: Shopper) -> None:
    (shop.services.settings.shop_dir / "faq.yml").unlink()
    shopper.say("is the shop wheelchair accessible", "faq_hours")
    assert "shop" in shopper.text()
    with shop.services.database.reading() as session:
        (row,) = unanswered_questions(session)
    assert (row.text, row.nearest, row.turn_id) == ("is the shop wheelchair accessible", None, shopper.turn_id)
