// What does the shopper see and press: the launcher, the panel with its header, the log and the composer?

import { button, element, foreign, icon } from "./dom.js";
import { bubble, reply } from "./view.js";

const MOST_CHARACTERS = 2000; // as many as the gateway takes
const NEAR_END_PX = 80;
const FULL_SCREEN = "(max-width: 480px), (max-height: 480px)";

export class Panel {
  #strings;
  #options;
  #on;
  #context;
  #parts = {};
  #lastSpeaker = null;
  #following = true;

  // options: {title, greeting, starters, inline, telegram}; on: send(text), open(), close(), cart(), saved(), human(),
  // telegram(), fresh(), transcript(), forget(), retry(); context: what replies may call on, with speaker(message) -> a name.
  constructor(root, strings, options, on, context) {
    this.#strings = strings;
    this.#options = options;
    this.#on = on;
    this.#context = context;
    this.#build(root);
    this.clear();
  }

  get isOpen() {
    return !this.#parts.panel.hidden;
  }

  // `focus` is false where the page opened the chat and nobody asked for it.
  open({ focus = true } = {}) {
    const { panel, launcher, log, input, heading } = this.#parts;
    panel.hidden = false;
    launcher.hidden = true;
    this.unread(0);
    this.#fit();
    log.scrollTo({ top: log.scrollHeight, behavior: "instant" });
    // On a touch screen a focused field brings up the keyboard and hides half of what there is to read.
    if (focus) (matchMedia("(pointer: coarse)").matches ? heading : input).focus();
  }

  close() {
    const { panel, launcher } = this.#parts;
    panel.hidden = true;
    launcher.hidden = false;
    this.#menu(false);
    launcher.focus();
  }

