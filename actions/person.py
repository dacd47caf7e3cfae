"""What does the assistant know about the person it talks with, and how do they make it forget?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from actions.action import TurnAction
from actions.cart import yes_or_no
from actions.dialogue.state import Pending
from actions.dislikes import want_less
from actions.personal import personal_chip
from actions.replies.schema import Chip, Reply
from actions.turn import Turn, chips
from feedback.preferences import forget_events, forget_query
from feedback.tables import ImpressionRow, SessionRow, TurnRow
from recommender.understanding.query import Facet

__all__ = ["ForgetFact", "ForgetMe", "WhatYouKnow"]

_NAMED_TITLES: Final = 5
_QUERIES: Final = 5
_REMOVABLE: Final = 8
"""For so many lines a chip is offered; what is not offered at once is once the others are gone."""


class _Fact(NamedTuple):
    """A line of the profile; `key` and `arguments` say how it is removed, where it can be by itself."""

    text: str
    key: str = ""
    arguments: dict[str, Any] = {}  # noqa: RUF012 - never changed


class WhatYouKnow(TurnAction):
    """What do you know about me?"""

    intent = "what_you_know"

    def handle(self, turn: Turn) -> list[Reply]:
        """Everything that is kept of this person, from the records; what shapes their lists can be removed by line."""
        facts = [*_profile(turn), *_rest(turn)]
        said = turn.say("know.list", facts="\n".join(f"• {fact.text}" for fact in facts))
        off = personal_chip(turn, personal=not turn.decided.personal)
        forget = turn.chip(turn.words("intent.forget_me"), "forget_me")
        return [said, *chips([*_removing(turn, facts), off, forget])]


class ForgetFact(TurnAction):
    """Remove a line of the profile; only from a pressed chip."""

    intent = "forget_fact"

    def handle(self, turn: Turn) -> list[Reply]:
        """What was removed, and what is left to remove."""
        said = _remove(turn, turn.arguments)
        # What was decided is read again: the list below is the one that holds now.
        turn.decided = turn.preferences.of(turn.person_id)
        recommend = turn.chip(turn.words("chip.recommend"), "recommend", again=True)
        return [*said, *chips([recommend, *_removing(turn, _profile(turn))])]


class ForgetMe(TurnAction):
    """Forget everything about me."""

    intent = "forget_me"

    def handle(self, turn: Turn) -> list[Reply]:
        """The question whether that is really meant."""
        turn.state = replace(turn.state, pending=Pending("forget_me"))
        return [turn.say("forget_me.ask"), *yes_or_no(turn)]


def _removing(turn: Turn, facts: Sequence[_Fact]) -> list[Chip]:
    removable = [fact for fact in facts if fact.key][:_REMOVABLE]
    return [turn.chip(turn.words("chip.forget", line=one.text), "forget_fact", **one.arguments) for one in removable]


def _profile(turn: Turn) -> list[_Fact]:
    """What shapes the lists of this person, each in a line that can be removed."""
    facts = []
    if not turn.decided.personal:
        facts.append(_Fact(turn.words("know.impersonal")))
    for facet, value in turn.decided.less:
        name = turn.services.understander.written(facet, value)
        what = {"fact": "less", "facet": facet, "value": value, "name": name}
        facts.append(_Fact(turn.words("know.less", name=name), "less", what))
    votes = turn.feedback.votes(turn.person_id)
    for key, thumb in (("know.liked", 1), ("know.disliked", -1)):
        ids = _distinct([vote.item_id for vote in votes if vote.value == thumb])
        if ids:
            facts.append(_about(turn, key, ids, {"fact": "votes", "value": thumb}))
    by_kind: dict[str, list[str]] = {}
    for event in turn.feedback.events(turn.person_id):
        by_kind.setdefault(event.kind, []).append(event.item_id)
    for kind, items in sorted(by_kind.items()):
        key = f"know.did.{kind}" if f"know.did.{kind}" in turn.phrases else "know.did"
        facts.append(_about(turn, key, _distinct(items), {"fact": "events", "kind": kind}, kind=kind))
    for query in _searched(turn):
        line = turn.words("know.searched", text=query)
        facts.append(_Fact(line, "query", {"fact": "query", "text": query, "line": line}))
    return facts


def _rest(turn: Turn) -> list[_Fact]:
    """What else is kept: it is counted here and goes with everything."""
    own = SessionRow.person_id == turn.person_id
    session = turn.changes.session
    conversations = session.scalar(select(func.count()).select_from(SessionRow).where(own)) or 0
    messages = select(func.count()).select_from(TurnRow).join(SessionRow, SessionRow.id == TurnRow.session_id)
    said = session.scalar(messages.where(own)) or 0
    shown = session.scalar(
        select(func.count()).select_from(ImpressionRow).where(ImpressionRow.person_id == turn.person_id)
    )
    facts = [
        _Fact(turn.words("know.conversations", count=conversations, said=said)),
        _Fact(turn.words("know.shown", count=shown or 0)),
    ]
    cart = [line.product.id for line in turn.carts.lines(turn.person_id)]
    saved = [product.id for product in turn.carts.saved(turn.person_id)]
    for key, ids in (("know.cart", cart), ("know.saved", saved)):
        if ids:
            facts.append(_Fact(turn.words(key, count=len(ids), titles=_titles(turn, ids))))
    return facts


def _remove(turn: Turn, fact: Mapping[str, Any]) -> list[Reply]:
    """Remove one line; what it said no longer counts from the next list on."""
    if fact["fact"] == "less":
        return want_less(turn, Facet(fact["facet"]), fact["value"], fact["name"], less=False)
    if fact["fact"] == "query":
        forget_query(turn.changes.session, turn.person_id, fact["text"])
    elif fact["fact"] == "events":
        forget_events(turn.changes.session, turn.person_id, fact["items"], fact["kind"])
    else:
        for vote in turn.feedback.votes(turn.person_id):
            if vote.item_id in fact["items"] and vote.value == fact["value"]:
                turn.feedback.vote(turn.person_id, vote.impression_id, 0)
    return [turn.say("know.removed", line=fact["line"])]


def _about(turn: Turn, key: str, ids: Sequence[str], arguments: dict[str, Any], **slots: object) -> _Fact:
    text = turn.words(key, count=len(ids), titles=_titles(turn, ids), **slots)
    return _Fact(text, arguments["fact"], {**arguments, "items": list(ids), "line": text})


def _searched(turn: Turn) -> Sequence[str]:
    """What was searched for last, newest first."""
    query = (
        select(ImpressionRow.query)
        .where(ImpressionRow.person_id == turn.person_id, ImpressionRow.query != "")
        .group_by(ImpressionRow.query)
        .order_by(func.max(ImpressionRow.created_at).desc(), ImpressionRow.query)
        .limit(_QUERIES)
    )
    return list(turn.changes.session.scalars(query))


def _distinct(ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(reversed(ids)))


def _titles(turn: Turn, ids: Sequence[str]) -> str:
    products = turn.services.catalogue.get(ids[:_NAMED_TITLES])
    titles = [products[one].title if one in products else turn.words("a_product") for one in ids[:_NAMED_TITLES]]
    return ", ".join(titles) + (" …" if len(ids) > _NAMED_TITLES else "")
