// From the replies of the HTTP contract to DOM nodes. Nothing here parses HTML: every word becomes a text node.

import { strings } from "./strings.js";

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export class MessageView {
  #actions;

  // actions: press(chip), vote(impression, value, reason) -> receipt, opened(product id), api (address)
  constructor(actions) {
    this.#actions = actions;
  }

  pending(id, text) {
    const row = this.#bubble("shopper", text);
    row.dataset.pending = id;
    return row;
  }

  message({ sender, body }) {
    const renderers = {
      text: () => this.#bubble(sender, body.text),
      products: () => this.#products(body.items),
      comparison: () => this.#comparison(body),
      chips: () => this.#chips(body.items),
      constraints: () => this.#constraints(body.items),
      handoff: () => this.#handoff(body),
    };
    return renderers[body.type]?.() ?? this.#bubble(sender, body.text ?? "");
  }

  #bubble(sender, text) {
    const row = element("div", { class: `message ${sender}` });
    if (sender === "shopper") row.append(element("span", { class: "unseen" }, strings.you));
    for (const paragraph of String(text).split("\n")) row.append(element("p", {}, paragraph));
    return row;
  }

  #handoff({ text, email }) {
    const row = this.#bubble("bot", text);
    if (email) row.append(element("p", {}, element("a", { href: "mailto:" + encodeURIComponent(email).replace("%40", "@") }, email)));
    return row;
  }

  #chips(items) {
    const row = element("div", { class: "chips", role: "group", "aria-label": strings.suggestions });
    for (const chip of items) row.append(this.#button("chip", chip.title, () => this.#actions.press(chip)));
    return row;
  }

  #constraints(items) {
    const row = element("div", { class: "chips constraints", role: "group", "aria-label": strings.conditions });
    if (items.length) row.append(element("span", {}, strings.conditions));
    for (const { label, remove_payload } of items) {
      const button = this.#button("chip", `${label} ✕`, () =>
        this.#actions.press({ title: strings.drop(label), payload: remove_payload }),
      );
      button.setAttribute("aria-label", strings.drop(label));
      row.append(button);
    }
    return row;
  }

  #products(items) {
    const list = element("ul", { class: "products", "aria-label": strings.products });
    items.forEach((item, index) => list.append(this.#card(item, index + 1)));
    return list;
  }

  #card(item, number) {
    const title = element("h3", {}, `${number}. ${item.title}`);
    const facts = element("div", { class: "facts" }, element("strong", {}, price(item)));
    facts.append(element("span", { class: item.in_stock ? "stock" : "stock out" }, item.in_stock ? strings.inStock : strings.outOfStock));
    if (item.rating !== null && item.rating !== undefined) {
      const label = strings.rating(item.rating, item.rating_count ?? 0);
      facts.append(element("span", { role: "img", "aria-label": label, title: label }, `★ ${item.rating}`));
    }
    const card = element("li", { class: "card" }, this.#picture(item), title);
    if (item.brand) card.append(element("div", { class: "brand" }, item.brand));
    card.append(facts);
    for (const reason of item.reasons) card.append(element("div", { class: "reason" }, reason));
    card.append(this.#thumbs(item));
    return card;
  }

  #picture(item) {
    const address = safeAddress(item.image_url, this.#actions.api);
    const frame = element("div", { class: "picture", "aria-hidden": "true" }, (item.brand || item.title).slice(0, 1).toUpperCase());
    if (address) {
      const image = element("img", { alt: "", referrerpolicy: "no-referrer" });
      // Until it has loaded, and when it cannot be, the initial letter stands in.
      image.addEventListener("load", () => frame.replaceChildren(image));
      image.src = address;
    }
    const page = safeAddress(item.url, this.#actions.api);
    if (!page) return frame;
    const link = element("a", { href: page, target: "_blank", rel: "noopener noreferrer", "aria-label": item.title }, frame);
    link.addEventListener("click", () => this.#actions.opened(item.id));
    return link;
  }

  #thumbs(item) {
    const row = element("div", { class: "thumbs" });
    const receipt = element("div", { class: "receipt", role: "status" });
    const up = this.#button("thumb up", thumb(), () => cast(up.getAttribute("aria-pressed") === "true" ? 0 : 1));
    const down = this.#button("thumb down", thumb(), () => cast(down.getAttribute("aria-pressed") === "true" ? 0 : -1));
    up.setAttribute("aria-label", strings.like(item.title));
    down.setAttribute("aria-label", strings.dislike(item.title));
    const mark = (value) => {
      up.setAttribute("aria-pressed", String(value === 1));
      down.setAttribute("aria-pressed", String(value === -1));
    };
    const cast = async (value, reason) => {
      try {
        const { text } = await this.#actions.vote(item.impression_id, value, reason);
        mark(value);
        receipt.replaceChildren(text);
        if (value !== 0) receipt.append(" ", this.#button("link", strings.undo, () => cast(0)));
        if (value === -1 && !reason) receipt.append(this.#reasons((chosen) => cast(-1, chosen)));
      } catch (error) {
        receipt.replaceChildren(error instanceof TypeError ? strings.offline : error.message);
      }
    };
    mark(item.vote ?? 0);
    row.append(up, down);
    return element("div", {}, row, receipt);
  }

  #reasons(choose) {
    const group = element("div", { class: "chips", role: "group", "aria-label": strings.why });
    for (const [code, label] of Object.entries(strings.reasons)) group.append(this.#button("chip", label, () => choose(code)));
    return group;
  }

  #comparison({ items, rows }) {
    const head = element("tr", {}, element("td"));
    for (const item of items) head.append(element("th", { scope: "col" }, item.title));
    const body = element("tbody");
    for (const { label, values } of rows) {
      const line = element("tr", {}, element("th", { scope: "row" }, label));
      for (const value of values) line.append(element("td", {}, value || "–"));
      body.append(line);
    }
    return element("div", { class: "comparison", tabindex: "0" }, element("table", {}, element("thead", {}, head), body));
  }

  #button(kind, label, press) {
    const button = element("button", { class: kind, type: "button" }, label);
    button.addEventListener("click", press);
    return button;
  }
}

// Drawn, because not every system has a font with the emoji.
function thumb() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M3 11h4v10H3zM7 11l4-9c2 0 3 1 3 3l-1 5h6c1.4 0 2.3 1.2 2 2.5l-1.7 7c-.2.9-1 1.5-2 1.5H7z");
  svg.append(path);
  return svg;
}

function price(item) {
  if (item.price === null) return strings.noPrice;
  try {
    return new Intl.NumberFormat(document.documentElement.lang || undefined, { style: "currency", currency: item.currency }).format(item.price);
  } catch {
    return `${item.price} ${item.currency}`;
  }
}

// A feed's address is followed only when it is an ordinary web address.
function safeAddress(address, base) {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
