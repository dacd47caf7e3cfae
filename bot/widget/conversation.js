// One conversation with the gateway: whose it is, what is sent, what comes in, in every tab and when the line drops.

import { Api } from "./api.js";
import { newId } from "./dom.js";
import { Outbox } from "./outbox.js";
import { Drawer, alone } from "./storage.js";

const LONGEST_PAUSE_MS = 30_000;
const MOST_VIEWS = 20;

export class Conversation {
  #api;
  #drawer;
  #outbox;
  #who;
  #on;
  #life = null;
  #channel = null;
  #session = null;
  #last = 0;
  #stream = null;
  #opening = null;
  #catchingUp = null;
  #again = false;

  // `who()` is {identity, language, product}: what the page says now. `on` is called with what happens: message(message),
  // typing(typing), speaker(speaker), held(error), refused(entry, error), sent(entry), waiting(entries), reset(),
  // vote(impression, value).
  constructor(address, who, on) {
    this.#api = new Api(address);
    this.#drawer = new Drawer(this.#api.address);
    this.#who = who;
    this.#on = on;
    this.#outbox = new Outbox(this.#drawer, (entry) => this.#deliver(entry), on);
  }

  get address() {
    return this.#api.address;
  }

  get drawer() {
    return this.#drawer;
  }

  // Go on where the shopper left off. Nothing is sent to the gateway before they first said something.
  async start() {
    this.#life = new AbortController();
    this.#tune();
    const wake = () => this.#outbox.flush();
    window.addEventListener("online", wake, { signal: this.#life.signal });
    await this.#resume();
  }

  stop() {
    this.#life?.abort();
    this.#stream?.abort();
    this.#channel?.close();
    this.#life = this.#stream = this.#channel = null;
  }

  // `content` is {text} or {payload}; `shown` is how the shopper sees it. Goes out as soon as it can, in order.
  send(content, shown) {
    const product_id = this.#who().product;
    const entry = { ...content, client_message_id: newId(), ...(product_id && { product_id }), shown };
    this.#on.waiting([entry]);
    this.#outbox.add(entry);
    this.#tell({ kind: "waiting", entry });
  }

  // Sends what waits at once.
  hurry() {
    this.#outbox.flush();
  }

  // Press what the gateway offered when the conversation was opened; `shown` is typed where it offered nothing.
  async choose(name, shown) {
    try {
      await this.#open();
    } catch {
      // It is sent as words once the line is back.
    }
    const payload = this.#session?.menu?.[name];
    this.send(payload ? { payload } : { text: shown }, shown);
  }

  // The receipt of a vote: {text, value}. Throws when it could not be cast.
  async vote(impression_id, value, reason) {
    const receipt = await this.#say("/api/feedback", { impression_id, value, ...(reason && { reason }) });
    this.#tell({ kind: "vote", impression_id, value: receipt.value });
    return receipt;
  }

  // The shopper looks at a product's page. Until they talk it is only remembered, here.
  async view(item_id, kind = "view") {
    const seen = this.#drawer.read("views") ?? [];
    this.#drawer.write("views", [...seen, { id: newId(), kind, item_id, at: new Date().toISOString() }].slice(-MOST_VIEWS));
    await this.#report();
  }

  // A code that makes this person and one on another channel the same: {code, expires_at, telegram_url}.
  link() {
    return this.#say("/api/links", {});
  }

  // A conversation from the beginning, of the same person: their cart and thumbs stay.
  async restart() {
    if (!this.#session) return;
    const session = await this.#api.call("/api/sessions", { token: this.#session.token, body: this.#opener() });
    this.#outbox.clear();
    this.#take(session);
    this.#tell({ kind: "session" });
  }

  // Have everything about the shopper erased; the gateway's sentence about it, "" when there was nothing.
  async forget() {
    const receipt = this.#session ? await this.#say("/api/forget", {}) : { text: "" };
    this.#drop();
    this.#tell({ kind: "session" });
    return receipt.text;
  }

  // Session ---------------------------------------------------------------------------------------------------------

  async #resume() {
    const waiting = this.#outbox.entries;
    this.#session = this.#drawer.read("");
    if (this.#session) await this.#catchUp().catch((error) => this.#on.held(error));
    if (!this.#life) return;
    this.#on.waiting(waiting.filter((entry) => this.#outbox.entries.some((one) => one.client_message_id === entry.client_message_id)));
    this.#outbox.start(this.#life.signal);
    if (this.#session) {
      this.#follow();
      this.#api.call("/api/speaker", { token: this.#session.token }).then((speaker) => this.#on.speaker(speaker), () => {});
    }
    this.#report();
  }

  #opener() {
    const { identity, language } = this.#who();
    return { ...(identity && { identity }), ...(language && { language }) };
  }

  // The session, opened by whoever needs it first in whichever tab.
  #open() {
    if (this.#session) return Promise.resolve();
    this.#opening ??= alone(this.#drawer.name + ":open", undefined, async () => {
      const other = this.#drawer.read("");
      this.#take(other ?? (await this.#api.call("/api/sessions", { body: this.#opener() })), { keep: true });
      if (!other) this.#tell({ kind: "session" });
    }).finally(() => (this.#opening = null));
    return this.#opening;
  }

  #take(session, { keep = false } = {}) {
    this.#stream?.abort();
    this.#session = session;
    this.#last = 0;
    this.#drawer.write("", session);
    if (!keep) this.#on.reset();
    this.#follow();
    this.#report();
  }

  #drop() {
    this.#stream?.abort();
    this.#session = null;
    this.#last = 0;
    for (const key of ["", "outbox", "views", "read"]) this.#drawer.write(key, null);
    this.#on.reset();
  }

  // Ask with the session's token; a session that is gone is replaced by a new one, once.
  async #say(path, body) {
    await this.#open();
    try {
      return await this.#api.call(path, { token: this.#session.token, body });
    } catch (error) {
      if (error.status !== 401) throw error;
      const waiting = this.#outbox.entries;
      this.#drop();
      this.#drawer.write("outbox", waiting.length ? waiting : null);
      this.#on.waiting(waiting);
      await this.#open();
      return this.#api.call(path, { token: this.#session.token, body });
    }
  }

