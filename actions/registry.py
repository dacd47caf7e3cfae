"""Which actions are there, and which one answers an intent?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.cart import AddToCart, ChangeCart, EmptyCart, SaveForLater, ShowCart, ShowSaved
from actions.catalogue_questions import Cheapest, Dearest, HowMany, PriceRange
from actions.explaining import WhyNot, WhyThis
from actions.finding import DropConstraint, More, Refine, Relax, Search
from actions.items import Compare, Details, ShowItem
from actions.orders import Inform, OrderStatus
from actions.person import ForgetMe, WhatYouKnow
from actions.reaching_people import AskHuman, LeaveQueue, RateService
from actions.recommending import Recommend
from actions.shop_questions import FrequentQuestion
from actions.similar import Similar
from actions.smalltalk import Affirm, AskBack, Bye, Chitchat, Deny, Greet, Help, OutOfScope, Thanks
from actions.thumbs import ThumbDown, ThumbUp

__all__ = ["ACTIONS", "WITHOUT_RASA", "action_for"]

_CLASSES: tuple[type[TurnAction], ...] = (
    AddToCart,
    Affirm,
    AskBack,
    AskHuman,
    Bye,
    ChangeCart,
    Cheapest,
    Chitchat,
    Compare,
    Dearest,
    Deny,
    Details,
    DropConstraint,
    EmptyCart,
    ForgetMe,
    FrequentQuestion,
    Greet,
    Help,
    HowMany,
    Inform,
    LeaveQueue,
    More,
    OrderStatus,
    OutOfScope,
    PriceRange,
    RateService,
    Recommend,
    Refine,
    Relax,
    SaveForLater,
    Search,
    ShowCart,
    ShowItem,
    ShowSaved,
    Similar,
    Thanks,
    ThumbDown,
    ThumbUp,
    WhatYouKnow,
    WhyNot,
    WhyThis,
)

ACTIONS: dict[str, TurnAction] = {action.intent: action for action in (make() for make in _CLASSES)}
"""Every action by its intent."""

WITHOUT_RASA = frozenset({LeaveQueue.intent, RateService.intent})
"""Intents that only a press can have and that are no step of the dialogue: Rasa has no part in them."""

_FAQ_PREFIX = "faq_"


def action_for(intent: str) -> TurnAction:
    """The action that answers `intent`: one for all questions of the FAQ; what is unknown is asked back."""
    if intent.startswith(_FAQ_PREFIX):
        return ACTIONS["faq"]
    return ACTIONS.get(intent, ACTIONS["ask_back"])
