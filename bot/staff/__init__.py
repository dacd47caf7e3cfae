"""How do the people of the shop work with Shoptalk in the browser?

A process of its own (`python -m bot.staff`), with a port of its own, so that a staff login never shares an origin with
the widget. `guard` stands before every request and websocket, `door` lets people in with plain HTML, and behind it
NiceGUI serves the pages, which nobody who is not logged in can reach at all.

To add pages, write a module with

    def register(console: Console) -> None:
        @console.page("/agents", title="Queue", icon="support_agent", needs=Permission.TALK)
        async def queue(view: View) -> None:
            waiting = await view.read(waiting_conversations)            # waiting_conversations(session) in a thread
            ui.label(f"{len(waiting)} people wait")
            view.key("t", "take the first one over", lambda: view.write(take_over, waiting[0].id))

and name it in `bot.staff.app.PAGES`. What a page has is `bot.staff.console.View`:

- `view.actor` is who looks; `view.actor.may(permission)` asks what they may. `needs` is checked before the page is
  built and again, with the login, before every `view.write`.
- `await view.read(function, *arguments)` calls `function(session, *arguments)` in a thread, on a snapshot.
- `await view.write(function, *arguments)` calls `function(session, actor, *arguments)` in a thread, in one transaction.
  What it does is kept with `feedback.staff.audit.audit` in the same transaction.
- `await view.work(function, *arguments)` calls `function(*arguments)` in a thread. Nothing blocks the event loop.
- `view.key(key, meaning, handler)` binds a key; `?` shows them all. Keys are handled one after the other, in order.
- `with view.dialog(): ...` opens a dialog; the keys of the page rest meanwhile.
- `on_click=view.handler(function)` shows an error a person can mend (`ShoptalkError`) as a sentence.
- `view.parameters` and `view.query` are those of the address, as strings.

Everything shown that a shopper, a feed or another shop wrote is untrusted: show it with `ui.label` or another element
that takes text, never with `ui.html`, `ui.markdown`, `add_slot` or `run_javascript`, and link to it only with
`bot.staff.console.outside_link`, which takes http and https alone.
"""
