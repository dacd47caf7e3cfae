// The <shoptalk-chat> element: one script tag puts the assistant on a shop's page.
//
//   <script type="module" src="https://chat.example.com/widget.js"></script>
//   <shoptalk-chat></shoptalk-chat>
//
// Attributes: api (address of the gateway, by default where this script came from), greeting, identity (a token signed
// by the shop's backend), open. Events: shoptalk-open, shoptalk-close, shoptalk-product (detail: the product's id).
// Everything lives in a shadow root; text from outside only ever becomes text nodes.

import { Conversation } from "./widget/conversation.js";
import { sheet } from "./widget/styles.js";
import { strings } from "./widget/strings.js";
import { MessageView, element } from "./widget/view.js";

class ShoptalkChat extends HTMLElement {
  #conversation;
  #view;
  #parts = {};
  #started = false;

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#build(root);
    const api = this.getAttribute("api") ?? new URL(import.meta.url).origin;
    this.#conversation = new Conversation(api, {
      identity: () => this.getAttribute("identity"),
      onMessage: (message) => this.#show(message),
      onTyping: (typing) => this.#typing(typing),
      onNotice: (text, retry) => this.#notice(text, retry),
    });
    this.#view = new MessageView({
      press: (chip) => this.#send({ payload: chip.payload }, chip.title),
      vote: (impression, value, reason) => this.#conversation.vote(impression, value, reason),
      opened: (id) => this.dispatchEvent(new CustomEvent("shoptalk-product", { detail: id, bubbles: true, composed: true })),
      api,
    });
    if (this.hasAttribute("open")) this.open();
  }

  disconnectedCallback() {
    this.#conversation?.close();
    this.#started = false;
  }

  open() {
    this.#parts.panel.hidden = false;
    this.#parts.launcher.hidden = true;
    this.#parts.input.focus();
    this.dispatchEvent(new CustomEvent("shoptalk-open", { bubbles: true, composed: true }));
    if (!this.#started) {
      this.#started = true;
      this.#conversation.start();
    }
  }

  close() {
    this.#parts.panel.hidden = true;
    this.#parts.launcher.hidden = false;
    this.#parts.launcher.focus();
    this.dispatchEvent(new CustomEvent("shoptalk-close", { bubbles: true, composed: true }));
  }

  #build(root) {
    const launcher = element("button", { class: "launcher", type: "button" }, strings.launcher);
    const close = element("button", { class: "close", type: "button", "aria-label": strings.close }, "✕");
    const log = element("div", { class: "log", role: "log", "aria-label": strings.log, "aria-live": "polite", tabindex: "0" });
    const typing = element("div", { class: "typing", role: "status", hidden: "" }, strings.typing);
    const notice = element("div", { class: "notice", role: "alert", hidden: "" });
    const input = element("textarea", { rows: "1", maxlength: "2000", "aria-label": strings.input, placeholder: strings.placeholder, enterkeyhint: "send" });
    const form = element("form", { class: "composer" }, input, element("button", { type: "submit" }, strings.send));
    const panel = element(
      "section",
      { id: "panel", class: "panel", role: "dialog", "aria-label": strings.title, hidden: "" },
      element("header", {}, element("h2", {}, strings.title), close),
      log,
      typing,
      notice,
      form,
    );
    this.#parts = { launcher, panel, log, typing, notice, input };
    launcher.addEventListener("click", () => this.open());
    close.addEventListener("click", () => this.close());
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    input.addEventListener("keydown", (event) => {
      // While an input method composes (Chinese, Japanese), Enter picks a word and must not send.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text) return;
      input.value = "";
      this.#send({ text }, text);
    });
    log.append(this.#greeting());
    root.append(launcher, panel);
  }

  #greeting() {
    return element("div", { class: "message bot" }, element("p", {}, this.getAttribute("greeting") ?? strings.greeting));
  }

  #send(content, shown) {
    const id = crypto.randomUUID();
    this.#append(this.#view.pending(id, shown));
    this.#conversation.send({ ...content, client_message_id: id }, shown);
  }

  #show(message) {
    const row = this.#view.message(message);
    const pending = message.client_message_id && this.#parts.log.querySelector(`[data-pending="${CSS.escape(message.client_message_id)}"]`);
    if (pending) pending.replaceWith(row);
    else this.#append(row);
    if (message.sender !== "shopper") this.#notice(null);
  }

  #append(row) {
    const log = this.#parts.log;
    log.append(row);
    // A long answer is read from its top: bring its beginning into view, not its end.
    row.scrollIntoView({ block: row.offsetHeight > log.clientHeight ? "start" : "nearest" });
  }

  #typing(typing) {
    this.#parts.typing.hidden = !typing;
  }

  #notice(text, retry) {
    const { notice } = this.#parts;
    notice.replaceChildren();
    notice.hidden = !text;
    if (!text) return;
    notice.append(text);
    if (retry) {
      const button = element("button", { type: "button" }, strings.retry);
      button.addEventListener("click", () => {
        this.#notice(null);
        retry();
      });
      notice.append(" ", button);
    }
  }
}

customElements.define("shoptalk-chat", ShoptalkChat);
