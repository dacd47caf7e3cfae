"""How is one thing after the other judged, without the mouse?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from nicegui import ui

from bot.staff.console import View
from bot.staff.review import desk
from bot.staff.review.card import show_item
from bot.staff.review.surroundings import show_surroundings
from feedback.review.queues import CONFLICT, MESSAGE_REASONS, Filter
from feedback.review.subject import GRADES, SKIP, Kind, ReviewItem
from feedback.selection.port import Reason
from feedback.selection.ways import Way
from recommender.catalogue.store import SqlCatalogue
from recommender.errors import BadInputError

__all__ = ["Labelling"]

_QUEUES: Final = {
    Kind.JUDGEMENT.value: ("Search results", "S"),
    Kind.RECOMMENDATION.value: ("Recommendations", "R"),
    Kind.MESSAGE.value: ("Messages", "M"),
    desk.SUSPECTS: ("Suspect labels", "L"),
}
"""Each queue's title and the key that opens it."""

_THUMBS: Final = {"1": "a good idea", "0": "not for this person"}
_NUMBERED_INTENTS: Final = 9


class Labelling:
    """The review page of one trainer: a queue, a place in it, and what the keys do there."""

    def __init__(self, view: View, name: str) -> None:
        if name not in _QUEUES:
            raise BadInputError("There is no such queue.")
        self._view = view
        self._name = str(name)
        self._catalogue = SqlCatalogue(view.console.database, view.console.clock)
        self._texts = desk.product_texts(self._catalogue)
        self._filter = Filter(text=view.query.get("text", ""), reason=view.query.get("reason", ""))
        self._items: list[ReviewItem] = []
        self._place = 0
        self._done = 0
        self._judged: list[ReviewItem] = []
        self._usual: list[str] = []

    async def build(self) -> None:
        """Put the page together and load the queue."""
        self._items = await self._view.read(desk.load, self._name, self._view.actor, self._texts, self._filter)
        if self._name == Kind.MESSAGE:
            self._usual = await self._view.read(desk.usual_intents)
        with ui.row().classes("items-center w-full"):
            for name, (title, key) in _QUEUES.items():
                look = "unelevated" if name == self._name else "flat"
                ui.button(title, on_click=self._to(name)).props(f"{look} dense no-caps")
                self._view.key(key, f"open {title}", self._to(name))
            ui.space()
            self._progress = ui.label().classes("text-grey").mark("progress")
        await self._filters()
        with ui.row().classes("w-full no-wrap items-start"):
            with ui.column().classes("col-5 gap-2").style("min-width: 22rem"):
                await self._card()
            with ui.column().classes("col"):
                await self._beside()
        self._bind_keys()

    # What is seen ------------------------------------------------------------------------------------------------

    @property
    def _item(self) -> ReviewItem | None:
        return self._items[self._place] if self._place < len(self._items) else None

    @ui.refreshable_method
    async def _card(self) -> None:
        item = self._item
        self._progress.set_text(f"{self._done} decided, {max(len(self._items) - self._place, 0)} to go")
        if item is None:
            ui.label("Nothing is left in this queue.").classes("text-h6")
            ui.button("Look again (r)", on_click=self._view.handler(self._reload)).props("flat no-caps")
            return
        show_item(item, await self._product(item))
        with ui.grid(columns=2).classes("w-full gap-2"):
            meanings = self._values(item)
            for key, value in self._answers(item).items():
                self._answer(key, value, meanings[value], item)
        if item.kind is Kind.MESSAGE:
            choice = ui.select(list(desk.intents()), label="Another intent (i)", with_input=True).classes("w-64")
            choice.on_value_change(self._view.handler(lambda: self._decide(str(choice.value))))
            self._choice = choice
        with ui.row():
            for title, work in (
                ("Skip (s)", lambda: self._decide(SKIP)), ("Undo (z)", self._undo), ("Next (n)", self._next),
                ("Back (p)", self._back), ("All that match… (b)", self._ask_for_all),
            ):  # fmt: skip
                ui.button(title, on_click=self._view.handler(work)).props("flat dense no-caps")

    @ui.refreshable_method
    async def _beside(self) -> None:
        item = self._item
        if item is not None:
            around, products = await self._view.read(desk.around, item, self._catalogue)
            show_surroundings(around, products, item.item_id)

    def _answer(self, key: str, value: str, meaning: str, item: ReviewItem) -> None:
        chosen = item.labels.get(self._view.actor.id) == value
        ui.button(f"{key}  {meaning}", on_click=self._view.handler(lambda: self._decide(value))).props(
            f"no-caps align=left {'unelevated' if chosen else 'outline'}"
        ).classes("w-full").mark(f"answer-{value}")

    async def _filters(self) -> None:
        views = await self._view.read(desk.saved_views, self._view.actor, self._name)
        reasons = MESSAGE_REASONS if self._name == Kind.MESSAGE else (*(one.value for one in Reason), CONFLICT)
        with ui.row().classes("items-center"):
            text = ui.input("Words", value=self._filter.text).props("dense clearable")
            reason = ui.select(["", *reasons], value=self._filter.reason, label="Why").props("dense").classes("w-48")
            if self._name in (Kind.JUDGEMENT, Kind.RECOMMENDATION):
                await self._way()
            least = ui.number("Thumbs down", value=self._filter.least_down, min=0, precision=0).props("dense")
            least.classes("w-28")

            async def apply() -> None:
                self._filter = Filter(text.value or "", reason.value or "", int(least.value or 0))
                await self._reload()

            ui.button("Filter", on_click=self._view.handler(apply)).props("dense no-caps")
            text.on("keydown.enter", self._view.handler(apply))

            def use(chosen: Filter) -> None:
                text.value, reason.value, least.value = chosen.text, chosen.reason, chosen.least_down

            async def open_view(title: str) -> None:
                use(views[title])
                await apply()

            saved = ui.select(list(views), label="Saved views").props("dense clearable").classes("w-40").mark("views")
            saved.on_value_change(self._view.handler(lambda: open_view(str(saved.value)) if saved.value else None))

            async def save() -> None:
                await apply()
                title = str(name.value or "")
                await self._view.write(desk.save_view, self._name, title, self._filter)
                views[title.strip()] = self._filter
                saved.set_options(list(views))
                name.value = ""

            async def forget() -> None:
                await self._view.write(desk.delete_view, self._name, str(saved.value))
                views.pop(str(saved.value), None)
                saved.set_options(list(views), value=None)

            name = ui.input("Save as").props("dense").classes("w-28")
            ui.button(icon="save", on_click=self._view.handler(save)).props('flat dense aria-label="Save view"')
            ui.button(icon="delete", on_click=self._view.handler(forget)).props('flat dense aria-label="Delete view"')
        self._view.key("/", "search in the queue", lambda: text.run_method("focus"))

    async def _way(self) -> None:
        """How what is asked first is chosen; kept for this person."""
        titles = {way.value: way.words for way in Way}
        chosen = ui.select(
            titles, value=(await self._view.read(desk.way_of, self._view.actor)).value, label="Ask first"
        )
        chosen.props("dense").classes("w-48").mark("way")

        async def change() -> None:
            await self._view.write(desk.ask_by, str(chosen.value))
            await self._reload()

        chosen.on_value_change(self._view.handler(change))

    # What is done ------------------------------------------------------------------------------------------------

    def _values(self, item: ReviewItem) -> dict[str, str]:
        """What can be answered, each with what it means; of many intents the likeliest."""
        if item.kind is Kind.JUDGEMENT:
            return GRADES
        if item.kind is Kind.RECOMMENDATION:
            return _THUMBS
        known = desk.intents()
        taken = [item.intent] if item.intent in known else []
        recent = [one for judged in reversed(self._judged) for one in judged.labels.values() if one in known]
        likely = [*taken, *recent, *self._usual, *known]
        return {one: one.replace("_", " ") for one in dict.fromkeys(likely) if one in known}

    def _answers(self, item: ReviewItem) -> dict[str, str]:
        """Which key gives which answer."""
        values = list(self._values(item))
        if item.kind is Kind.JUDGEMENT:
            return dict(zip(values, values, strict=True))
        if item.kind is Kind.RECOMMENDATION:
            return {"u": "1", "d": "0"}
        return {str(number): value for number, value in enumerate(values[:_NUMBERED_INTENTS], start=1)}

    def _bind_keys(self) -> None:
        key = self._view.key
        if self._name == Kind.MESSAGE:
            for number in range(1, _NUMBERED_INTENTS + 1):
                key(str(number), f"answer number {number}", lambda pressed=str(number): self._press(pressed))
            key("i", "choose another intent", lambda: self._choice.run_method("focus"))
        else:
            for grade, meaning in GRADES.items():
                key(grade, meaning, lambda pressed=grade: self._press(pressed))
            key("u", "thumb up: a good idea (3 for a search result)", lambda: self._press("u"))
            key("d", "thumb down: no (0 for a search result)", lambda: self._press("d"))
        key("s", "skip: do not ask me again", lambda: self._decide(SKIP))
        key("z", "undo", self._undo)
        for name in ("n", "ArrowRight"):
            key(name, "next, undecided", self._next)
        for name in ("p", "ArrowLeft"):
            key(name, "back", self._back)
        key("b", "decide on all that match the filter", self._ask_for_all)
        key("r", "look again what there is", self._reload)

    async def _press(self, key: str) -> None:
        item = self._item
        if item is None:
            return
        if item.kind is Kind.JUDGEMENT:
            key = {"u": "3", "d": "0"}.get(key, key)
        value = self._answers(item).get(key)
        if value is not None:
            await self._decide(value)

    async def _decide(self, value: str) -> None:
        item = self._item
        if item is None:
            return
        await self._view.write(desk.decide, item, value, self._view.console.clock.now())
        mine = replace(item, labels={**item.labels, self._view.actor.id: value})
        self._items[self._place] = mine
        self._judged.append(mine)
        self._done += 1
        await self._go(self._place + 1)

    async def _undo(self) -> None:
        count = await self._view.write(desk.take_back, self._view.console.clock.now())
        if count == 1 and self._judged:
            key = self._judged.pop().key
            self._done = max(self._done - 1, 0)
            place = next((place for place, one in enumerate(self._items) if one.key == key), None)
            if place is not None:
                self._items[place] = self._without_mine(self._items[place])
                await self._go(place)
        else:
            await self._reload()
        ui.notify(f"Taken back: {count}.")

    def _without_mine(self, item: ReviewItem) -> ReviewItem:
        labels = {rater: value for rater, value in item.labels.items() if rater != self._view.actor.id}
        return replace(item, labels=labels)

    async def _next(self) -> None:
        await self._go(min(self._place + 1, len(self._items)))

    async def _back(self) -> None:
        await self._go(max(self._place - 1, 0))

    async def _reload(self) -> None:
        self._items = await self._view.read(desk.load, self._name, self._view.actor, self._texts, self._filter)
        self._judged.clear()
        await self._go(0)

    async def _go(self, place: int) -> None:
        self._place = place
        await self._card.refresh()
        await self._beside.refresh()

    async def _ask_for_all(self) -> None:
        if self._name == desk.SUSPECTS:
            raise BadInputError("Suspects are looked at one by one.")
        count = await self._view.read(desk.count_matching, self._name, self._view.actor, self._texts, self._filter)
        if not count:
            raise BadInputError("Nothing that is undecided matches the filter.")
        with self._view.dialog() as dialog, ui.card():
            ui.label(f"{count} undecided items match this filter.").classes("text-h6").mark("matching")
            ui.label(
                ", ".join(part for part in (self._filter.text, self._filter.reason) if part) or "No filter is set."
            )
            answers = self._values(self._items[0]) if self._items else GRADES

            async def confirmed(value: str) -> None:
                changed = await self._view.write(
                    desk.decide_all, self._name, self._texts, self._filter, value, count,
                    self._view.console.clock.now(),
                )  # fmt: skip
                dialog.close()
                self._done += changed
                await self._reload()
                ui.notify(f"Decided: {changed}. One undo (z) takes all of it back.")

            for value, meaning in [*list(answers.items())[:_NUMBERED_INTENTS], (SKIP, "skip")]:
                ui.button(
                    f"{meaning}: all {count}", on_click=self._view.handler(lambda value=value: confirmed(value))
                ).props("no-caps outline align=left").classes("w-full")
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps autofocus")

    async def _product(self, item: ReviewItem) -> Any:
        if item.item_id is None:
            return None
        return (await self._view.work(self._catalogue.get, [item.item_id])).get(item.item_id)

    def _to(self, name: str) -> Callable[[], None]:
        return lambda: ui.navigate.to(f"/review/{name}")
