"""What is said when nothing is looked for: hello, thanks, help, a joke, and what a shop assistant cannot do?"""

from __future__ import annotations

from collections.abc import Sequence

from actions.action import TurnAction
from actions.finding import search_for
from actions.replies.schema import Chip, Reply
from actions.shop_questions import quote_passage
from actions.turn import Turn, chips

__all__ = ["Affirm", "AskBack", "Bye", "Chitchat", "Deny", "Greet", "Help", "OutOfScope", "Thanks"]

_GUESSES = 3


class _Saying(TurnAction):
    """One sentence, and what can be pressed next."""

    next_steps: Sequence[str] = ()

    def handle(self, turn: Turn) -> list[Reply]:
        """The sentence that goes by the intent's name."""
        said = turn.say(self.intent, shop=turn.services.settings.shop_name)
        return [said, *chips([_step(turn, intent) for intent in self.next_steps])]


class Greet(_Saying):
    """Hello."""

    intent = "greet"
    next_steps = ("recommend", "help")


class Thanks(_Saying):
    """Thank you."""

    intent = "thanks"


class Bye(_Saying):
    """Goodbye."""

    intent = "bye"


class Help(_Saying):
    """What can you do?"""

    intent = "help"
    next_steps = ("recommend", "show_cart", "order_status", "human")


class Chitchat(_Saying):
    """How are you, are you a robot?"""

    intent = "chitchat"


class Affirm(_Saying):
    """A yes to nothing that was asked: a pending question is answered before this."""

    intent = "affirm"


class Deny(_Saying):
    """A no to nothing that was asked."""

    intent = "deny"


class OutOfScope(TurnAction):
    """Something a shop assistant does not do; the shop's own questions may still know it."""

    intent = "out_of_scope"

    def handle(self, turn: Turn) -> list[Reply]:
        """The shop's answer if it has one, what it sells if that was meant, else an honest no."""
        passage = turn.services.knowledge.answer(turn.text)
        if passage is not None:
            return quote_passage(turn, passage)
        reading = turn.read()
        if reading.added:
            return [turn.say("ask_back.searched"), *search_for(turn, reading)]
        said = turn.say("out_of_scope", shop=turn.services.settings.shop_name)
        search = _step(turn, "search", text=turn.text)
        return [said, *chips([search, *(_step(turn, intent) for intent in ("help", "human"))])]


class AskBack(TurnAction):
    """Rasa was not sure what was meant."""

    intent = "ask_back"

    def handle(self, turn: Turn) -> list[Reply]:
        """The shop's answer if its questions hold this one; a search if the catalogue knows the words, openly; else a
        question with the likeliest meanings to press: never a guess."""
        passage = turn.services.knowledge.answer(turn.text)
        if passage is not None:
            return quote_passage(turn, passage)
        reading = turn.read()
        unchanged = reading.kind == "amend" and reading.query == turn.state.query
        if unchanged and (reading.unmatched or reading.references):
            return search_for(turn, reading)
        if unchanged:
            # Who says the same words again wants the search again, not a question back.
            reading = turn.read(amend=False)
            unchanged = reading.kind == "amend" or not reading.query.text
        if not unchanged and (reading.known or reading.added):
            return [turn.say("ask_back.searched"), *search_for(turn, reading)]
        likely = [guess for guess in turn.guesses if f"intent.{guess}" in turn.phrases][:_GUESSES]
        options = [_step(turn, guess, text=turn.text) for guess in likely]
        help_ = [] if "help" in likely else [_step(turn, "help")]
        return [turn.say("ask_back.which"), *chips([*options, *help_])]


def _step(turn: Turn, intent: str, **arguments: object) -> Chip:
    return turn.chip(turn.words(f"intent.{intent}"), intent, **arguments)
