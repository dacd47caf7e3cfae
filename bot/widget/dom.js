// How do nodes come about? Nothing here parses HTML: every word becomes a text node or the value of an attribute.

const SVG = "http://www.w3.org/2000/svg";

// Drawn on a grid of 24, because not every system has a font with the symbols.
const PATHS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M5 12h.01M12 12h.01M19 12h.01",
  cart: "M3 4h2l2.2 11h10.3L20 7.5H6M9 20h.01M17 20h.01",
  saved: "M6 4h12v16l-6-4.5L6 20z",
  human: "M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.6-4 3.300-6 7-6s6.400 2 7 6",
  telegram: "M3 11.500L21 4l-3 16-6.500-5L8 19v-6l9-6",
  fresh: "M5 12a7 7 0 1 0 2-5M7 3v4h4",
  transcript: "M12 4v11M7 11l5 5 5-5M5 20h14",
  forget: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  send: "M5 12h13M12 5l7 7-7 7",
  back: "M14 6l-6 6 6 6",
  forth: "M10 6l6 6-6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  clock: "M12 8v4l3 2M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z",
  check: "M5 12.500l4.500 4.500L19 7.500",
  star: "M12 4l2.400 5.100 5.600.7-4.100 3.900 1.100 5.500L12 16.500 7 19.200l1.100-5.500L4 9.800l5.600-.7z",
  thumb: "M4 11h3.500v9H4zM7.500 11l4-8c1.800 0 2.800 1 2.800 2.700L13.400 10h5.300c1.300 0 2.100 1.100 1.800 2.300l-1.500 6.200c-.2.900-1 1.500-1.900 1.500H7.500z",
};

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Somebody else's words: their direction is their own and does not reach what stands beside them.
export function foreign(name, attributes, text) {
  return element(name, { dir: "auto", ...attributes }, String(text ?? ""));
}

export function button(kind, label, press, ...children) {
  const node = element("button", { class: kind, type: "button" });
  if (children.length) {
    node.setAttribute("aria-label", label);
    node.append(...children.map((one) => (typeof one === "string" ? foreign("span", {}, one) : one)));
  } else {
    node.append(foreign("span", {}, label));
  }
  node.addEventListener("click", press);
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon i-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// A feed's address, when it is an ordinary web address without a name and password in it; null otherwise.
export function safeAddress(address, base) {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

// An id nobody else makes. `crypto.randomUUID` is missing on pages without TLS.
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
