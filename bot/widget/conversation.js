// One conversation with the gateway: its session, what is sent, what comes in, and what happens when the line drops.

import { strings } from "./strings.js";

const LONGEST_PAUSE_MS = 30_000;
const SEND_TRIES = 3;

export class Conversation {
  #api;
  #identity;
  #on;
  #session = null;
  #last = 0;
  #stream = null;
  #queue = Promise.resolve();
  #catchingUp = null;

  constructor(api, { identity, onMessage, onTyping, onNotice }) {
    this.#api = api.replace(/\/$/, "");
    this.#identity = identity;
    this.#on = { message: onMessage, typing: onTyping, notice: onNotice };
  }

  async start() {
    this.#session = this.#remembered();
    if (this.#session) {
      try {
        await this.#catchUp();
      } catch {
        this.#on.notice(strings.offline, () => this.start());
        return;
      }
      if (this.#session) this.#listen();
    }
  }

  close() {
    this.#stream?.abort();
    this.#stream = null;
  }

  // Messages go out one after the other, so that they arrive in the order they were typed. `shown` is how the shopper
  // sees this one.
  send(message, shown) {
    this.#queue = this.#queue.then(() => this.#deliver(message, shown));
    return this.#queue;
  }

  // The receipt of a vote: {text, ...}. Throws an Error whose message can be shown.
  async vote(impression_id, value, reason) {
    const response = await this.#call("/api/feedback", { impression_id, value, ...(reason && { reason }) });
    if (!response.ok) throw new Error(await problem(response));
    return response.json();
  }

  async #deliver(message, shown) {
    const again = () => this.send(message, shown);
    this.#on.typing(true);
    try {
      for (let attempt = 1; ; attempt++) {
        const response = await this.#post(message);
        if (response?.ok) {
          const { replies } = await response.json();
          await this.#catchUp();
          if (!this.#session) this.#showLast(message, shown, replies);
          return;
        }
        // 429 and 503 were not accepted and say when to come back; the same client_message_id makes a repeat harmless.
        const wait = response ? Number(response.headers.get("Retry-After")) : 1;
        if ((response && !wait) || attempt === SEND_TRIES) {
          const text = response ? await problem(response) : strings.offline;
          this.#on.notice(text, again);
          return;
        }
        await pause(wait * 1000);
      }
    } catch {
      this.#on.notice(strings.offline, again);
    } finally {
      this.#on.typing(false);
    }
  }

  // The shopper had themselves forgotten: nothing can be fetched any more, and what the turn answered is said here only.
  #showLast({ client_message_id }, shown, replies) {
    this.#on.message({ sender: "shopper", client_message_id, body: { type: "text", text: shown } });
    for (const body of replies) this.#on.message({ sender: "bot", body });
  }

  async #post(message) {
    try {
      if (!this.#session) await this.#open();
      const response = await this.#call("/api/messages", message);
      if (response.status !== 401) return response;
      this.#forget();
      await this.#open();
      return await this.#call("/api/messages", message);
    } catch {
      return null;
    }
  }

  async #open() {
    const identity = this.#identity();
    const response = await fetch(this.#api + "/api/sessions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(identity ? { identity } : {}),
    });
    if (!response.ok) throw new Error(await problem(response));
    this.#session = await response.json();
    this.#last = 0;
    try {
      localStorage.setItem(this.#key(), JSON.stringify(this.#session));
    } catch {
      // Storage is blocked: the conversation lasts as long as the page.
    }
    this.#listen();
  }

  #remembered() {
    try {
      return JSON.parse(localStorage.getItem(this.#key()));
    } catch {
      return null;
    }
  }

  #forget() {
    this.close();
    this.#session = null;
    try {
      localStorage.removeItem(this.#key());
    } catch {
      // Nothing was stored.
    }
  }

  #key() {
    return "shoptalk:" + this.#api;
  }

  #call(path, body, options = {}) {
    const headers = { Authorization: "Bearer " + this.#session.token };
    if (body) headers["Content-Type"] = "application/json";
    return fetch(this.#api + path, {
      ...options,
      method: body ? "POST" : "GET",
      headers: { ...headers, ...options.headers },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  // Everything after the last message seen; asked again while one is under way, it follows that one.
  #catchUp() {
    const next = (this.#catchingUp ?? Promise.resolve()).catch(() => {}).then(() => this.#fetchNew());
    this.#catchingUp = next;
    return next;
  }

  async #fetchNew() {
    while (this.#session) {
      const response = await this.#call("/api/messages?after=" + this.#last);
      if (response.status === 401 || response.status === 404) {
        this.#forget();
        return;
      }
      if (!response.ok) throw new Error(await problem(response));
      const { messages } = await response.json();
      if (!messages.length) return;
      messages.forEach((message) => this.#take(message));
    }
  }

  #take(message) {
    if (message.id <= this.#last) return;
    this.#last = message.id;
    this.#on.message(message);
  }

  async #listen() {
    if (this.#stream) return;
    const stream = new AbortController();
    this.#stream = stream;
    let wait = 1000;
    while (!stream.signal.aborted) {
      try {
        const response = await this.#call("/api/stream", null, {
          signal: stream.signal,
          headers: { "Last-Event-ID": String(this.#last) },
        });
        if (response.status === 401) return this.#forget();
        if (response.ok) {
          wait = 1000;
          for await (const event of events(response.body)) this.#hear(event);
        }
      } catch {
        if (stream.signal.aborted) return;
      }
      await pause(wait);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  }

  #hear({ event, data }) {
    if (event === "typing") this.#on.typing(JSON.parse(data).typing !== false);
    if (event === "message") {
      this.#take(JSON.parse(data));
      this.#on.typing(false);
    }
  }
}

// Server-sent events of a response body (EventSource cannot send the Authorization header).
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer = (buffer + value).replace(/\r\n/g, "\n");
    let end;
    while ((end = buffer.indexOf("\n\n")) >= 0) {
      const fields = { event: "message", data: [] };
      for (const line of buffer.slice(0, end).split("\n")) {
        const [, name, text] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
        if (name === "event") fields.event = text;
        if (name === "data") fields.data.push(text);
      }
      buffer = buffer.slice(end + 2);
      if (fields.data.length) yield { event: fields.event, data: fields.data.join("\n") };
    }
  }
}

async function problem(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return strings.offline;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
