"""The models behind a recommendation, one a file; each is a `Recommender`."""

from __future__ import annotations

from typing import Any, Final

from recommender.personalisation.members.als import ImplicitAls
from recommender.personalisation.members.content import Content
from recommender.personalisation.members.ease import Ease
from recommender.personalisation.members.ensemble import Ensemble
from recommender.personalisation.members.neighbours import ItemNeighbours
from recommender.personalisation.members.popularity import Popularity
from recommender.personalisation.members.svd import Svd
from recommender.personalisation.members.transitions import Transitions
from recommender.personalisation.members.words import Words
from recommender.personalisation.model import Recommender

__all__ = [
    "MEMBERS",
    "Content",
    "Ease",
    "Ensemble",
    "ImplicitAls",
    "ItemNeighbours",
    "Popularity",
    "Svd",
    "Transitions",
    "Words",
]

MEMBERS: Final[dict[str, type[Recommender[Any]]]] = {
    member.name: member for member in (Popularity, ItemNeighbours, Svd, ImplicitAls, Ease, Content, Words, Transitions)
}
"""Every model that an ensemble is made of, by name."""
