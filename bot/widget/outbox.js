// Which messages wait to be sent? They are kept until the gateway has accepted them: over reloads, in order, each once.

import { alone } from "./storage.js";

const LONGEST_PAUSE_MS = 30_000;

export class Outbox {
  #drawer;
  #deliver;
  #on;
  #running = null;
  #wake = () => {};
  #life = null;

  // `deliver(entry)` resolves when it was accepted; on.held(error) tells that the line is down or the gateway asks to
  // wait, on.refused(entry, error) that it will never be taken, on.sent(entry) that it was.
  constructor(drawer, deliver, on) {
    this.#drawer = drawer;
    this.#deliver = deliver;
    this.#on = on;
  }

  get entries() {
    return this.#drawer.read("outbox") ?? [];
  }

  start(signal) {
    this.#life = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    this.flush();
  }

  add(entry) {
    this.#write([...this.entries, entry]);
    this.flush();
  }

  // It arrived, or nobody waits for it any more.
  drop(id) {
    const rest = this.entries.filter((entry) => entry.client_message_id !== id);
    if (rest.length !== this.entries.length) this.#write(rest);
  }

  clear() {
    this.#write([]);
  }

  // Send what waits, now.
  flush() {
    this.#wake();
    if (!this.#life || this.#life.aborted) return;
    this.#running ??= alone(this.#drawer.name + ":outbox", this.#life, () => this.#sendAll())
      .catch(() => {}) // the element left the page while it waited for its turn
      .finally(() => {
        this.#running = null;
        if (this.entries.length && !this.#life.aborted) this.flush();
      });
  }

  async #sendAll() {
    let pause = 1000;
    for (let entry; (entry = this.entries[0]) && !this.#life.aborted; ) {
      try {
        await this.#deliver(entry);
        this.drop(entry.client_message_id);
        this.#on.sent(entry);
        pause = 1000;
      } catch (error) {
        if (this.#life.aborted) return;
        if (error.status && !error.passing) {
          this.drop(entry.client_message_id);
          this.#on.refused(entry, error);
          continue;
        }
        this.#on.held(error);
        await this.#sleep(error.waitMs ?? pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  #sleep(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #write(entries) {
    this.#drawer.write("outbox", entries.length ? entries : null);
  }
}
