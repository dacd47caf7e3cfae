// How do products stand side by side?

import { element, foreign } from "./dom.js";
import { picture, title } from "./products.js";

export function comparison({ items, rows }, context) {
  const { strings } = context;
  const head = element("tr", {}, element("td", {}, element("span", { class: "unseen" }, strings.say("feature"))));
  for (const item of items) head.append(element("th", { scope: "col" }, picture(item, context), title(item, 0, context)));
  const body = element("tbody");
  for (const { label, values } of rows) {
    const line = element("tr", {}, foreign("th", { scope: "row" }, label));
    for (const value of values) line.append(foreign("td", {}, value || "–"));
    body.append(line);
  }
  const label = `${strings.say("comparison")}: ${items.map((item) => item.title).join("; ")}`;
  const table = element("table", {}, element("thead", {}, head), body);
  const frame = element("div", { class: "comparison", role: "region", "aria-label": strings.say("comparison"), tabindex: "0", "aria-live": "off" }, table);
  return element("div", {}, element("p", { class: "unseen" }, label), frame);
}
