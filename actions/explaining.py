"""Why was this shown, and why was that not?

Both answers name causes that can be checked: the recorded scores of the impression, the conditions in force, the
person's own votes and wishes, the place in the ranking.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from actions.action import TurnAction
from actions.matching import meets
from actions.personal import search_for_person
from actions.questions import subject
from actions.referring import ask_which, products_meant
from actions.replies.labels import days_ago, days_long
from actions.replies.reasons import contributions
from actions.replies.schema import Reply
from actions.turn import Turn, chips
from recommender.catalogue.facets import brand_key, category_keys
from recommender.catalogue.product import Product
from recommender.errors import NotFoundError
from recommender.understanding.query import Constraint, Facet, Op, Query

__all__ = ["WhyNot", "WhyThis"]

_RANKED = 200
"""How deep the ranking is looked through for the product that was asked about."""


class WhyThis(TurnAction):
    """Why a product was shown."""

    intent = "why_this"

    def handle(self, turn: Turn) -> list[Reply]:
        """The scores of its legs, the words that matched and the conditions it met."""
        meant = products_meant(turn, turn.read())
        if not meant:
            return ask_which(turn, self.intent)
        product = meant[0]
        turn.state = replace(turn.state, focus=product.id)
        shown = next((one for one in turn.state.shown if one.id == product.id and one.impression_id), None)
        try:
            impression = turn.services.feedback.impression(shown.impression_id or "", turn.person_id) if shown else None
        except NotFoundError:
            impression = None
        if impression is None:
            return [turn.say("why_this.not_shown", title=product.title)]
        listing = turn.state.listing
        parts = contributions(impression.legs, listing.weights if listing else {})
        said = [*impression.reasons]
        if parts and impression.query:
            legs = ", ".join(turn.words(f"leg.{leg}", share=f"{part:.2f}") for leg, part in parts.items())
            said.append(turn.words("why_this.legs", score=f"{impression.score:.2f}", legs=legs))
        if impression.propensity < 1 and impression.surface == "recommend":
            said.append(turn.words("why_this.lot", share=f"{impression.propensity:.1%}"))
        if not said:
            return [turn.say("why_this.no_reason", title=product.title)]
        return [turn.say("why_this.text", title=product.title, reasons="; ".join(said))]


class WhyNot(TurnAction):
    """Why a product that the shopper names was not shown."""

    intent = "why_not"

    def handle(self, turn: Turn) -> list[Reply]:
        """What kept it out: a vote, a condition, a wish, the stock, or its place in the ranking."""
        query = turn.state.query
        product = self._named(turn)
        if product is None:
            return [turn.say("why_not.unknown")]
        show = chips([turn.chip(turn.words("chip.show_anyway"), "show_item", item_id=product.id)])
        if any(one.id == product.id for one in turn.state.shown):
            return [turn.say("why_not.is_shown", title=product.title)]
        if product.id in turn.unwanted:
            return [turn.say("why_not.voted_down", title=product.title), *show]
        if query is None:
            said = _not_recommended(turn, product) if turn.state.offered else turn.say(
                "why_not.no_search", title=product.title
            )  # fmt: skip
            return [said, *show]
        broken = [one for one in query.constraints if not meets(product, one)]
        if broken:
            return [*_broken(turn, product, broken), *turn.constraints(query), *show]
        return [self._rank(turn, query, product), *show]

    def _named(self, turn: Turn) -> Product | None:
        if "item_id" in turn.arguments:
            return turn.product(str(turn.arguments["item_id"]))
        words = subject(turn.text)
        reading = turn.read(words, amend=False)
        if reading.references:
            return turn.product(reading.references[0])
        if not words:
            return None
        with turn.timed("search"):
            hits = turn.services.searcher.search(Query(words), limit=1).hits
        return turn.product(hits[0].id) if hits and hits[0].matched else None

    def _rank(self, turn: Turn, query: Query, product: Product) -> Reply:
        with turn.timed("search"):
            hits = search_for_person(turn, query, limit=_RANKED, exclude=turn.unwanted).hits
        place = next((at for at, hit in enumerate(hits, start=1) if hit.id == product.id), None)
        if place is None:
            return turn.say("why_not.far_down", title=product.title, count=_RANKED)
        seen = len(turn.state.listing.shown_ids) if turn.state.listing else 0
        if place <= seen:
            return turn.say("why_not.earlier", title=product.title, place=place)
        if query.text and 0 < seen <= len(hits):
            ours, last = f"{hits[place - 1].score:.2f}", f"{hits[seen - 1].score:.2f}"
            return turn.say("why_not.rank_scores", title=product.title, place=place, score=ours, last=last)
        return turn.say("why_not.rank", title=product.title, place=place)


def _broken(turn: Turn, product: Product, broken: list[Constraint]) -> list[Reply]:
    """Which conditions the product does not meet, and by how much it misses a price."""
    labels = ", ".join(turn.label(one) for one in broken)
    facts = turn.words(
        "why_not.facts",
        price=turn.price(product),
        stock=turn.words("in_stock" if product.in_stock else "out_of_stock"),
    )
    said: list[Reply] = [turn.say("why_not.condition", title=product.title, labels=labels, facts=facts)]
    missed = _over(product, broken)
    if missed is not None and len(broken) == 1:
        said.append(turn.say("why_not.over", title=product.title, missing=turn.money(missed)))
    return said


def _over(product: Product, broken: list[Constraint]) -> Decimal | None:
    """How much more than the limit it costs."""
    limits = [
        one.bound for one in broken if one.facet is Facet.PRICE and one.op is Op.AT_MOST and one.bound is not None
    ]
    return product.price - limits[0] if limits and product.price is not None else None


def _not_recommended(turn: Turn, product: Product) -> Reply:
    """What kept a product out of the recommendations in front of the shopper."""
    slots = {"title": product.title}
    if product.id in turn.state.offered:
        return turn.say("why_not.offered", **slots)
    if not product.in_stock:
        return turn.say("why_not.no_stock", **slots)
    less = next(
        (value for facet, value in turn.decided.less if value in _stated(product, facet)), None
    )  # fmt: skip
    if less is not None:
        return turn.say("why_not.less", name=product.brand if less == brand_key(product.brand) else less, **slots)
    if any(line.product.id == product.id for line in turn.services.carts.lines(turn.person_id)):
        return turn.say("why_not.in_cart", **slots)
    place = turn.services.recommender.place(
        turn.person_id, product.id, without=turn.decided.less, personal=turn.decided.personal
    )
    if place is not None:
        return turn.say("why_not.recommended_rank", place=place.rank, count=place.of, **slots)
    events = turn.services.feedback.events(turn.person_id)
    bought = [event for event in events if event.kind == "purchase" and event.item_id == product.id]
    if not bought:
        return turn.say("why_not.not_indexed", **slots)
    usual = turn.services.recommender.bought_again(product.id)
    if usual is None or usual.days is None or bought[-1].at is None:
        return turn.say("why_not.owned", **slots)
    ago = (turn.services.clock.now() - bought[-1].at).days
    said = {"ago": days_ago(turn.phrases, ago), "usual": days_long(turn.phrases, round(usual.days))}
    return turn.say("why_not.not_yet", **said, **slots)


def _stated(product: Product, facet: Facet) -> frozenset[str]:
    return frozenset([brand_key(product.brand)]) if facet is Facet.BRAND else category_keys(product)
