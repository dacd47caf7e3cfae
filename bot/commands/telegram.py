"""`shoptalk telegram`: is the bot connected, and which address opens the chat with a product?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from telegram import User, WebhookInfo

    from recommender.settings import Settings

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="The shop's bot on Telegram.")


@app.callback()
def _group() -> None:
    """The shop's bot on Telegram."""


@app.command(epilog="Example: shoptalk telegram check")
def check() -> None:
    """Ask Telegram who the bot is, how it gets its updates, and what went wrong last."""
    import asyncio

    settings = _settings()
    me, hook = asyncio.run(_ask(settings))
    typer.echo(f"The bot is @{me.username}: https://t.me/{me.username}")
    typer.echo(f"Updates come by {settings.telegram_mode}.")
    if settings.telegram_mode == "webhook":
        from bot.channels.telegram.webhook import WEBHOOK_PATH

        wanted = f"{settings.public_url}{WEBHOOK_PATH}"
        said = f"Telegram calls {hook.url}" if hook.url == wanted else f"Telegram does not call {wanted} yet"
        typer.echo(f"{said}; `shoptalk up` sees to it.")
    elif hook.url:
        typer.echo(f"Telegram still calls {hook.url}; `shoptalk up` ends that.")
    typer.echo(f"{hook.pending_update_count} updates wait at Telegram.")
    if hook.last_error_message:
        typer.echo(f"Telegram's last failed call, {hook.last_error_date:%Y-%m-%d %H:%M} UTC: {hook.last_error_message}")


@app.command(epilog="Example: shoptalk telegram link SKU-123")
def link(item: Annotated[str, typer.Argument(help="A product's id.")]) -> None:
    """Print the address that opens the chat with a product, to put on its page or on paper."""
    import asyncio

    from bot.channels.telegram.addresses import product_link
    from recommender.errors import BadInputError

    me, _ = asyncio.run(_ask(_settings()))
    address = product_link(str(me.username), item)
    if address is None:
        raise BadInputError(f"The id {item!r} is too long for an address on t.me, which holds 64 characters.")
    typer.echo(address)


def _settings() -> Settings:
    from recommender.errors import ConfigurationError
    from recommender.settings import Settings

    settings = Settings()
    if settings.telegram_token is None:
        raise ConfigurationError("SHOPTALK_TELEGRAM_TOKEN is not set: make a bot with @BotFather and copy its token.")
    return settings


async def _ask(settings: Settings) -> tuple[User, WebhookInfo]:
    from telegram.error import InvalidToken, TelegramError

    from bot.channels.telegram.sending import new_bot
    from recommender.errors import ConfigurationError, UnavailableError

    bot = new_bot(settings)
    try:
        async with bot:
            return bot.bot, await bot.get_webhook_info()
    except InvalidToken as error:
        raise ConfigurationError(
            "Telegram does not know the bot of SHOPTALK_TELEGRAM_TOKEN: copy its token again from @BotFather."
        ) from error
    except TelegramError as error:
        raise UnavailableError(
            f"Telegram cannot be reached at {settings.telegram_api_url}: {type(error).__name__}."
        ) from error
