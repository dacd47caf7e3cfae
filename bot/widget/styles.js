// How the widget looks. A constructed sheet needs no inline style, so a page's strict Content-Security-Policy holds.
// A shop adapts it with CSS variables on the element; docs/widget.md lists them.

import { replies } from "./styles/replies.js";
import { theme } from "./styles/theme.js";

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
${theme}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; touch-action: manipulation; }
h2, h3, p, ul { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--accent-text); }
:focus-visible { outline: 2.5px solid var(--accent-text); outline-offset: 2px; }
[dir="auto"]:not(textarea, .bubble p, td) { text-align: -webkit-match-parent; text-align: match-parent; }
.soft { color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.icon.i-menu { stroke-width: 3; }
[dir="rtl"] :is(.i-send, .i-back, .i-forth) { transform: scaleX(-1); }

.launcher { position: relative; display: flex; align-items: center; gap: 10px; border: 0; border-radius: 28px; padding: 0 20px 0 16px; min-height: 56px; background: var(--accent); color: var(--accent-ink); font-weight: 600; box-shadow: var(--shadow); }
.launcher:hover, .send:hover, .primary:hover, .add:hover { filter: brightness(1.08); }
.badge { min-width: 20px; height: 20px; padding: 0 6px; border-radius: 10px; background: #c7254e; color: #fff; font-size: 12px; line-height: 20px; font-weight: 700; text-align: center; }
.launcher .badge { position: absolute; inset-block-start: -6px; inset-inline-end: -4px; }

.panel { position: relative; display: flex; flex-direction: column; width: min(var(--shoptalk-width, 440px), calc(100vw - 32px)); height: min(var(--shoptalk-height, 740px), calc(100dvh - 32px)); background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; box-shadow: var(--shadow); }
header { position: relative; display: flex; align-items: center; gap: 4px; padding: 12px 8px 12px 16px; border-bottom: 1px solid var(--line); flex: none; }
[dir="rtl"] header { padding: 12px 16px 12px 8px; }
.mark { display: grid; place-items: center; width: 38px; height: 38px; flex: none; border-radius: 12px; background: var(--accent); color: var(--accent-ink); margin-inline-end: 8px; }
[data-speaker="human"] .mark { border-radius: 50%; }
.names { flex: 1; min-width: 0; }
h2 { font-size: 16px; line-height: 1.25; font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
h2:focus { outline: none; }
.status { font-size: 12.5px; line-height: 1.35; overflow: hidden; text-overflow: ellipsis; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow-wrap: anywhere; }
.round { position: relative; display: grid; place-items: center; width: 40px; height: 40px; flex: none; border: 0; border-radius: 12px; background: none; padding: 0; }
.round:hover, .entry:hover, .quiet:hover, .step:hover { background: var(--wash); }
.round .badge { position: absolute; inset-block-start: 0; inset-inline-end: -2px; min-width: 18px; height: 18px; padding: 0 4px; font-size: 11px; line-height: 18px; background: var(--accent); color: var(--accent-ink); }
.menu { position: absolute; inset-block-start: calc(100% - 4px); inset-inline-end: 12px; z-index: 2; min-width: 230px; padding: 6px; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.entry { display: flex; align-items: center; gap: 12px; width: 100%; min-height: 44px; padding: 6px 12px; border: 0; border-radius: 10px; background: none; text-align: start; }
.entry .icon { color: var(--soft); }

.log { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column; gap: 8px; scrollbar-width: thin; }
.log:focus-visible { outline-offset: -3px; }
.row { display: flex; flex-direction: column; align-items: flex-start; gap: 6px; max-width: 100%; flex: none; }
.row.first:not(:first-child) { margin-block-start: 8px; }
.row.shopper { align-items: flex-end; }
.row > .products, .row > div:has(> .comparison), .row > .cart { width: 100%; }
.who { display: flex; gap: 6px; font-size: 12px; padding-inline: 4px; max-width: 100%; overflow-wrap: anywhere; }
.bubble { max-width: 86%; padding: 9px 14px; border-radius: 18px; border-end-start-radius: 6px; background: var(--wash); overflow-wrap: anywhere; max-height: 60vh; overflow-y: auto; }
.bubble p { min-height: 1em; }
.bubble.shopper { background: var(--accent); color: var(--accent-ink); border-radius: 18px; border-end-end-radius: 6px; }
.bubble.human { background: var(--tint); }
.handoff { background: none; border: 1px solid var(--line); }
.state { display: none; align-items: center; gap: 4px; font-size: 12px; }
.state .icon { width: 14px; height: 14px; }
.waiting .bubble { opacity: .85; }
.held .state, .refused .state { display: flex; }
.refused .state { color: var(--warn); }

.typing { padding: 2px 16px 8px; flex: none; }
.dots { display: inline-flex; gap: 5px; padding: 10px 14px; border-radius: 16px; background: var(--wash); }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--soft); }
.news { position: absolute; inset-block-end: 84px; inset-inline: 0; margin-inline: auto; width: max-content; display: flex; align-items: center; gap: 6px; min-height: 36px; padding: 4px 14px; border: 1px solid var(--line); border-radius: 18px; background: var(--paper); box-shadow: var(--shadow); font-size: 13px; z-index: 1; }
.news .icon { width: 16px; height: 16px; }
.notice { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 10px; margin: 0 12px 8px; padding: 8px 12px; border-radius: 12px; background: var(--warn-wash); color: var(--warn); font-size: 13.5px; flex: none; overflow-wrap: anywhere; max-height: 30%; overflow-y: auto; }
.notice .link { color: inherit; }
.composer { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px calc(12px + env(safe-area-inset-bottom, 0px)); border-top: 1px solid var(--line); flex: none; }
textarea { flex: 1; min-width: 0; min-height: 44px; max-height: 132px; resize: none; font-size: 16px; line-height: 1.4; background: var(--field); border: 1px solid var(--edge); border-radius: 22px; padding: 10px 16px; }
textarea::placeholder { color: var(--soft); opacity: 1; }
textarea:focus-visible { outline-offset: 0; }
.send { display: grid; place-items: center; width: 44px; height: 44px; flex: none; border: 0; border-radius: 50%; background: var(--accent); color: var(--accent-ink); padding: 0; }
.link { border: 0; background: none; padding: 4px 2px; min-height: 24px; text-decoration: underline; text-underline-offset: 2px; color: var(--accent-text); }

${replies}

@media (max-width: 480px), (max-height: 480px) {
  :host(:not([position="inline"])) { inset: auto 0 0 0 !important; align-items: stretch !important; }
  :host(:not([position="inline"])) .panel { width: 100vw; height: 100dvh; border-radius: 0; border: 0; box-shadow: none; }
  .launcher { margin: 12px; align-self: flex-end; }
  :host([position="start"]) .launcher { align-self: flex-start; }
}
@media (prefers-reduced-motion: no-preference) {
  .log, .cards { scroll-behavior: smooth; }
  .panel { animation: rise .22s cubic-bezier(.2, .8, .2, 1); }
  :host([position="inline"]) .panel { animation: none; }
  .log > .row { animation: appear .2s ease-out; }
  .dots i { animation: breathe 1.2s infinite ease-in-out; }
  .dots i:nth-child(2) { animation-delay: .15s; }
  .dots i:nth-child(3) { animation-delay: .3s; }
  button { transition: background-color .12s, filter .12s, border-color .12s; }
  @keyframes rise { from { opacity: 0; transform: translateY(16px); } }
  @keyframes appear { from { opacity: 0; transform: translateY(4px); } }
  @keyframes breathe { 0%, 60%, 100% { opacity: .3; transform: none; } 30% { opacity: 1; transform: translateY(-3px); } }
}
@media (forced-colors: active) {
  .launcher, .send, .bubble, .add, .chip, .badge { border: 1px solid; }
  .thumb[aria-pressed="true"] { outline: 3px solid; }
}
`);
