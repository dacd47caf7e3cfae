"""What is the shopper asking for, in terms of this catalogue?

The readers take their phrases from the message one after another, the surest first; what nobody takes is searched for
by meaning. Words that name a colour, material or brand are conditions and stay in the search text as well: a product
that carries the word in its title is a better match than one that mentions it in an attribute. Sizes, prices, ratings,
stock, negations and courtesies leave the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from recommender.catalogue.words import singular, words
from recommender.understanding.amend import changed, compare, joined, other_than_shown
from recommender.understanding.cues import Comparison, Cues, read_cues
from recommender.understanding.mentions import Mention, read_mentions, read_sizes
from recommender.understanding.negation import read_unwanted
from recommender.understanding.prices import read_prices
from recommender.understanding.query import Constraint, Facet, Op, Query, Sort
from recommender.understanding.reading import Reading, ShownItem
from recommender.understanding.references import read_references
from recommender.understanding.search_text import STOP_WORDS, opens_search, remaining, speaks_of_somebody, take_filler
from recommender.understanding.several import kinds_named, wishes
from recommender.understanding.spelling import Spelling
from recommender.understanding.tokens import Sheet
from recommender.understanding.vocabulary import PURPOSE_WORDS, Vocabulary
from recommender.understanding.wishes import (
    note_whom_and_when,
    read_counted,
    read_quantity,
    read_rating,
    read_sort,
    read_stock,
)

__all__ = ["Understander"]

_PUNCTUATION = ".,;:!?"
# "Cheaper" with nothing to compare with.
_SORT_OF: dict[Comparison | None, Sort] = {Comparison.CHEAPER: Sort.PRICE_ASC, Comparison.DEARER: Sort.PRICE_DESC}


@dataclass(frozen=True, slots=True)
class _Message:
    """Everything one message says, before it is joined with what was said earlier."""

    text: str
    kinds: tuple[str, ...]
    """The categories that the last words of the content name, before "for" and "with"."""
    content: tuple[str, ...]
    """Folded words of the text that are neither names nor stop words: what kind of thing it is about."""
    constraints: tuple[Constraint, ...]
    mentions: tuple[Mention, ...]
    cues: Cues
    sort: Sort | None
    references: tuple[str, ...]
    quantity: int | None
    opens_search: bool
    for_somebody: bool
    understood: bool
    unmatched: tuple[str, ...]
    respelled: tuple[tuple[str, str], ...]


class Understander:
    """Reads messages with the words of one catalogue. Stateless: safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._spelling = Spelling(vocabulary)

    def understand(
        self,
        text: str,
        *,
        previous: Query | None = None,
        shown: Sequence[ShownItem] = (),
        amend: bool | None = None,
        focus: str | None = None,
        respell: bool = True,
    ) -> Reading:
        """What `text` means after `previous`, with `shown` in front of the shopper. Never raises, whatever the text.

        Args:
            text: the message as it was written; beyond `tokens.MAX_CHARACTERS` it is not read.
            previous: the query in force, None at the beginning.
            shown: the products in front of the shopper.
            amend: whether the dialogue believes this changes `previous`; the words may overrule it.
            focus: the id of the one among `shown` that the talk is about, which "it" means.
            respell: whether misspelled words are read as the words of the catalogue they are likeliest meant to be.
        """
        first, *further = wishes(text, self._kind_of)
        sheet = Sheet(first)
        if respell:
            self._spelling.correct(sheet)
        message = self._read(sheet, shown, focus)
        compared: tuple[Constraint, ...] = ()
        if previous is not None and self._amends(message, previous, amend):
            kind: Literal["new", "amend"] = "amend"
            items = [item for item in shown if item.id in message.references] or shown
            compared = compare(message.cues.comparison, previous, items)
            query = self._amended(previous, message, compared + other_than_shown(message.cues, previous, items))
        else:
            kind = "new"
            sort = message.sort or _SORT_OF.get(message.cues.comparison, Sort.RELEVANCE)
            query = Query(message.text, message.constraints, sort)
            query = self._with_category(query, message)
        old = previous.constraints if previous and kind == "amend" else ()
        return Reading(
            kind=kind,
            query=query,
            added=tuple(constraint for constraint in query.constraints if constraint not in old),
            removed=tuple(constraint for constraint in old if constraint not in query.constraints),
            references=message.references,
            quantity=message.quantity,
            known=self._known(message, query),
            compared=tuple(constraint for constraint in compared if constraint in query.constraints),
            unmatched=message.unmatched,
            respelled=message.respelled,
            names_thing=bool(message.content),
            further=tuple(further),
            parts=tuple(sorted(sheet.parts, key=lambda part: (part.start, part.end))),
        )

    def _kind_of(self, text: str) -> tuple[str | None, frozenset[Facet], bool]:
        message = self._read(Sheet(text), (), None)
        facets = frozenset(one.facet for one in message.constraints)
        return next(iter(message.kinds), None), facets, bool(message.content)

    def written(self, facet: Facet, value: str) -> str:
        """How the catalogue writes `value`, a folded word of a constraint."""
        return self.vocabulary.spellings.get(facet, {}).get(value, value)

    @property
    def currency(self) -> str:
        """The currency of most products that have a price; "" where none has."""
        return self.vocabulary.currency

    def _read(self, sheet: Sheet, shown: Sequence[ShownItem], focus: str | None) -> _Message:
        vocabulary = self.vocabulary
        references = read_references(sheet, shown, focus)
        opens, for_somebody = opens_search(sheet), speaks_of_somebody(sheet)
        stock = read_stock(sheet)
        rating = read_rating(sheet)
        price = read_prices(sheet, pounds_are_money=vocabulary.currency == "GBP")
        quantity = price.quantity or read_quantity(sheet)
        sort = read_sort(sheet, has_limit=bool(price.constraints))
        cues = read_cues(sheet)
        sizes = read_sizes(sheet, vocabulary)
        mentions = read_mentions(sheet, vocabulary)
        unwanted = read_unwanted(sheet, mentions, vocabulary)
        sizes = [size for size in sizes if not any(sheet.taken[size.start : size.end])]
        for size in sizes:
            sheet.take(size.start, size.end, f"size {' or '.join(size.values)}")
        wanted = [mention for mention in mentions if not any(sheet.taken[mention.start : mention.end])]
        sure = [mention for mention in wanted if mention.sure]
        for mention in sure:
            sheet.note(mention.start, mention.end, f"{mention.facet.value} {' or '.join(mention.values)}")
        note_whom_and_when(sheet)
        take_filler(sheet, wanted)
        text, kept = remaining(sheet, wanted)
        if quantity is None and (quantity := read_counted(sheet, kept, sure, vocabulary)):
            text, kept = remaining(sheet, wanted)
        named = {at for mention in sure for at in range(mention.start, mention.end)}
        content = [sheet.tokens[at].key for at in kept if at not in named]
        head = list(takewhile(lambda word: word not in PURPOSE_WORDS, content))
        constraints = joined(
            [
                *(Constraint(mention.facet, Op.ANY_OF, mention.values) for mention in (*sure, *sizes)),
                *(Constraint(one.facet, Op.NONE_OF, one.values) for one in unwanted if one.values),
                *price.constraints,
                *rating,
                *stock,
            ]
        )
        return _Message(
            text=text,
            content=tuple(word for word in content if word not in STOP_WORDS),
            kinds=kinds_named([word for word in head if word in ("and", "or") or word not in STOP_WORDS], vocabulary),
            constraints=changed((), constraints),
            mentions=tuple(sure),
            cues=cues,
            sort=sort,
            references=references,
            quantity=quantity,
            opens_search=opens,
            for_somebody=for_somebody,
            understood=bool(constraints or sort or references or quantity or cues.speak_of_before),
            unmatched=tuple(one.said for one in unwanted if not one.values),
            respelled=tuple((sheet.raw(at, at + 1), sheet.respelled[at]) for at in kept if at in sheet.respelled),
        )

    def _amends(self, message: _Message, previous: Query, hint: bool | None) -> bool:
        """Whether the message changes the previous query rather than starting another."""
        content = {singular(word) for word in message.content}
        cues = message.cues
        if not content and message.for_somebody and hint is False:
            return False
        if not content:
            # "Nike" may be a wish about the shoes or a search of its own: there the dialogue has the say.
            brand_alone = any(mention.facet is Facet.BRAND for mention in message.mentions)
            return not (hint is False and brand_alone and not cues.speak_of_before and not cues.continues)
        if content <= {singular(word) for word in words(previous.text)}:
            return hint is not False or cues.speak_of_before
        if cues.speak_of_before:
            return True
        return (hint is True or cues.continues) and not message.opens_search and not message.kinds

    def _amended(self, previous: Query, message: _Message, relative: tuple[Constraint, ...]) -> Query:
        """The previous query with what the message changes, `relative` being what it says of the products shown."""
        before = () if message.cues.reset else previous.constraints
        replaces_text = message.cues.instead and bool(message.content)
        lifted = {*message.cues.lifted, *((Facet.CATEGORY,) if replaces_text else ())}
        if Facet.COLOUR in message.cues.another:
            lifted.add(Facet.COLOUR)
        constraints = changed(before, (*relative, *message.constraints), lifted=lifted, also=message.cues.also)
        text = self._names_in_force(previous, constraints, only=replaces_text)
        held = {singular(word) for word in words(text)}
        new_words = [
            word.strip(_PUNCTUATION)
            for word in message.text.split()
            if not all(one in STOP_WORDS or singular(one) in held for one in words(word))
        ]
        sort = message.sort or (Sort.RELEVANCE if message.cues.reset else previous.sort)
        if not relative and not message.sort:
            sort = _SORT_OF.get(message.cues.comparison, sort)
        query = replace(previous, text=" ".join([*text.split(), *new_words]), constraints=constraints, sort=sort)
        return self._with_category(query, message) if replaces_text else query

    def _names_in_force(self, previous: Query, constraints: tuple[Constraint, ...], *, only: bool) -> str:
        """The previous text without the names whose constraint is gone; with `only`, just the names that stay."""
        gone = {(old.facet, value) for old in previous.constraints if old.op is Op.ANY_OF for value in old.values} - {
            (new.facet, value) for new in constraints if new.op is Op.ANY_OF for value in new.values
        }
        if not gone and not only:
            return previous.text
        sheet = Sheet(previous.text)
        mentions = read_mentions(sheet, self.vocabulary)
        for mention in mentions:
            if any((mention.facet, value) in gone for value in mention.values):
                sheet.take(mention.start, mention.end, "no longer asked for")
        kept = [mention for mention in mentions if not sheet.taken[mention.start]]
        if only:
            return " ".join(sheet.raw(mention.start, mention.end) for mention in kept if mention.sure)
        return remaining(sheet, kept)[0]

    def _with_category(self, query: Query, message: _Message) -> Query:
        """The query with the category as a condition, where the text says last that the thing is of one.

        Otherwise "warm jacket" would go on with warm backpacks when the jackets run out.
        """
        if not message.kinds:
            return query
        category = Constraint(Facet.CATEGORY, Op.ANY_OF, message.kinds)
        return query.with_constraints((*query.constraints, category))

    def _known(self, message: _Message, query: Query) -> bool:
        searched = [word for word in words(query.text) if word not in STOP_WORDS]
        if not searched:
            return message.understood
        return any(self.vocabulary.knows(word) for word in searched)
