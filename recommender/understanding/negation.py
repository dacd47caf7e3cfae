"""What does the shopper not want?"""

from __future__ import annotations

from dataclasses import dataclass

from recommender.catalogue.words import singular
from recommender.understanding.mentions import Mention
from recommender.understanding.phrases import Phrases, phrase_list, word_set
from recommender.understanding.query import Facet
from recommender.understanding.tokens import Sheet
from recommender.understanding.vocabulary import Vocabulary

__all__ = ["Unwanted", "read_unwanted"]

_NEGATORS = Phrases(
    {
        f"{which} {name} {than}": True
        for which in phrase_list("negation.which")
        for name in phrase_list("negation.facet_names")
        for than in phrase_list("negation.than")
    }
    | dict.fromkeys(phrase_list("negation.negators.any_word"), True)
    | dict.fromkeys(phrase_list("negation.negators.names_only"), False)
)
# After these, "no" and "not" deny something other than a thing to buy.
_OTHER_SENSE = word_set("negation.other_sense")
_LINKS = word_set("negation.links")
_LISTS = frozenset({",", "or", "nor", "and", "/"})
# A wish is over before these words.
_ENDS = word_set("negation.ends")
# Whose dislike it is: "she hates" is no more about a product than "hates" is.
_SUBJECTS = word_set("negation.subjects")
# What says nothing beside what it is said of: who hates floral smells hates what is floral.
_VAGUE = word_set("negation.vague")
# Said of a thing with "not", these grade it; products that carry the word are not all unwanted.
_GRADES = word_set("negation.grades")


# "A cleaner to remove black mould" is for that; "i want to remove black" rules it out.
_REMOVING = frozenset({"drop", "leave", "remove", "take"})
_WISHING = frozenset({"have", "like", "need", "want", "wish"})


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What is ruled out: the values that mentions name, or a word of the catalogue; no values where no product has it.

    `said` is what the message calls it.
    """

    facet: Facet
    values: tuple[str, ...]
    said: str = ""


def read_unwanted(sheet: Sheet, mentions: list[Mention], vocabulary: Vocabulary) -> list[Unwanted]:
    """Take every negation with what it denies: "not leather", "no red or blue", "without wires", "except Sony".

    "Non-stick", "no-name" and what the catalogue itself writes after "no" ("no show socks") deny nothing. A denied word
    that no product has rules out nothing; it is taken all the same.
    """
    by_start = {mention.start: mention for mention in mentions}
    found: list[Unwanted] = []
    at = 0
    while at < len(sheet):
        end = _denied(sheet, at, by_start, vocabulary, found)
        at = max(end, at + 1)
    return found


def _denied(sheet: Sheet, at: int, by_start: dict[int, Mention], vocabulary: Vocabulary, found: list[Unwanted]) -> int:
    """Read one negation at token `at` into `found`; where it ends, or `at` if there is none."""
    free_of = _free_of(sheet, at, by_start)
    if free_of:
        found.append(Unwanted(free_of.facet, free_of.values))
        sheet.take(at, free_of.end + 1 + (sheet.key(free_of.end) == "-"), f"not {' or '.join(free_of.values)}")
        return free_of.end
    negator = _NEGATORS.match(sheet, at)
    if negator is None or at in by_start or sheet.key(at - 1) in ("or", "why") or _is_purpose(sheet, at):
        return at
    end, rules_out_words = negator
    hyphenated = sheet.key(end) == "-" or (sheet.key(at) == "non" and sheet.key(end - 1) == "-")
    if sheet.key(end) == "-":
        end += 1
    while sheet.key(end) in _LINKS and end not in by_start:
        end += 1
    mention = by_start.get(end)
    if mention and mention.facet is not Facet.SIZE and not (hyphenated and not mention.sure):
        last = _denied_list(sheet, mention, by_start, found)
    else:
        following = sheet.key(end)
        if hyphenated or not following or following in _OTHER_SENSE or not following[0].isalpha():
            return at
        if sheet.key(at) == "drop":
            return at  # "drop earrings" are a thing to buy; "drop blue" names what to leave out
        if following in vocabulary.after_no and sheet.key(at) in ("no", "non"):
            return at
        names_nothing = not vocabulary.knows(following)
        if not rules_out_words and (following in _GRADES or (names_nothing and not sheet.ends_at(end + 1))):
            return at
        last = _denied_word(sheet, end, by_start, vocabulary, found)
    named = sheet.raw(end, last)
    start = at
    while sheet.key(start - 1) in _SUBJECTS and not rules_out_words:
        start -= 1
    sheet.take(start, last, f"not {named}")
    return last


def _is_purpose(sheet: Sheet, at: int) -> bool:
    return sheet.key(at) in _REMOVING and sheet.key(at - 1) == "to" and sheet.key(at - 2) not in _WISHING


def _free_of(sheet: Sheet, at: int, by_start: dict[int, Mention]) -> Mention | None:
    """ "leather-free"."""
    mention = by_start.get(at)
    if mention is None or mention.facet is not Facet.MATERIAL:
        return None
    return mention if sheet.key(mention.end + (sheet.key(mention.end) == "-")) == "free" else None


def _denied_list(sheet: Sheet, first: Mention, by_start: dict[int, Mention], found: list[Unwanted]) -> int:
    """The mention and those listed after it; a list after "and" goes on only with the same facet."""
    mention, end = first, first.end
    while True:
        # A name that may be an everyday word rules out the brand all the same: only its own products.
        found.append(Unwanted(mention.facet, mention.values))
        end = mention.end
        after = end
        while sheet.key(after) in _LISTS or (after > end and sheet.key(after) in ("not", "from", "in")):
            after += 1
        following = by_start.get(after)
        if after == end or following is None or following.facet is not first.facet:
            return end
        if after == end + 1 and sheet.key(end) == "," and not _goes_on(sheet, following):
            return end  # "not blue, red": what follows is what is wanted
        mention = following


def _goes_on(sheet: Sheet, mention: Mention) -> bool:
    """Whether a list that commas part is still going on after `mention`, as in "red, blue or green"."""
    return sheet.key(mention.end) in _LISTS


def _denied_word(
    sheet: Sheet, at: int, by_start: dict[int, Mention], vocabulary: Vocabulary, found: list[Unwanted]
) -> int:
    end = at
    keys: list[str] = []
    while end < len(sheet) and sheet.key(end) and end not in by_start and len(keys) < 3:
        key = sheet.key(end)
        if key in _ENDS or not sheet.tokens[end].is_word:
            break
        keys.append(singular(key))
        end += 1
    while len(keys) > 1 and keys[-1] in _VAGUE:
        keys.pop()
    if keys and all(vocabulary.knows(key) for key in keys):
        found.append(Unwanted(Facet.WORD, (" ".join(keys),)))
    elif keys:
        found.append(Unwanted(Facet.WORD, (), sheet.raw(at, end)))
    return end
