// How does a shopper keep what was said?

import { element } from "./dom.js";
import { plain } from "./view.js";

// What a terminal or an editor would obey instead of showing it: control characters, and marks that turn the direction.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// The conversation as plain text: who, when, and the words of each message.
export function transcript(messages, context) {
  const { strings, speaker } = context;
  const now = new Date();
  const title = strings.say("transcriptTitle", { name: location.host, date: strings.time(now) });
  const lines = messages.map((message) => {
    const text = plain(message.body, context);
    return text && `${when(message, strings)}${speaker(message)}: ${text.replace(/\n/g, "\n    ")}`;
  });
  return [title, "", ...lines.filter(Boolean), ""].join("\n").replace(UNSEEN, "").replace(/\n/g, "\r\n");
}

// Offers `text` as a file. The mark in front tells every editor that it is UTF-8.
export function save(text) {
  const address = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/plain;charset=utf-8" }));
  const link = element("a", { href: address, download: `conversation-${new Date().toISOString().slice(0, 10)}.txt` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function when({ created_at }, strings) {
  return created_at ? `[${strings.time(new Date(created_at))}] ` : "";
}
