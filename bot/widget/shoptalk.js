// The <shoptalk-chat> element: one script tag puts the assistant on a shop's page.
//
//   <script type="module" src="https://chat.example.com/widget.js"></script>
//   <shoptalk-chat></shoptalk-chat>
//
// docs/widget.md lists attributes, variables, methods and events. Everything lives in a shadow root; text from outside
// only ever becomes text nodes.

import { Conversation } from "./widget/conversation.js";
import { Dialogs } from "./widget/dialogs.js";
import { Panel } from "./widget/panel.js";
import { Strings } from "./widget/strings.js";
import { sheet } from "./widget/styles.js";
import { save, transcript } from "./widget/transcript.js";

const HERE = new URL(".", import.meta.url).href;
const SPOKEN = new Set(["text", "products", "comparison", "cart", "handoff"]);

class ShoptalkChat extends HTMLElement {
  static observedAttributes = ["product"];

  #ready = null;
  #strings;
  #panel;
  #dialogs;
  #conversation;
  #messages = [];
  #life = null;
  #live = false;
  #viewed = null;
  #speaker = { speaker: "bot" };
  #inCart = new Set();

  connectedCallback() {
    this.#ready ??= this.#build();
    this.#ready.then(() => this.#start());
  }

  disconnectedCallback() {
    this.#stop();
  }

  attributeChangedCallback() {
    this.#view();
  }

  // Methods -------------------------------------------------------------------------------------------------------

  async open() {
    await this.#ready;
    this.#open();
    this.#remember(true);
  }

  async close() {
    await this.#ready;
    if (!this.#panel.isOpen) return;
    this.#panel.close();
    this.#remember(false);
    this.#emit("close");
  }

  async toggle() {
    await this.#ready;
    return this.#panel.isOpen ? this.close() : this.open();
  }

  // Says `text` for the shopper, as if they had typed it.
  async send(text) {
    await this.#ready;
    this.#send(text);
  }

  // Life ----------------------------------------------------------------------------------------------------------

  async #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#strings = await Strings.load(this.#language(), this.getAttribute("strings"));
    const strings = this.#strings;
    this.#conversation = new Conversation(this.getAttribute("api") ?? HERE, () => this.#who(), {
      message: (message) => this.#show(message),
      typing: (typing) => this.#panel.typing(typing, this.#name({ sender: this.#talking, agent: this.#speaker.agent })),
      speaker: (speaker) => this.#speaks(speaker),
      held: (error) => this.#held(error),
      refused: (entry, error) => this.#refused(entry, error),
      sent: () => this.#panel.notice(null),
      waiting: (entries) => entries.forEach((entry) => this.#panel.waiting(entry)),
      reset: () => this.#reset(),
      vote: (impression, value) => this.#panel.voted(impression, value),
    });
    const context = {
      strings,
      base: this.#conversation.address,
      press: (chip) => this.#conversation.send({ payload: chip.payload }, chip.title),
      vote: (impression, value, reason) => this.#conversation.vote(impression, value, reason),
      opened: (item, event) => this.#opened(item, event),
      zoom: (address, title) => this.#dialogs.zoom(address, title),
      speaker: (message) => this.#name(message),
    };
    this.#dialogs = new Dialogs(root, strings);
    const starters = this.getAttribute("starters")?.split("|") ?? Object.values(strings.get("starters"));
    const options = {
      title: this.getAttribute("name") ?? strings.say("title"),
      greeting: this.getAttribute("greeting") ?? strings.say("greeting"),
      starters: starters.map((words) => words.trim()).filter(Boolean),
      inline: this.getAttribute("position") === "inline",
      telegram: this.hasAttribute("telegram"),
    };
    const on = {
      send: (text) => this.#send(text),
      open: () => this.open(),
      close: () => this.close(),
      cart: () => this.#conversation.choose("cart", strings.say("cart")),
      saved: () => this.#conversation.choose("saved", strings.say("saved")),
      human: () => this.#conversation.choose("human", strings.say("human")),
      telegram: () => this.#attempt(async () => this.#dialogs.code(await this.#conversation.link())),
      transcript: () => save(transcript(this.#messages, context)),
      fresh: () => this.#restart(),
      forget: () => this.#forget(),
      retry: () => this.#conversation.hurry(),
    };
    this.#panel = new Panel(root, strings, options, on, context);
    const panel = root.getElementById("panel");
    panel.lang = strings.language;
    panel.dir = this.#direction();
    if (options.inline || (this.#remembered() ?? this.hasAttribute("open"))) this.#open({ focus: false });
  }

  async #start() {
    if (!this.isConnected || this.#life) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    // A page that the browser keeps for the way back must not hold a line; it goes on where it was.
    window.addEventListener("pagehide", () => this.#conversation.stop(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.#resume(), { signal });
    window.addEventListener("storage", ({ key }) => key?.endsWith(":read") && this.#count(), { signal });
    await this.#resume();
    this.#view();
  }

  async #resume() {
    this.#live = false;
    this.#panel.quietly(true);
    await this.#conversation.start();
    this.#live = true;
    this.#panel.quietly(false);
    this.#count();
  }

  #stop() {
    this.#life?.abort();
    this.#life = null;
    this.#conversation?.stop();
  }

  // What the page says -------------------------------------------------------------------------------------------

  #who() {
    return {
      identity: this.getAttribute("identity"),
      language: this.#strings.language,
      product: this.getAttribute("product") || null,
    };
  }

  #language() {
    return this.closest("[lang]")?.lang || navigator.language || "en";
  }

  #direction() {
    const given = this.closest("[dir]")?.dir;
    return given === "rtl" || given === "ltr" ? given : getComputedStyle(this).direction;
  }