  unread(count) {
    const { badge, launcher } = this.#parts;
    badge.hidden = !count;
    badge.textContent = count > 9 ? "9+" : String(count);
    const { say } = bound(this.#strings);
    launcher.setAttribute("aria-label", say("launcher") + (count ? `, ${say("unread", { count })}` : ""));
  }

  cartCount(count) {
    const { cart, held } = this.#parts;
    held.hidden = !count;
    held.textContent = String(count);
    cart.setAttribute("aria-label", this.#strings.say("cart") + (count ? ` (${count})` : ""));
  }

  speaker({ speaker, agent, position }) {
    const { say } = bound(this.#strings);
    const words = {
      queued: () => (position ? say("queuedAt", { count: position }) : say("queued")),
      human: () => say("withHuman", { name: agent ?? say("person") }),
    }[speaker];
    const { status, panel, human } = this.#parts;
    status.textContent = words ? words() : say("online");
    panel.dataset.speaker = speaker;
    human.hidden = Boolean(words);
  }

  typing({ typing }, name) {
    const { typing: node } = this.#parts;
    node.hidden = typing === false;
    node.querySelector(".unseen").textContent = this.#strings.say("typing", { name });
    if (!node.hidden) this.#toEnd();
  }

  notice(text, { retry = false } = {}) {
    const { notice } = this.#parts;
    notice.hidden = !text;
    notice.replaceChildren();
    if (!text) return;
    notice.append(foreign("span", {}, text));
    if (retry) notice.append(button("link", this.#strings.say("retry"), () => this.#on.retry()));
  }

  // Messages ------------------------------------------------------------------------------------------------------

  clear() {
    const { log } = this.#parts;
    const { greeting, starters } = this.#options;
    log.replaceChildren();
    this.#lastSpeaker = null;
    const row = this.#row({ sender: "bot" }, bubble(greeting, "bot"));
    if (starters.length) {
      const chips = element("div", { class: "chips starters", role: "group", "aria-label": this.#strings.say("suggestions") });
      for (const words of starters) chips.append(button("chip", words, () => this.#on.send(words)));
      row.append(chips);
    }
    log.append(row);
    this.notice(null);
    this.typing({ typing: false }, "");
  }

  // A message of the record; the one that waited under its client_message_id makes room for it.
  show(message) {
    const node = reply(message.body, message.sender, this.#context);
    if (!node) return;
    const waiting = message.client_message_id && this.#waiting(message.client_message_id);
    if (waiting) {
      waiting.querySelector(".bubble").replaceWith(node);
      waiting.classList.remove("waiting", "held", "refused");
      waiting.querySelector(".state").remove();
      delete waiting.dataset.pending;
      return;
    }
    this.#append(this.#row(message, node), message.sender === "shopper");
  }

  // What the shopper said and nobody has accepted yet.
  waiting({ client_message_id: id, shown }) {
    if (this.#waiting(id)) return;
    const row = this.#row({ sender: "shopper", created_at: new Date() }, bubble(shown, "shopper"));
    row.classList.add("waiting");
    row.dataset.pending = id;
    row.append(element("div", { class: "state soft" }, icon("clock"), this.#strings.say("waiting")));
    this.#append(row, true);
  }

  // Everything that waits is seen to wait.
  held() {
    for (const row of this.#parts.log.querySelectorAll("[data-pending]")) row.classList.add("held");
  }

  refused(id) {
    const row = this.#waiting(id);
    if (!row) return;
    row.classList.add("refused");
    row.querySelector(".state").replaceChildren(this.#strings.say("refused"));
    delete row.dataset.pending;
  }

  voted(impression, value) {
    for (const node of this.#parts.log.querySelectorAll(".thumbs")) {
      if (node.dataset.impression === impression) node.dispatchEvent(new CustomEvent("voted", { detail: value }));
    }
  }

  // While the history is put in, it is not read out.
  quietly(silent) {
    this.#parts.log.setAttribute("aria-live", silent ? "off" : "polite");
  }

  #waiting(id) {
    return this.#parts.log.querySelector(`[data-pending="${CSS.escape(id)}"]`);
  }

  #row(message, node) {
    const name = this.#context.speaker(message);
    const row = element("div", { class: `row ${message.sender}` });
    if (name !== this.#lastSpeaker) {
      const who = element("div", { class: "who soft" }, foreign("span", {}, name));
      if (message.created_at) who.append("·", foreign("time", {}, this.#strings.time(new Date(message.created_at))));
      row.append(who);
      row.classList.add("first");
    } else {
      row.append(element("span", { class: "unseen" }, this.#strings.say("says", { name })));
    }
    this.#lastSpeaker = name;
    row.append(node);
    return row;
  }

  #append(row, own) {
    const { log, news } = this.#parts;
    log.querySelector(".starters")?.remove();
    log.append(row);
    if (own || this.#following) this.#toEnd();
    else news.hidden = false;
  }

  // A long answer is read from its top: the shopper's own words stay in view above it.
  #toEnd() {
    const { log, news } = this.#parts;
    const own = [...log.querySelectorAll(".row.shopper")].at(-1);
    const end = log.scrollHeight - log.clientHeight;
    log.scrollTo({ top: own ? Math.min(end, own.offsetTop - 12) : end });
    news.hidden = true;
    this.#following = true;
  }

  // Building ------------------------------------------------------------------------------------------------------

  #build(root) {
    const { say } = bound(this.#strings);
    const badge = element("span", { class: "badge", hidden: "" });
    const launcher = button("launcher", say("launcher"), () => this.#on.open(), icon("chat"), element("span", {}, say("launcher")), badge);
    const log = element("div", { class: "log", role: "log", "aria-label": say("log"), "aria-live": "polite", tabindex: "0" });
    const dots = element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
    const typing = element("div", { class: "typing", role: "status", hidden: "" }, dots, element("span", { class: "unseen" }));
    const news = button("news", say("newMessages"), () => this.#toEnd(), icon("down"), say("newMessages"));
    news.hidden = true;
    const notice = element("div", { class: "notice", role: "alert", hidden: "" });
    const header = this.#header();
    const panel = element(
      "section",
      { id: "panel", class: "panel", role: this.#options.inline ? "region" : "dialog", "aria-labelledby": "heading", hidden: "" },
      header, log, typing, news, notice, this.#composer(),
    );
    Object.assign(this.#parts, { badge, launcher, log, typing, news, notice, panel });
    // Who scrolls is reading: what comes meanwhile does not move the page under them until they are back at the end.
    for (const moving of ["wheel", "touchmove", "keydown"]) {
      log.addEventListener(moving, () => (this.#following = false), { passive: true });
    }
    log.addEventListener("scroll", () => {
      if (log.scrollHeight - log.scrollTop - log.clientHeight > NEAR_END_PX) return;
      this.#following = true;
      news.hidden = true;
    }, { passive: true });
    panel.addEventListener("keydown", (event) => this.#key(event));
    root.append(launcher, panel);
    this.unread(0);
    this.cartCount(0);
    this.speaker({ speaker: "bot" });
  }

  #header() {
    const { say } = bound(this.#strings);
    const heading = foreign("h2", { id: "heading", tabindex: "-1" }, this.#options.title);
    const status = element("p", { class: "status soft", role: "status" });
    const held = element("span", { class: "badge", hidden: "" });
    const cart = button("round cart-button", say("cart"), () => this.#on.cart(), icon("cart"), held);
    const more = button("round more", say("menu"), () => this.#menu(menu.hidden), icon("menu"));
    more.setAttribute("aria-expanded", "false");
    more.setAttribute("aria-controls", "menu");
    const menu = element("div", { id: "menu", class: "menu", hidden: "" });
    for (const name of ["human", "saved", ...(this.#options.telegram ? ["telegram"] : []), "transcript", "fresh", "forget"]) {
      const entry = button("entry", say(name), () => (this.#menu(false), more.focus(), this.#on[name]()), icon(name), say(name));
      entry.removeAttribute("aria-label");
      if (name === "human") this.#parts.human = entry;
      menu.append(entry);
    }
    const close = button("round close", say("close"), () => this.#on.close(), icon("close"));
    Object.assign(this.#parts, { heading, status, cart, held, more, menu });
    const mark = element("span", { class: "mark", "aria-hidden": "true" }, icon("chat"));
    return element("header", {}, mark, element("div", { class: "names" }, heading, status), cart, more, this.#options.inline ? "" : close, menu);
  }

  #composer() {
    const { say } = bound(this.#strings);
    const input = element("textarea", { rows: "1", "aria-label": say("input"), placeholder: say("placeholder"), enterkeyhint: "send", dir: "auto" });
    const submit = element("button", { class: "send", type: "submit", "aria-label": say("send") }, icon("send"));
    const form = element("form", { class: "composer" }, input, submit);
    this.#parts.input = input;
    const grow = () => {
      input.style.height = "auto";
      input.style.height = Math.min(input.scrollHeight + 2, 132) + "px";
    };
    input.addEventListener("input", grow);
    input.addEventListener("keydown", (event) => {
      // While an input method composes (Chinese, Japanese), Enter picks a word and must not send.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#on.send(input.value)) input.value = "";
      grow();
    });
    return form;
  }

  // Why `text` cannot be sent; null when it can.
  objection(text) {
    const count = [...text].length;
    return count > MOST_CHARACTERS ? this.#strings.say("tooLong", { count, most: MOST_CHARACTERS }) : null;
  }

  #menu(open) {
    const { menu, more } = this.#parts;
    menu.hidden = !open;
    more.setAttribute("aria-expanded", String(open));
    if (open) menu.querySelector("button:not([hidden])").focus();
  }

  #key(event) {
    const { menu, more, panel } = this.#parts;
    if (event.key === "Escape") {
      event.stopPropagation();
      if (!menu.hidden) {
        this.#menu(false);
        more.focus();
      } else if (!this.#options.inline) this.#on.close();
    }
    if (!menu.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const entries = [...menu.querySelectorAll("button:not([hidden])")];
      const at = entries.indexOf(panel.getRootNode().activeElement);
      entries.at((at + (event.key === "ArrowDown" ? 1 : -1)) % entries.length)?.focus();
      event.preventDefault();
    }
    if (event.key === "Tab" && panel.hasAttribute("aria-modal")) this.#trap(event);
  }

  // Where the panel fills the screen, Tab stays in it.
  #trap(event) {
    const { panel } = this.#parts;
    const stops = [...panel.querySelectorAll("button, a[href], textarea, [tabindex='0']")].filter((node) => !node.disabled && node.offsetParent);
    const here = panel.getRootNode().activeElement;
    const [first, last] = [stops[0], stops.at(-1)];
    if (event.shiftKey ? here !== first : here !== last) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  // On a phone the panel fills what the keyboard leaves of the screen.
  #fit() {
    const { panel } = this.#parts;
    const screen = matchMedia(FULL_SCREEN);
    const resize = () => {
      const whole = screen.matches && !this.#options.inline;
      panel.toggleAttribute("aria-modal", whole);
      if (whole) panel.setAttribute("aria-modal", "true");
      panel.style.setProperty("height", whole && visualViewport ? visualViewport.height + "px" : "");
    };
    resize();
    if (this.#parts.fits) return;
    this.#parts.fits = true;
    visualViewport?.addEventListener("resize", resize);
    screen.addEventListener("change", resize);
  }
}

function bound(strings) {
  return { say: (key, slots) => strings.say(key, slots) };
}
