"""Which pages do agents have?"""

from __future__ import annotations

from nicegui import app

from actions.services import build
from bot.staff.agents.desk import Desk
from bot.staff.console import Console, View
from feedback.staff.roles import Permission

__all__ = ["register"]


def register(console: Console) -> None:
    """Add the pages of the desk."""
    desk = Desk(console.database, console.clock, console.threads, lambda: build(console.settings))
    # Once every page has been imported: libraries must not be imported by two threads at once.
    app.on_startup(desk.warm_up)

    @console.page("/agents", title="Desk", icon="support_agent", needs=Permission.TALK)
    async def at_the_desk(view: View) -> None:
        from bot.staff.agents.page import DeskPage

        await DeskPage(view, desk).build()

    @console.page("/canned", title="Canned replies", icon="quickreply", needs=Permission.TALK)
    async def canned(view: View) -> None:
        from bot.staff.agents.canned_page import CannedPage

        await CannedPage(view).build()

    @console.page("/knowledge", title="Knowledge", icon="menu_book", needs=Permission.TALK)
    async def knowledge(view: View) -> None:
        from bot.staff.agents.knowledge_page import KnowledgePage

        await KnowledgePage(view, desk).build()

    @console.page("/figures", title="Figures", icon="bar_chart", needs=Permission.TALK)
    async def figures(view: View) -> None:
        from bot.staff.agents.figures_page import OF_THE_DESK, FiguresPage

        await FiguresPage(view, desk, OF_THE_DESK).build()

    @console.page("/owner", title="Owner", icon="storefront", needs=Permission.MANAGE)
    async def owner(view: View) -> None:
        from bot.staff.agents.figures_page import OF_THE_SHOP, FiguresPage

        await FiguresPage(view, desk, OF_THE_SHOP).build()

    @console.page("/figures/{name}", title="Figure", icon="bar_chart", needs=Permission.TALK, listed=False)
    async def facts(view: View) -> None:
        from bot.staff.agents.figures_page import FactsPage

        await FactsPage(view, desk).build()
