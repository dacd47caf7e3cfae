"""`shoptalk train`: the group of commands that make models."""

from bot.commands.train.group import app

__all__ = ["app"]
