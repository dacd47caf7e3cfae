// How are products shown: as cards in a row that moves by swipe, button and arrow key?

import { button, element, foreign, icon, safeAddress } from "./dom.js";
import { thumbs } from "./thumbs.js";

export function products({ items }, context) {
  const { strings } = context;
  const list = element("ul", { class: "cards" });
  items.forEach((item, at) => list.append(card(item, at + 1, context)));
  const label = strings.say("products", { count: items.length });
  // The cards are not read out as they arrive: a screen reader hears the summary and walks through them at will.
  const row = element("section", { class: "carousel", "aria-label": label, "aria-live": "off" }, list);
  if (items.length > 1) row.append(...arrows(list, strings));
  const summary = element("p", { class: "unseen" }, label + ": " + items.map((item) => item.title).join("; "));
  return element("div", { class: "products" }, summary, row);
}

function card(item, number, context) {
  const { strings } = context;
  const facts = element("div", { class: "facts" }, price(item, strings), rating(item, strings));
  const node = element("li", { class: "card" }, picture(item, context), title(item, number, context));
  if (item.brand) node.append(foreign("div", { class: "brand soft" }, item.brand));
  node.append(facts, stock(item, strings));
  if (item.reasons.length) {
    const reasons = element("ul", { class: "reasons", "aria-label": strings.say("reasonsFor") });
    for (const reason of item.reasons) reasons.append(element("li", {}, icon("check"), foreign("span", {}, reason)));
    node.append(reasons);
  }
  node.append(actions(item, context));
  return node;
}

// The picture, which opens larger; until it has loaded, and when it cannot be, the initial letter stands in.
export function picture(item, { strings, base, zoom }) {
  const initial = [...(item.brand || item.title || "?").trim()][0] ?? "?";
  const frame = element("div", { class: "picture", "aria-hidden": "true" }, element("span", {}, initial.toUpperCase()));
  const address = safeAddress(item.image_url, base);
  if (!address) return frame;
  const image = element("img", { alt: "", referrerpolicy: "no-referrer", decoding: "async" });
  image.addEventListener("load", () => {
    const open = button("picture", strings.say("enlarge", { title: item.title }), () => zoom(address, item.title), image);
    frame.replaceWith(open);
  });
  image.src = address;
  return frame;
}

// What the product is called, with the way to its page.
export function title(item, number, { strings, base, opened }) {
  const page = safeAddress(item.url, base);
  const words = [...(number ? [element("bdi", {}, `${number}.`), " "] : []), foreign("bdi", {}, item.title)];
  if (!page) return element("h3", {}, element("span", {}, ...words));
  const link = element("a", { href: page, rel: "noopener", title: item.title }, ...words);
  // The shop's own pages open in place and the chat comes along; others open beside it.
  if (new URL(page).origin !== location.origin) {
    link.target = "_blank";
    link.append(" ", element("span", { class: "unseen" }, strings.say("newTab")));
  }
  link.addEventListener("click", (event) => opened({ ...item, url: page }, event));
  return element("h3", {}, link);
}

export function price(item, strings) {
  return element("strong", { class: "price" }, item.price === null ? strings.say("noPrice") : strings.money(item.price, item.currency));
}

export function stock(item, strings) {
  return element("div", { class: item.in_stock ? "stock" : "stock out" }, item.in_stock ? strings.say("inStock") : strings.say("outOfStock"));
}

function rating(item, strings) {
  if (item.rating === null || item.rating === undefined) return "";
  const label = strings.say("rating", { rating: strings.number(item.rating), count: item.rating_count ?? 0 });
  const count = item.rating_count ? ` (${strings.number(item.rating_count)})` : "";
  return element("span", { class: "rating soft", role: "img", "aria-label": label }, icon("star"), strings.number(item.rating) + count);
}

function actions(item, context) {
  const { strings, press } = context;
  const foot = element("div", { class: "foot" });
  const offer = (kind, words, payload, ...children) => button(kind, words, () => press({ title: words, payload }), ...children);
  if (item.add_payload && item.in_stock) {
    foot.append(offer("add", strings.say("addNamed", { title: item.title }), item.add_payload, icon("cart"), strings.say("add")));
  }
  const further = [];
  if (item.similar_payload) {
    further.push(offer("link", strings.say("similarNamed", { title: item.title }), item.similar_payload, strings.say("similar")));
  }
  if (item.why_payload) {
    further.push(offer("link", strings.say("whyNamed", { title: item.title }), item.why_payload, strings.say("whyThis")));
  }
  foot.append(thumbs(item, context, further));
  return foot;
}

function arrows(list, strings) {
  const back = button("arrow back", strings.say("previous"), () => move(-1), icon("back"));
  const forth = button("arrow forth", strings.say("next"), () => move(1), icon("forth"));
  const cards = () => [...list.children];
  const shown = (node) => {
    const [frame, box] = [list.getBoundingClientRect(), node.getBoundingClientRect()];
    return box.left >= frame.left - 4 && box.right <= frame.right + 4;
  };
  const show = (node) => {
    const offset = node.getBoundingClientRect().left - list.getBoundingClientRect().left;
    const start = getComputedStyle(list).direction === "rtl" ? offset + node.offsetWidth - list.clientWidth : offset;
    list.scrollBy({ left: start });
  };
  const mark = () => {
    const [first, last] = [list.firstElementChild, list.lastElementChild];
    back.disabled = shown(first);
    forth.disabled = shown(last);
  };
  function move(step) {
    const all = cards();
    const at = all.findIndex(shown);
    show(all[Math.max(0, Math.min(all.length - 1, (at < 0 ? 0 : at) + step))]);
  }
  list.addEventListener("scroll", mark, { passive: true });
  new ResizeObserver(mark).observe(list);
  // With the keys one walks from card to card, and the focus comes along.
  list.addEventListener("keydown", (event) => {
    const forwards = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = cards();
    const here = all.findIndex((one) => one.contains(event.target));
    const next = all[here + (event.key === forwards ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    show(next);
    next.querySelector("a, button")?.focus({ preventScroll: true });
  });
  return [back, forth];
}
