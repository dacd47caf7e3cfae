"""Which of the products in front of the shopper does the message point at?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from recommender.catalogue.facets import brand_key
from recommender.catalogue.words import singular, words
from recommender.understanding.numbers import ORDINALS, read_count
from recommender.understanding.phrases import phrase_set, phrases, word_set
from recommender.understanding.reading import ShownItem
from recommender.understanding.search_text import opens_search
from recommender.understanding.tokens import Sheet

__all__ = ["read_references"]

_THINGS = word_set("references.things")
_ONE_THING = frozenset(thing for thing in _THINGS if singular(thing) == thing)
_NUMBERED = phrase_set("references.numbered")
_LISTED = phrase_set("references.listed")
_BETWEEN_POSITIONS = frozenset({"and", ",", "with", "to", "or", "vs", "&", "/"})
_ALL = phrase_set("references.all")
_PRONOUNS = phrase_set("references.pronouns")
# "Make it three", "make it blue": here "it" points at nothing.
_CHANGING = (phrase_set("wishes.quantity_before"), phrase_set("cues.instead"))
_EXTREMES = phrases("references.extremes", {"cheapest": min, "dearest": max})
_OF_THE_SHOWN = phrase_set("references.of_the_shown")
_AFTER_ORDINAL = word_set("references.after_ordinal")


def read_references(sheet: Sheet, shown: Sequence[ShownItem], focus: str | None = None) -> tuple[str, ...]:
    """Take what points at shown products; their ids in the order they were named, each once.

    "it", "this" and "that" mean the product in focus, else the shown one where there is exactly one.
    """
    found: dict[str, None] = {}
    at = 0
    while at < len(sheet) and shown:
        reference = _reference(sheet, at, shown, focus)
        if reference is None:
            at += 1
            continue
        end, items = reference
        sheet.take(at, end, "the shown " + ", ".join(f"#{item.position}" for item in items))
        found.update(dict.fromkeys(item.id for item in items))
        at = end
    return tuple(found)


def _reference(
    sheet: Sheet, at: int, shown: Sequence[ShownItem], focus: str | None
) -> tuple[int, list[ShownItem]] | None:
    if sheet.key(at) == "that" and any(changing.match(sheet, at - 1) for changing in _CHANGING):
        return None  # "make that red"
    return (
        _all(sheet, at, shown)
        or _numbered(sheet, at, shown)
        or _extreme(sheet, at, shown)
        or _ordinal(sheet, at, shown)
        or _described(sheet, at, shown)
        or _named(sheet, at, shown)
        or _pronoun(sheet, at, shown, focus)
    )


def _all(sheet: Sheet, at: int, shown: Sequence[ShownItem]) -> tuple[int, list[ShownItem]] | None:
    found = _ALL.match(sheet, at)
    if found is None or not (sheet.ends_at(found[0]) or sheet.key(found[0]) in _AFTER_ORDINAL):
        return None
    if "two" in (sheet.key(found[0] - 1), sheet.key(found[0] - 2)) or sheet.key(at) == "both":
        return (found[0], list(shown)) if len(shown) == 2 else None
    return found[0], list(shown)


def _numbered(sheet: Sheet, at: int, shown: Sequence[ShownItem]) -> tuple[int, list[ShownItem]] | None:
    """ "#2", "number 3", "item 1 and 2", "compare 1 with 3"."""
    lead = _NUMBERED.match(sheet, at)
    if lead:
        end, positions = _positions(sheet, lead[0])
        items = _at_positions(shown, positions)
        return (end, items) if items else None
    lead = _LISTED.match(sheet, at)
    if lead is None:
        return None
    end, positions = _positions(sheet, lead[0])
    items = _at_positions(shown, positions)
    # "Between 1 and 30" is about money.
    return (end, items) if len(items) == len(positions) > 1 and sheet.ends_at(end) else None


def _positions(sheet: Sheet, at: int) -> tuple[int, list[int]]:
    """The numbers that are listed from token `at` on, and where they end."""
    positions: list[int] = []
    end = at
    while count := read_count(sheet, at):
        positions.append(count[0])
        end = count[1]
        at = end + (sheet.key(end) in _BETWEEN_POSITIONS)
        if at == end:
            break
    return end, positions


def _at_positions(shown: Sequence[ShownItem], positions: Sequence[int]) -> list[ShownItem]:
    return [item for position in positions for item in shown if item.position == position]


def _ordinal(sheet: Sheet, at: int, shown: Sequence[ShownItem]) -> tuple[int, list[ShownItem]] | None:
    """ "the second one", "the first two", "the last", "2nd"."""
    start = at + (sheet.key(at) in ("the", "that", "this"))
    key = sheet.key(start)
    ordered = sorted(shown, key=lambda item: item.position)
    count = read_count(sheet, start + 1)
    if key in ("first", "last", "top") and count and sheet.key(start + 1) != "one" and _pointing(sheet, count[1]):
        items = ordered[-count[0] :] if key == "last" else ordered[: count[0]]
        return count[1] + (sheet.key(count[1]) in _THINGS), items
    if key == "last":
        items = ordered[-1:]
    elif key in ORDINALS:
        items = _at_positions(shown, [ORDINALS[key]])
    else:
        return None
    things = sheet.key(start + 1) in _THINGS
    if not items or not (things or ((start > at or start == 0 or len(sheet) == 1) and _pointing(sheet, start + 1))):
        return None
    return start + 1 + things, items


def _pointing(sheet: Sheet, at: int) -> bool:
    """Whether an ordinal that ends before token `at` stands for a thing, rather than being part of a name."""
    return sheet.ends_at(at) or sheet.key(at) in _THINGS or sheet.key(at) in _AFTER_ORDINAL


def _extreme(sheet: Sheet, at: int, shown: Sequence[ShownItem]) -> tuple[int, list[ShownItem]] | None:
    """ "the cheaper of the two", "the most expensive one"."""
    start = at + (sheet.key(at) == "the")
    extreme = _EXTREMES.match(sheet, start)
    tail = _OF_THE_SHOWN.match(sheet, extreme[0]) if extreme else None
    if extreme is None or tail is None or (start == at and tail[0] - extreme[0] == 1):
        return None
    priced = [(item.price, item) for item in shown if item.price is not None]
    if not priced or (sheet.key(tail[0]) in ("with", "that", "in") and tail[0] - extreme[0] == 1):
        return None

    def price(entry: tuple[Decimal, ShownItem]) -> Decimal:
        return entry[0]

    chosen = extreme[1](priced, key=price)
    return tail[0], [chosen[1]]


def _described(sheet: Sheet, at: int, shown: Sequence[ShownItem]) -> tuple[int, list[ShownItem]] | None:
    """ "that Sony", "the red one", "the wool jacket one": words that exactly one shown product has."""
    if sheet.key(at) not in ("the", "that", "this"):
        return None
    end = at + 1
    while end < len(sheet) and end - at <= 3 and sheet.key(end).isalnum() and sheet.key(end) not in _THINGS:
        end += 1
        if sheet.key(at) != "the" and sheet.key(end) not in _THINGS and end - at == 2:
            break
    said = [singular(sheet.key(i)) for i in range(at + 1, end)]
    names_thing = sheet.key(end) in _THINGS
    if names_thing and sheet.key(end) not in _ONE_THING:
        return None  # "the red ones" are others than the one red product shown
    if not said or (sheet.key(at) == "the" and not names_thing):
        return None
    matching = [item for item in shown if _has_words(item, said)]
    return (end + names_thing, matching) if len(matching) == 1 else None


def _named(sheet: Sheet, at: int, shown: Sequence[ShownItem]) -> tuple[int, list[ShownItem]] | None:
    """ "remove the jacket": the one shown product that is such a thing; "show me the jackets" looks for others."""
    if sheet.key(at) not in ("the", "that", "this", "my") or opens_search(sheet):
        return None
    for end in range(min(at + 4, len(sheet)), at + 1, -1):
        said = [singular(sheet.key(i)) for i in range(at + 1, end)]
        if all(said) and (sheet.ends_at(end) or sheet.key(end) in _AFTER_ORDINAL):
            matching = [item for item in shown if _has_words(item, said)]
            if len(matching) == 1:
                return end, matching
    return None


def _has_words(item: ShownItem, said: Sequence[str]) -> bool:
    title = {singular(word) for word in words(item.title)} | set(brand_key(item.brand).split())
    return all(word in title for word in said)


def _pronoun(
    sheet: Sheet, at: int, shown: Sequence[ShownItem], focus: str | None
) -> tuple[int, list[ShownItem]] | None:
    found = _PRONOUNS.match(sheet, at)
    meant = [item for item in shown if item.id == focus] or shown
    if found is None or len(meant) != 1 or any(changing.match(sheet, at - 1) for changing in _CHANGING):
        return None
    if sheet.key(at) in ("this", "that") and found[0] == at + 1 and not _pointing(sheet, found[0]):
        return None
    return found[0], [meant[0]]
