// What does the cart look like?

import { button, element, foreign, icon } from "./dom.js";
import { picture, title } from "./products.js";

export function cart({ items, total, text }, context) {
  const { strings, press } = context;
  const list = element("ul", { class: "lines" });
  for (const item of items) {
    const step = (name, payload, symbol) => {
      if (!payload) return "";
      const words = strings.say(name, { title: item.title });
      return button("step", words, () => press({ title: words, payload }), icon(symbol));
    };
    const amount = element("div", { class: "quantity" },
      step("fewer", item.fewer_payload, "minus"),
      element("span", {}, strings.number(item.quantity)),
      step("more", item.more_payload, "plus"),
      step("remove", item.remove_payload, "forget"),
    );
    const words = element("div", { class: "line" }, title(item, 0, context));
    if (!item.in_stock) words.append(element("div", { class: "stock out" }, strings.say("outOfStock")));
    words.append(amount);
    const sum = item.line_total === null ? strings.say("noPrice") : strings.money(item.line_total, item.currency);
    list.append(element("li", {}, picture(item, context), words, element("strong", { class: "price" }, sum)));
  }
  const foot = element("div", { class: "total" }, element("span", {}, strings.say("total")), foreign("strong", {}, total));
  // What is heard as it arrives is the sentence; the lines are there to be walked through.
  return element("div", { class: "cart" },
    element("p", { class: "unseen" }, text),
    element("section", { "aria-label": strings.say("cartTitle"), "aria-live": "off" }, element("h3", {}, strings.say("cartTitle")), list, foot),
  );
}
