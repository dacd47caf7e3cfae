"""What do several models say together?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from recommender.errors import ConfigurationError
from recommender.personalisation.blending import Blend, Choices, alike, learn_blend
from recommender.personalisation.features import Features
from recommender.personalisation.members.content import Content
from recommender.personalisation.members.popularity import Popularity
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, HeldOut, Interactions, Past, Rows

__all__ = ["FIRST_WEIGHTS", "Ensemble", "total"]

FIRST_WEIGHTS: Final = {Content.name: 1.0, Popularity.name: 0.2}
"""What counts for how much in a shop where nobody did anything twice."""

_FILE: Final = "weights.json"
_MOST_HELD_OUT: Final = 4_000
_LEAST_HELD_OUT: Final = 100
_SEED: Final = 0

Progress = Callable[[str], None]


class Ensemble(Recommender[Mapping[str, Any]]):
    """The weighted sum of its members' scores; the weights are learned on purchases that no member has seen.

    The scores are added as they are, so that what a member gives is a part of the sum and can be taken away again.
    `blend`, after `fit`, says how good the weights are on people whom they were not learned on.
    """

    name: ClassVar[str] = "ensemble"

    def __init__(
        self,
        members: Mapping[str, Recommender[Any]],
        weights: Mapping[str, float] | None = None,
        progress: Progress = lambda _what: None,
    ) -> None:
        """Put `members`, by name, together.

        Args:
            members: fitted, if `weights` are known; otherwise `fit` fits them.
            weights: what each member's score counts for; one that is not named counts for nothing.
            progress: told what `fit` does next.
        """
        self.members = dict(members)
        self.weights = dict(weights or FIRST_WEIGHTS)
        self.blend: Blend | None = None
        self._progress = progress

    def fit(self, interactions: Interactions) -> Self:
        """Learn the weights on everybody's last purchase, then fit every member on everything.

        Of too few people nothing is learned, and every member counts alike.
        """
        before, held_out = interactions.hold_out_last()
        if held_out:
            self._fit_members(before, "without the last purchases")
            self._progress("weights")
            self._weigh(Choices.of(self.members, _some(held_out)))
        self._fit_members(interactions, "on everything")
        return self

    def fold_in(self, past: Past) -> Mapping[str, Any]:
        """What each member that counts understands of the person."""
        return {name: member.fold_in(past) for name, member in self._counting()}

    def score(self, taste: Mapping[str, Any], rows: Rows | None = None) -> Floats:
        """The sum of the parts."""
        return total(self.parts(taste, rows))

    def parts(self, taste: Mapping[str, Any], rows: Rows | None = None) -> dict[str, Floats]:
        """By member that counts, what it adds to the score of each product, or of each of `rows`."""
        return {
            name: np.float32(self.weights[name]) * member.score(taste[name], rows) for name, member in self._counting()
        }

    def score_many(self, tastes: Sequence[Mapping[str, Any]]) -> Floats:
        """The sum of the parts, member by member."""
        return total(
            {
                name: np.float32(self.weights[name]) * member.score_many([taste[name] for taste in tastes])
                for name, member in self._counting()
            }
        )

    def similar(self, row: int) -> Floats:
        """The sum of what the members say."""
        return total({name: np.float32(self.weights[name]) * one.similar(row) for name, one in self._counting()})

    def save(self, folder: Path) -> None:
        """Write each member into a folder of its name, and the weights beside them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, member in self.members.items():
            member.save(folder / name)
        (folder / _FILE).write_text(json.dumps(self.weights, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The ensemble in `folder`; only the members that count are opened."""
        from recommender.personalisation.members import MEMBERS

        path = folder / _FILE
        try:
            weights = {str(name): float(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
            members = {name: MEMBERS[name].load(folder / name) for name, weight in weights.items() if weight > 0}
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ConfigurationError(
                f"The recommendation model in {folder} cannot be read ({error}): run `shoptalk train factors` again."
            ) from error
        return cls(members, weights)

    def onto(self, rows: Rows, features: Features) -> Self:
        """The members that count, each moved."""
        return type(self)({name: member.onto(rows, features) for name, member in self._counting()}, self.weights)

    def _weigh(self, choices: Choices) -> None:
        if choices.people >= _LEAST_HELD_OUT:
            self.blend = learn_blend(choices)
            self.weights = self.blend.weights
        else:
            # Too few to learn from. Each counts alike, and together they are at most 1, as learned ones are.
            weights = alike(choices) / len(choices.models)
            self.weights = dict(zip(choices.models, weights.tolist(), strict=True))

    def _counting(self) -> list[tuple[str, Recommender[Any]]]:
        return [(name, member) for name, member in self.members.items() if self.weights.get(name, 0.0) > 0]

    def _fit_members(self, interactions: Interactions, how: str) -> None:
        for name, member in self.members.items():
            self._progress(f"{name}, {how}")
            member.fit(interactions)


def total(parts: Mapping[str, Floats]) -> Floats:
    """The sum of what each member gives."""
    whole: Floats = np.sum(list(parts.values()), axis=0, dtype=np.float32)
    return whole


def _some(held_out: list[HeldOut]) -> list[HeldOut]:
    """At most so many of those held out, drawn evenly."""
    if len(held_out) <= _MOST_HELD_OUT:
        return held_out
    chosen = np.random.default_rng(_SEED).choice(len(held_out), _MOST_HELD_OUT, replace=False)
    return [held_out[place] for place in sorted(chosen)]
