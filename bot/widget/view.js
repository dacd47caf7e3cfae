// From the replies of the HTTP contract to DOM nodes.

import { cart as cartView } from "./cart.js";
import { comparison } from "./comparison.js";
import { button, element, foreign, icon } from "./dom.js";
import { products } from "./products.js";

// The node of one reply; null where there is nothing to see. `context` is what its parts may call on: {strings, base,
// press(chip), vote(impression, value, reason), opened(item, event), zoom(address, title)}.
export function reply(body, sender, context) {
  const render = { products, comparison, cart, chips, constraints, handoff }[body.type];
  return render ? render(body, context) : bubble(body.text, sender);
}

export function bubble(text, sender) {
  const node = element("div", { class: `bubble ${sender}` });
  for (const paragraph of String(text ?? "").split("\n")) node.append(foreign("p", {}, paragraph));
  return node;
}

// A reply in plain words, for who reads the conversation as text.
export function plain(body, { strings }) {
  if (body.type === "products") return body.items.map((item, at) => `${at + 1}. ${named(item, strings)}`).join("\n");
  if (body.type === "comparison") {
    const head = body.items.map((item) => item.title).join(" | ");
    return [head, ...body.rows.map((row) => `${row.label}: ${row.values.join(" | ")}`)].join("\n");
  }
  if (body.type === "chips" || body.type === "constraints") return "";
  return body.text ?? "";
}

function named(item, strings) {
  return [item.title, item.price === null ? strings.say("noPrice") : strings.money(item.price, item.currency), item.url]
    .filter(Boolean)
    .join(", ");
}

// What happened to the cart is a sentence; the cart itself is shown when it is asked for.
function cart(body, context) {
  return body.listing ? cartView(body, context) : bubble(body.text, "bot");
}

function chips({ items }, { strings, press }) {
  const row = element("div", { class: "chips", role: "group", "aria-label": strings.say("suggestions") });
  for (const chip of items) row.append(button("chip", chip.title, () => press(chip)));
  return row;
}

function constraints({ items }, { strings, press }) {
  if (!items.length) return null;
  const row = element("div", { class: "chips constraints", role: "group", "aria-label": strings.say("conditions") });
  row.append(foreign("span", { class: "soft" }, strings.say("conditions")));
  for (const { label, remove_payload: payload } of items) {
    const title = strings.say("drop", { label });
    row.append(button("chip", title, () => press({ title, payload }), foreign("span", {}, label), icon("close")));
  }
  return row;
}

function handoff({ text, email, status }) {
  const node = bubble(text, `bot handoff ${status}`);
  if (email) {
    const address = "mailto:" + encodeURIComponent(email).replace("%40", "@");
    node.append(element("p", {}, element("a", { href: address }, email)));
  }
  return node;
}
