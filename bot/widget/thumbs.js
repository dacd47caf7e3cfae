// How does a shopper say what they think of a product, and see what that changed?

import { button, element, foreign, icon } from "./dom.js";

// A thumb up, a thumb down, what `further` can be pressed beside them, and below the receipt: what the vote changed, the
// way back, and the reasons to press after a thumb down.
export function thumbs(item, { strings, vote }, further = []) {
  const receipt = element("div", { class: "receipt soft", role: "status" });
  const up = button("thumb up", strings.say("like", { title: item.title }), () => cast(pressed(up) ? 0 : 1), icon("thumb"));
  const down = button("thumb down", strings.say("dislike", { title: item.title }), () => cast(pressed(down) ? 0 : -1), icon("thumb"));
  const node = element("div", { class: "thumbs", "data-impression": item.impression_id }, up, down, ...further, receipt);

  function mark(value) {
    up.setAttribute("aria-pressed", String(value === 1));
    down.setAttribute("aria-pressed", String(value === -1));
  }

  async function cast(value, reason) {
    const before = pressed(up) ? 1 : pressed(down) ? -1 : 0;
    mark(value);
    try {
      const { text } = await vote(item.impression_id, value, reason);
      receipt.replaceChildren(foreign("span", {}, text));
      if (value !== 0) receipt.append(" ", button("link", strings.say("undo"), () => cast(0).then(() => up.focus())));
      if (value === -1 && !reason) receipt.append(reasons());
    } catch (error) {
      mark(before);
      receipt.replaceChildren(error.status && error.message ? error.message : strings.say("failed"));
    }
  }

  function reasons() {
    const group = element("div", { class: "chips", role: "group", "aria-label": strings.say("wrong") });
    for (const [code, label] of Object.entries(strings.get("reasons"))) {
      group.append(button("chip small", label, () => cast(-1, code).then(() => down.focus())));
    }
    return group;
  }

  // The same product was voted on in another tab.
  node.addEventListener("voted", ({ detail }) => {
    mark(detail);
    receipt.replaceChildren();
  });
  mark(item.vote ?? 0);
  return node;
}

function pressed(thumb) {
  return thumb.getAttribute("aria-pressed") === "true";
}