  #view() {
    const product = this.getAttribute("product");
    if (!this.#life || !product || product === this.#viewed) return;
    this.#viewed = product;
    this.#conversation.view(product);
  }

  // What the shopper does ----------------------------------------------------------------------------------------

  #open({ focus = true } = {}) {
    if (this.#panel.isOpen) return;
    this.#panel.open({ focus });
    this.#count();
    this.#emit("open");
  }

  // Whether it was taken.
  #send(given) {
    const text = String(given).trim();
    if (!text) return false;
    const objection = this.#panel.objection(text);
    this.#panel.notice(objection);
    if (objection) return false;
    this.#conversation.send({ text }, text);
    return true;
  }

  async #restart() {
    if (!(await this.#dialogs.confirm(this.#strings.say("confirmFresh"), this.#strings.say("freshExplained")))) return;
    await this.#attempt(() => this.#conversation.restart());
  }

  async #forget() {
    if (!(await this.#dialogs.confirm(this.#strings.say("confirmForget"), this.#strings.say("forgetExplained")))) return;
    const said = await this.#attempt(() => this.#conversation.forget());
    if (said !== undefined) this.#show({ sender: "bot", body: { type: "text", text: said || this.#strings.say("forgotten") } });
  }

  async #attempt(work) {
    try {
      return await work();
    } catch (error) {
      this.#panel.notice(error.status && error.message ? error.message : this.#strings.say("failed"));
      return undefined;
    }
  }

  #opened(item, event) {
    this.#conversation.view(item.id, "click");
    const detail = { id: item.id, title: item.title, url: item.url };
    // A single-page shop goes there by itself: event.preventDefault() keeps the browser from it.
    if (!this.#emit("product", detail, { cancelable: true })) event.preventDefault();
  }

  // What comes in ------------------------------------------------------------------------------------------------

  #show(message) {
    let { body } = message;
    if (body.type === "cart") this.#inCart = new Set(body.items.map((item) => item.remove_payload));
    // What the lines of the cart offer already is not offered once more below them.
    if (body.type === "chips") body = { ...body, items: body.items.filter((chip) => !this.#inCart.has(chip.payload)) };
    message = { ...message, body };
    this.#messages.push(message);
    this.#panel.show(message);
    if (message.sender !== "shopper") this.#panel.notice(null);
    if (body.type === "handoff" && body.status !== "unavailable") this.#speaks({ ...body, speaker: body.status });
    if (body.type === "cart") this.#panel.cartCount(body.items.reduce((sum, item) => sum + item.quantity, 0));
    if (!this.#live) return;
    this.#count();
    this.#emit("message", { sender: message.sender, agent: message.agent ?? null, type: body.type, text: body.text ?? null });
    if (body.type === "cart") {
      const items = body.items.map(({ id, title, quantity, price, currency }) => ({ id, title, quantity, price, currency }));
      this.#emit("cart", { items, total: body.total });
    }
  }

  // What was not seen yet: in the badge while the panel is closed, seen from now on while it is open.
  #count() {
    const newest = this.#messages.at(-1)?.id ?? 0;
    if (this.#panel.isOpen) {
      if (newest) this.#conversation.drawer.write("read", newest);
      return;
    }
    const read = this.#conversation.drawer.read("read") ?? 0;
    const unread = this.#messages.filter(({ id, sender, body }) => id > read && sender !== "shopper" && SPOKEN.has(body.type));
    this.#panel.unread(new Set(unread.map(({ turn_id, id }) => turn_id ?? id)).size);
  }

  #speaks(speaker) {
    this.#speaker = speaker;
    this.#panel.speaker(speaker);
  }

  get #talking() {
    return this.#speaker.speaker === "human" ? "human" : "bot";
  }

  #name({ sender, agent }) {
    if (sender === "shopper") return this.#strings.say("you");
    if (sender === "human") return agent ?? this.#strings.say("person");
    return this.#strings.say("assistant");
  }

  #held(error) {
    this.#panel.held();
    const text = error.status && error.message ? error.message : this.#strings.say("offline");
    this.#panel.notice(text, { retry: true });
  }

  #refused(entry, error) {
    this.#panel.refused(entry.client_message_id);
    this.#panel.notice(error.message || this.#strings.say("failed"));
  }

  #reset() {
    this.#messages = [];
    this.#panel.clear();
    this.#panel.cartCount(0);
    this.#speaks({ speaker: "bot" });
    if (!this.#panel.isOpen) this.#panel.unread(0);
  }

  #emit(name, detail = null, options = {}) {
    return this.dispatchEvent(new CustomEvent("shoptalk-" + name, { detail, bubbles: true, composed: true, ...options }));
  }

  // Open or not goes along from page to page, in this tab.
  #remember(open) {
    try {
      sessionStorage.setItem(this.#conversation.drawer.name + ":open", open ? "1" : "");
    } catch {
      // Storage is blocked.
    }
  }

  // Null where the shopper neither opened nor closed it yet.
  #remembered() {
    try {
      const open = sessionStorage.getItem(this.#conversation.drawer.name + ":open");
      return open === null ? null : open === "1";
    } catch {
      return null;
    }
  }
}

// A shop may load the script twice, by two addresses.
if (!customElements.get("shoptalk-chat")) customElements.define("shoptalk-chat", ShoptalkChat);
