"""Runs the staff's console: `python -m bot.staff`."""

from __future__ import annotations

from bot.staff.app import main

if __name__ == "__main__":
    main()
