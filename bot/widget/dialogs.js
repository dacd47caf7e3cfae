// What asks for the whole attention: a picture in large, a question before something is lost.

import { button, element, foreign, icon, safeAddress } from "./dom.js";

// Each is a modal <dialog>: Esc closes it, the rest of the page cannot be reached meanwhile, and the focus goes back.
export class Dialogs {
  #root;
  #strings;

  constructor(root, strings) {
    this.#root = root;
    this.#strings = strings;
  }

  zoom(address, title) {
    const image = element("img", { alt: title, referrerpolicy: "no-referrer", src: address });
    const close = button("round", this.#strings.say("closePicture"), () => dialog.close(), icon("close"));
    const dialog = element("dialog", { class: "zoom", "aria-label": title }, close, image, foreign("p", {}, title));
    this.#show(dialog);
  }

  // Whether the shopper says yes.
  confirm(question, explained) {
    return new Promise((resolve) => {
      let answer = false;
      const end = (value) => {
        answer = value;
        dialog.close();
      };
      const dialog = element(
        "dialog",
        { class: "confirm", "aria-labelledby": "question", "aria-describedby": "explained" },
        element("h3", { id: "question" }, question),
        element("p", { id: "explained" }, explained),
        element("div", { class: "answers" },
          button("quiet", this.#strings.say("cancel"), () => end(false)),
          button("primary", this.#strings.say("yes"), () => end(true)),
        ),
      );
      dialog.addEventListener("close", () => resolve(answer));
      this.#show(dialog);
    });
  }

  // The code with which the conversation goes on in Telegram, and the way there.
  code({ code, expires_at, telegram_url }) {
    const say = (key, slots) => this.#strings.say(key, slots);
    const address = safeAddress(telegram_url ?? "");
    const dialog = element(
      "dialog",
      { class: "confirm", "aria-labelledby": "question", "aria-describedby": "explained" },
      element("h3", { id: "question" }, say("telegram")),
      element("p", { id: "explained" }, say("telegramExplained", { time: this.#strings.time(new Date(expires_at)) })),
      element("p", {}, element("code", {}, code)),
      element("div", { class: "answers" },
        button("quiet", say("done"), () => dialog.close()),
        !address ? "" : element("a", { class: "primary", href: address, target: "_blank", rel: "noopener" }, say("telegramOpen")),
      ),
    );
    this.#show(dialog);
  }

  #show(dialog) {
    const before = this.#root.activeElement;
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    // The panel behind it closes on Esc as well.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
    });
    this.#root.append(dialog);
    dialog.showModal();
  }
}
