// How does the widget talk with the gateway over HTTP?

const SILENCE_MS = 45_000; // the gateway says something every 15 s, so a line that is quiet for longer is dead

// The gateway answered, and said no: `message` is its own sentence, `status` its code, `waitMs` when to come back.
export class Refused extends Error {
  constructor(status, message, waitMs) {
    super(message);
    this.status = status;
    this.waitMs = waitMs;
  }

  // Not accepted for now: the same request may be sent again.
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

export class Api {
  constructor(address) {
    this.address = address.replace(/\/+$/, "");
  }

  // The JSON of the answer. Throws Refused, or TypeError when the gateway cannot be reached.
  async call(path, { token, body, signal } = {}) {
    const response = await this.#fetch(path, { token, body, signal });
    try {
      return await response.json();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new TypeError("the answer broke off");
    }
  }

  // The server-sent events of a conversation after the message `last`. (EventSource cannot send the token.)
  async *events(token, last, signal) {
    const silence = new AbortController();
    const response = await this.#fetch("/api/stream", {
      token,
      signal: anyOf(signal, silence.signal),
      headers: { "Last-Event-ID": String(last) },
    });
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      for await (const text of chunks(response.body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        if (text) yield text;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(path, { token, body, signal, headers }) {
    const response = await fetch(this.address + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(token && { Authorization: "Bearer " + token }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (response.ok) return response;
    const error = await response.json().catch(() => ({}));
    const waitMs = 1000 * (Number(response.headers.get("Retry-After")) || 5);
    throw new Refused(response.status, String(error.error?.message ?? ""), waitMs);
  }
}

// Each event of the body as {event, data}; null for a comment, which only shows that the line is alive.
async function* chunks(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      buffer = (buffer + value).replace(/\r\n/g, "\n");
      yield null;
      let end;
      while ((end = buffer.indexOf("\n\n")) >= 0) {
        const event = parsed(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(block) {
  let event = "message";
  const data = [];
  for (const line of block.split("\n")) {
    const [, name, text] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
    if (name === "event") event = text;
    if (name === "data") data.push(text);
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}

// AbortSignal.any, which browsers of 2023 lack.
function anyOf(...signals) {
  const either = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) either.abort();
    signal.addEventListener("abort", () => either.abort(), { once: true });
  }
  return either.signal;
}
