"""What does the shopper not want?"""

from __future__ import annotations

from dataclasses import dataclass

from recommender.catalogue.words import singular
from recommender.understanding.mentions import Mention
from recommender.understanding.query import Facet
from recommender.understanding.tokens import Phrases, Sheet
from recommender.understanding.vocabulary import Vocabulary

__all__ = ["Unwanted", "read_unwanted"]

_NEGATORS = Phrases(
    dict.fromkeys(["without", "w / o", "except", "except for", "excluding", "exclude", "avoid", "avoiding"], True)
    | dict.fromkeys(["anything but", "any but", "anything except", "everything but", "all but", "other than", "no"], True)
    | {
        f"{which}{name} {than}": True
        for which in ("", "any ", "other ", "any other ", "another ", "a different ", "different ", "some other ", "every ")
        for name in ("brand", "brands", "colour", "color", "material", "one")
        for than in ("but", "except", "than", "other than", "except for", "but not")
        if which or than == "other than"
    }
    | dict.fromkeys(["rather than", "instead of", "apart from", "but no", "and no", "nothing with", "free of", "minus"], True)
    | dict.fromkeys(["not", "but not", "and not", "non", "non -", "nor", "never", "isnt", "arent", "not from", "hate"], False)
    | dict.fromkeys(["dont want", "do not want", "dont like", "do not like", "dont need", "not a fan of", "isn t"], False)
    | dict.fromkeys(["nothing in", "nothing from", "nothing made of", "dislike", "i hate", "i dont want", "i dont like"], False)
)  # fmt: skip
# After these, "no" and "not" deny something other than a thing to buy.
_OTHER_SENSE = frozenset(
    "only too sure bad yet just that so problem thanks thank worries idea matter necessarily much really very if need one "
    "what who how i you it we they want a longer more less fewer over above under below cheaper name brainer "
    "important interested enough available fault working".split()
)
_LINKS = frozenset(
    {"any", "a", "an", "the", "of", "in", "from", "by", "made", "out", "with", "colour", "color", "brand"}
)
_LISTS = frozenset({",", "or", "nor", "and", "/"})
# A wish is over before these words.
_ENDS = frozenset(
    "for with without but under over below above between around at in to on please that which because from by or and nor "
    "if is are not no ideally preferably size up than".split()
)
# Said of a thing with "not", these grade it; products that carry the word are not all unwanted.
_GRADES = frozenset(
    "heavy big large small expensive cheap loud bright dark long short tight thick thin hard soft new old fancy good nice "
    "like as allowed being sure this these those his her my your".split()
)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What [start, end) of the tokens rules out: the values that mentions name, or a word of the catalogue."""

    facet: Facet
    values: tuple[str, ...]


def read_unwanted(sheet: Sheet, mentions: list[Mention], vocabulary: Vocabulary) -> list[Unwanted]:
    """Take every negation with what it denies: "not leather", "no red or blue", "without wires", "except Sony".

    "Non-stick", "no-name" and what the catalogue itself writes after "no" ("no show socks") deny nothing. A denied word
    that no product has rules out nothing and is only taken.
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
    if negator is None or at in by_start or sheet.key(at - 1) in ("or", "why"):
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
        if hyphenated or not following or following in _OTHER_SENSE or not sheet.tokens[end].is_word:
            return at
        if following in vocabulary.after_no and sheet.key(at) in ("no", "non"):
            return at
        if not rules_out_words and (following in _GRADES or not vocabulary.knows(following)):
            return at
        last = _denied_word(sheet, end, by_start, vocabulary, found)
    named = sheet.raw(end, last)
    sheet.take(at, last, f"not {named}")
    return last


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
        mention = following


def _denied_word(
    sheet: Sheet, at: int, by_start: dict[int, Mention], vocabulary: Vocabulary, found: list[Unwanted]
) -> int:
    end = at
    keys = []
    while end < len(sheet) and sheet.key(end) and end not in by_start and len(keys) < 3:
        key = sheet.key(end)
        if key in _ENDS or not sheet.tokens[end].is_word:
            break
        keys.append(singular(key))
        end += 1
    if keys and all(vocabulary.knows(key) for key in keys):
        found.append(Unwanted(Facet.WORD, (" ".join(keys),)))
    return end
