"""Which assistants has this shop trained, which one serves, and how is that changed while people talk?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from bot.nlu.shop_model import Serving, read_serving, serving_model, write_serving
from bot.nlu.train import model_file
from recommender.errors import ConfigurationError, ConflictError, NotFoundError, UnavailableError
from recommender.settings import Settings

__all__ = ["AssistantVersion", "AssistantVersions"]

_LOADING_TIMEOUT_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class AssistantVersion:
    """A trained assistant: its name, when it was made, how many corrections it learned, what its gate found."""

    name: str
    made_at: str
    corrections: int
    passed: bool
    reason: str
    numbers: Mapping[str, Any]
    serves: bool
    fits: bool
    """Whether it was made from the rules and components that this checkout has; otherwise it cannot serve."""


class AssistantVersions:
    """The shop's Rasa models under `home/rasa/models`.

    Args:
        settings: where they are, and where Rasa listens.
        transport: takes the place of the network in tests.
    """

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self.folder = settings.home / "rasa" / "models"

    @property
    def base_model(self) -> Path:
        """The checkout's own model.

        Raises:
            ConfigurationError: the encoder has not been exported.
        """
        try:
            return model_file(self._settings.build)
        except FileNotFoundError as error:
            raise ConfigurationError(f"{error.filename} is missing: run `make setup`.") from error

    @property
    def base(self) -> str:
        """The name of the checkout's own model."""
        return self.base_model.name.removesuffix(".tar.gz")

    def serving(self) -> Serving:
        """Which version serves, and which did before."""
        return read_serving(self.folder, self.base)

    def versions(self) -> list[AssistantVersion]:
        """Every version, newest first."""
        current, base = self.serving().current, self.base
        found = []
        for path in self.folder.glob("*.json") if self.folder.is_dir() else ():
            if (self.folder / f"{path.stem}.tar.gz").is_file():
                kept = json.loads(path.read_text(encoding="utf-8"))
                found.append(
                    AssistantVersion(
                        path.stem, kept["made_at"], kept["corrections"], kept["passed"], kept["reason"],
                        kept["numbers"], path.stem == current, kept["base"] == base,
                    )
                )  # fmt: skip
        return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)

    def add(self, model: Path, name: str, about: Mapping[str, Any]) -> None:
        """Keep a trained model under a name that says what it learned; the same again is the same."""
        self.folder.mkdir(parents=True, exist_ok=True)
        model.replace(self.folder / f"{name}.tar.gz")
        manifest = self.folder / f"{name}.json.new"
        manifest.write_text(json.dumps({**about, "base": self.base}, ensure_ascii=False, indent=1), encoding="utf-8")
        manifest.replace(self.folder / f"{name}.json")

    def promote(self, name: str) -> bool:
        """Let a version serve from now on; whether a running Rasa has taken it over already.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it was made from other rules than this checkout has.
            UnavailableError: Rasa runs and could not load it; what served goes on.
        """
        version = next((one for one in self.versions() if one.name == name), None)
        if version is None:
            raise NotFoundError(f"There is no assistant {name!r}; `shoptalk assistant list` names them.")
        if not version.fits:
            raise ConflictError(f"{name} was made from other rules and examples; run `shoptalk train assistant` again.")
        serving = self.serving()
        if serving.current == name:
            return self._load(serving)
        return self._move(Serving(self.base, name, serving.current))

    def rollback(self) -> tuple[str, bool]:
        """Let the version before serve again; its name, and whether a running Rasa has taken it over already.

        Raises:
            ConflictError: nothing served before.
            UnavailableError: Rasa runs and could not load it; what serves goes on.
        """
        serving = self.serving()
        if serving.current is None and serving.previous is None:
            raise ConflictError("No other assistant has served before.")
        moved = Serving(self.base, serving.previous, serving.current)
        return moved.current or "the checkout's own", self._move(moved)

    def retire(self, name: str) -> None:
        """Remove a version for good.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it serves.
        """
        if name not in {one.name for one in self.versions()}:
            raise NotFoundError(f"There is no assistant {name!r}; `shoptalk assistant list` names them.")
        serving = self.serving()
        if serving.current == name:
            raise ConflictError(f"{name} serves: roll back or promote another first.")
        if serving.previous == name:
            write_serving(self.folder, Serving(self.base, serving.current, None))
        for suffix in ("json", "tar.gz"):
            (self.folder / f"{name}.{suffix}").unlink(missing_ok=True)

    def _move(self, moved: Serving) -> bool:
        # Loaded first: what cannot be loaded must not be what the next start begins with.
        loaded = self._load(moved)
        write_serving(self.folder, moved)
        return loaded

    def _load(self, moved: Serving) -> bool:
        """Have every running Rasa serve it: each answers with the old model until the new one is there."""
        model = self.base_model if moved.current is None else self.folder / f"{moved.current}.tar.gz"
        loaded = [self._load_at(port, model) for port in self._settings.rasa_ports]
        return any(loaded)

    def _load_at(self, port: int, model: Path) -> bool:
        url = f"http://127.0.0.1:{port}/model"
        try:
            with httpx.Client(transport=self._transport, timeout=_LOADING_TIMEOUT_S, trust_env=False) as client:
                answer = client.put(
                    url, params={"token": self._settings.secret("rasa_token")}, json={"model_file": str(model)}
                )
        except httpx.ConnectError:
            return False
        except httpx.HTTPError as error:
            raise UnavailableError(f"Rasa did not load {model.name}: {type(error).__name__}.") from error
        if answer.status_code != httpx.codes.NO_CONTENT:
            raise UnavailableError(f"Rasa did not load {model.name}: it answered {answer.status_code}.")
        return True

    def model(self) -> Path:
        """The file of what serves."""
        return serving_model(self.folder, self.base_model)
