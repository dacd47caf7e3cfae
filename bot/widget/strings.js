// In which language does the widget speak, and with which words?

import english from "./strings/en.js";

const SHIPPED = { en: async () => english, zh: async () => (await import("./strings/zh.js")).default };

export class Strings {
  #table;
  #plural;

  constructor(language, table) {
    this.language = language;
    this.#table = table;
    this.#plural = new Intl.PluralRules(language);
  }

  // The shipped words of `language` (English where there are none), with those of the shop's own JSON file above them.
  static async load(language, file) {
    language = usable(language);
    const shipped = SHIPPED[language.split("-")[0].toLowerCase()] ?? SHIPPED.en;
    const [words, own] = await Promise.all([shipped().catch(() => ({})), file ? fetched(file) : {}]);
    return new Strings(language, { ...english, ...words, ...own });
  }

  // The words of `key`, with what is in braces filled in as plain text; `count` chooses the plural form.
  say(key, slots = {}) {
    let words = this.#table[key];
    if (words && typeof words === "object") words = words[this.#plural.select(slots.count ?? 0)] ?? words.other;
    return String(words ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(slots[name] ?? whole));
  }

  // What holds several words under one key: `starters`, `reasons`.
  get(key) {
    return this.#table[key] ?? {};
  }

  // An amount, as the language writes it; a currency nobody knows is put behind it.
  money(amount, currency) {
    try {
      return new Intl.NumberFormat(this.language, { style: "currency", currency }).format(amount);
    } catch {
      return `${amount} ${currency}`;
    }
  }

  number(value) {
    return new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 }).format(value);
  }

  // The time of day, with the date where it is not today's.
  time(moment) {
    const today = new Date().toDateString() === moment.toDateString();
    return moment.toLocaleString(this.language, { ...(today ? {} : { dateStyle: "medium" }), timeStyle: "short" });
  }
}

function usable(language) {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? "en";
  } catch {
    return "en";
  }
}

// A file that is missing or no object leaves the shipped words; the console tells the shop's owner.
async function fetched(file) {
  try {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    console.warn(`<shoptalk-chat>: the file of strings ${file} could not be read: ${error.message}`);
    return {};
  }
}
