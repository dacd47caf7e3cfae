"""`python -m bot` is `shoptalk`, also where the console script is not on the PATH."""

from __future__ import annotations

from bot.cli import main

main()
