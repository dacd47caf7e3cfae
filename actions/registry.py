"""Which actions are there, and which one answers an intent?"""

from __future__ import annotations

from actions.action import TurnAction
from actions.cart import AddToCart, ChangeCart, EmptyCart, SaveForLater, ShowCart, ShowSaved
from actions.catalogue_questions import Cheapest, Dearest, HowMany, PriceRange
from actions.comparing import Compare
from actions.details import Details, ShowItem
from actions.dislikes import WantLess
from actions.explaining import WhyNot, WhyThis
from actions.finding import DropConstraint, More, Recommend, Refine, Relax, Search
from actions.orders import Inform, OrderStatus
from actions.person import ForgetFact, ForgetMe, WhatYouKnow
from actions.personal import Personalise
from actions.reaching_people import AskHuman, LeaveQueue, RateService
from actions.shop_questions import FrequentQuestion
from actions.similar import Similar
from actions.smalltalk import Affirm, AskBack, Bye, Chitchat, Deny, Greet, Help, OutOfScope, Thanks
from actions.thumbs import ThumbDown, ThumbUp
from actions.what_if import WhatIf

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
    ForgetFact,
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
    Personalise,
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
    WantLess,
    WhatIf,
    WhatYouKnow,
    WhyNot,
    WhyThis,
)

ACTIONS: dict[str, TurnAction] = {action.intent: action for action in (make() for make in _CLASSES)}
"""Every action by its intent."""

WITHOUT_RASA = frozenset(
    {ForgetFact.intent, LeaveQueue.intent, Personalise.intent, RateService.intent, WantLess.intent}
)
"""Intents that only a press can have and that are no step of the dialogue: Rasa has no part in them."""

_FAQ_PREFIX = "faq_"


def action_for(intent: str) -> TurnAction:
    """The action that answers `intent`: one for all questions of the FAQ; what is unknown is asked back."""
    if intent.startswith(_FAQ_PREFIX):
        return ACTIONS["faq"]
    return ACTIONS.get(intent, ACTIONS["ask_back"])