  // What goes out and comes in --------------------------------------------------------------------------------------

  async #deliver({ shown, ...message }) {
    this.#on.typing({ typing: true });
    try {
      const { replies } = await this.#say("/api/messages", message);
      const asked = this.#session;
      await this.#catchUp().catch(() => {}); // the stream brings it as well
      // The shopper had themselves forgotten: nothing can be fetched any more, what was answered is said here only.
      if (asked && !this.#session) {
        this.#on.message({ sender: "shopper", body: { type: "text", text: shown } });
        for (const body of replies) this.#on.message({ sender: "bot", body });
        this.#tell({ kind: "session" });
      }
    } finally {
      this.#on.typing({ typing: false });
    }
  }

  async #report() {
    const events = this.#drawer.read("views");
    if (!this.#session || !events?.length) return;
    try {
      await this.#api.call("/api/events", { token: this.#session.token, body: { events } });
      const sent = new Set(events.map((event) => event.id));
      const rest = (this.#drawer.read("views") ?? []).filter((event) => !sent.has(event.id));
      this.#drawer.write("views", rest.length ? rest : null);
    } catch (error) {
      // Sent along next time, under the same ids; what the gateway will never take is not kept.
      if (error.status === 400) this.#drawer.write("views", null);
    }
  }

  // Everything after the last message seen. Asked for while it is under way, it is done once more.
  #catchUp() {
    if (this.#catchingUp) {
      this.#again = true;
      return this.#catchingUp;
    }
    this.#catchingUp = (async () => {
      do {
        this.#again = false;
        await this.#fetchNew();
      } while (this.#again);
    })().finally(() => (this.#catchingUp = null));
    return this.#catchingUp;
  }

  async #fetchNew() {
    while (this.#session) {
      const session = this.#session;
      try {
        const { messages } = await this.#api.call("/api/messages?after=" + this.#last, { token: session.token });
        if (session !== this.#session || !messages.length) return;
        for (const message of messages) this.#hear(message);
      } catch (error) {
        if (error.status !== 401 && error.status !== 404) throw error;
        if (session === this.#session) this.#drop();
        return;
      }
    }
  }

  #hear(message) {
    if (message.id <= this.#last) return;
    this.#last = message.id;
    if (message.client_message_id) this.#outbox.drop(message.client_message_id);
    this.#on.message(message);
  }

  // One tab holds the stream and tells the others: browsers allow six lines to a server, and tabs are many.
  #follow() {
    if (!this.#life || !this.#session) return;
    this.#stream?.abort();
    const stream = (this.#stream = new AbortController());
    const name = `${this.#drawer.name}:stream`;
    alone(name, stream.signal, () => this.#listen(stream.signal)).catch(() => {});
  }

  async #listen(signal) {
    let pause = 1000;
    while (!signal.aborted) {
      try {
        for await (const { event, data } of this.#api.events(this.#session.token, this.#last, signal)) {
          pause = 1000;
          if (event === "message") this.#hear(data);
          this.#happened(event, data);
          this.#tell({ kind: "stream", event, data: event === "message" ? null : data });
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error.status === 401) return this.#drop();
        pause = error.waitMs ?? pause;
      }
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, pause);
        signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
      });
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  #happened(event, data) {
    if (event === "typing") this.#on.typing(data);
    if (event === "speaker") this.#on.speaker(data);
  }

  // Between tabs ----------------------------------------------------------------------------------------------------

  #tune() {
    if (!globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(this.#drawer.name);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
  }

  #tell(news) {
    this.#channel?.postMessage(news);
  }

  #heard(news) {
    if (news.kind === "vote") this.#on.vote(news.impression_id, news.value);
    if (news.kind === "waiting") this.#on.waiting([news.entry]);
    if (news.kind === "session") this.#adopt();
    // What was said is fetched and not taken from the other tab, so that none is missed and all come in order.
    if (news.kind === "stream" && news.event === "message") this.#catchUp().catch(() => {});
    else if (news.kind === "stream") this.#happened(news.event, news.data);
  }

  // Another tab opened, replaced or left the session.
  #adopt() {
    const session = this.#drawer.read("");
    if (session?.session_id === this.#session?.session_id) return;
    if (!session) {
      this.#stream?.abort();
      this.#session = null;
      this.#on.reset();
      return;
    }
    this.#take(session, { keep: !this.#session });
    this.#catchUp().catch(() => {});
  }
}
