// What is kept in the shopper's browser between pages, and how do the tabs of one shop hear of each other?

// One shop's drawer in localStorage. Where storage is blocked, everything lasts as long as the page.
export class Drawer {
  #prefix;
  #memory = new Map();

  constructor(api) {
    this.#prefix = "shoptalk:" + api;
  }

  get name() {
    return this.#prefix;
  }

  read(key) {
    try {
      return JSON.parse(localStorage.getItem(this.#full(key)));
    } catch {
      return this.#memory.get(key) ?? null;
    }
  }

  write(key, value) {
    this.#memory.set(key, value);
    try {
      if (value === null) localStorage.removeItem(this.#full(key));
      else localStorage.setItem(this.#full(key), JSON.stringify(value));
    } catch {
      // Blocked or full: the memory has it.
    }
  }

  #full(key) {
    return key ? `${this.#prefix}:${key}` : this.#prefix;
  }
}

// Runs `work` while no other tab runs the same; where there are no locks (pages without TLS) each tab goes on its own.
export function alone(name, signal, work) {
  return navigator.locks ? navigator.locks.request(name, { signal }, work) : work();
}
