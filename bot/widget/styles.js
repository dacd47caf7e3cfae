// How the widget looks. A constructed sheet needs no inline style, so a page's strict Content-Security-Policy holds.
// A shop adapts it with CSS variables on the element: --shoptalk-accent, --shoptalk-font.

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
:host {
  --accent: var(--shoptalk-accent, #0b5d4e);
  --ink: #1c2321; --soft: #55605c; --paper: #ffffff; --wash: #f1f4f2; --line: #d5dcd8; --warn: #8f2d1b;
  /* The page's own rules reach the element itself; important ones in here win over important ones out there. */
  all: initial !important; display: flex !important; flex-direction: column-reverse !important; align-items: flex-end !important; position: fixed !important; inset: auto 16px 16px auto !important;
  z-index: 2147483000 !important; font: 15px/1.45 var(--shoptalk-font, system-ui, sans-serif) !important; color: var(--ink) !important;
}
@media (prefers-color-scheme: dark) {
  :host { --accent: var(--shoptalk-accent, #57b8a2); --ink: #eef3f0; --soft: #a9b5b0; --paper: #16201d; --wash: #22302b; --line: #3a4a44; --warn: #ffb4a3; }
  .message.shopper, .launcher, .composer button { color: #0a1512; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.launcher { border: 0; border-radius: 24px; padding: 12px 20px; min-height: 48px; background: var(--accent); color: #fff; font-weight: 600; box-shadow: 0 4px 16px #0004; }
.panel { display: flex; flex-direction: column; width: min(430px, calc(100vw - 32px)); height: min(720px, calc(100dvh - 32px)); background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; box-shadow: 0 12px 40px #0003; }
header { display: flex; justify-content: space-between; align-items: center; padding: 10px 8px 10px 16px; border-bottom: 1px solid var(--line); }
h2 { margin: 0; font-size: 16px; }
.close { border: 0; background: none; width: 44px; height: 44px; font-size: 16px; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 14px; display: flex; flex-direction: column; gap: 10px; }
.message { max-width: 86%; padding: 8px 12px; border-radius: 12px; background: var(--wash); align-self: flex-start; overflow-wrap: anywhere; }
.message.shopper { align-self: flex-end; background: var(--accent); color: #fff; }
.message[data-pending] { opacity: .7; }
.message p { margin: 0; min-height: 1em; }
.typing, .notice { padding: 4px 16px; color: var(--soft); font-size: 13px; }
.notice { color: var(--warn); }
.composer { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); }
textarea { flex: 1; resize: none; font: inherit; font-size: 16px; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 10px; padding: 9px 12px; }
.composer button { border: 0; border-radius: 10px; padding: 0 16px; min-height: 44px; background: var(--accent); color: #fff; font-weight: 600; }
.products { list-style: none; margin: 0; padding: 2px 2px 8px; display: flex; gap: 10px; overflow-x: auto; scroll-snap-type: x proximity; flex: none; }
.card { flex: 0 0 210px; scroll-snap-align: start; border: 1px solid var(--line); border-radius: 12px; padding: 10px; display: flex; flex-direction: column; gap: 5px; background: var(--paper); }
.card a { color: inherit; text-decoration: none; }
.picture { position: relative; height: 130px; border-radius: 8px; background: var(--wash); color: var(--soft); display: grid; place-items: center; font-size: 40px; overflow: hidden; }
.picture img { position: absolute; width: 100%; height: 100%; object-fit: contain; }
h3 { margin: 0; font-size: 14px; line-height: 1.3; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.brand, .reason, .receipt { color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; }
.stock { font-size: 13px; color: var(--soft); }
.stock.out { color: var(--warn); }
.thumbs { display: flex; gap: 6px; margin-top: 4px; }
.thumb { width: 44px; height: 44px; border: 1px solid var(--line); border-radius: 10px; background: none; padding: 11px; }
.thumb svg { display: block; width: 100%; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; }
.thumb[aria-pressed="true"] svg { fill: var(--accent); }
.thumb.down svg { transform: rotate(180deg); }
.thumb[aria-pressed="true"] { border: 2px solid var(--accent); background: var(--wash); }
.link { border: 0; background: none; padding: 6px 2px; text-decoration: underline; color: var(--accent); }
.chips { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; flex: none; }
.chip { border: 1px solid var(--accent); border-radius: 18px; background: var(--paper); padding: 6px 12px; min-height: 34px; text-align: start; overflow-wrap: anywhere; }
.constraints .chip { border-style: dashed; }
.constraints span { color: var(--soft); font-size: 13px; }
.comparison { overflow-x: auto; flex: none; }
table { border-collapse: collapse; font-size: 13px; }
th::first-letter { text-transform: uppercase; }
th[scope="row"] { overflow-wrap: normal; }
th, td { border: 1px solid var(--line); padding: 6px 8px; text-align: start; vertical-align: top; min-width: 90px; overflow-wrap: anywhere; }
@media (max-width: 480px) {
  :host { inset: auto 0 0 0 !important; }
  .panel { width: 100vw; height: 100dvh; border-radius: 0; border: 0; }
  .launcher { margin: 8px; }
}
@media (prefers-reduced-motion: no-preference) { .log { scroll-behavior: smooth; } }
`);
