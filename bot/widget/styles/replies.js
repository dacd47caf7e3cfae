// How products, chips, comparisons, the cart and the dialogs look.

export const replies = `
.chips { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; max-width: 100%; }
.chip { display: inline-flex; align-items: center; gap: 6px; max-width: 100%; min-height: 36px; padding: 6px 14px; border: 1px solid var(--accent-text); border-radius: 18px; background: var(--paper); color: var(--accent-text); text-align: start; font-size: 14px; overflow-wrap: anywhere; }
.chip:hover { background: var(--tint); }
.chip.small { min-height: 32px; padding: 4px 12px; font-size: 13px; }
.chip .icon { width: 14px; height: 14px; }
.constraints .soft { font-size: 13px; }
.constraints .chip { border-color: var(--edge); color: inherit; background: var(--wash); }

.products { position: relative; }
.carousel { position: relative; margin-inline: -16px; }
.cards { position: relative; display: flex; gap: 12px; overflow-x: auto; scroll-snap-type: x mandatory; scroll-padding-inline: 16px; padding: 4px 16px 8px; scrollbar-width: none; overscroll-behavior-x: contain; }
.cards::-webkit-scrollbar { display: none; }
.card { flex: 0 0 min(230px, 72%); scroll-snap-align: start; display: flex; flex-direction: column; gap: 6px; padding: 12px; border: 1px solid var(--line); border-radius: 16px; background: var(--paper); min-width: 0; }
.card:only-child { flex-basis: min(300px, 100%); }
.picture { display: grid; grid-template: 100% / 100%; place-items: center; width: 100%; height: 136px; padding: 0; border: 0; border-radius: 10px; background: #f4f6f5; color: #5b6965; font-size: 44px; font-weight: 600; overflow: hidden; }
button.picture { cursor: zoom-in; background: none; }
.picture img { max-width: 100%; height: 100%; object-fit: contain; display: block; border-radius: 10px; }
h3 { font-size: 14.5px; line-height: 1.35; font-weight: 600; overflow-wrap: anywhere; }
h3 > a, h3 > span { min-height: 24px; border-radius: 4px; color: inherit; text-decoration: none; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
h3 a:hover { text-decoration: underline; text-underline-offset: 2px; }
h3 a:focus-visible { outline-offset: -2px; }
.brand { font-size: 13px; overflow-wrap: anywhere; max-height: 2.9em; overflow: hidden; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; }
.price { font-size: 16px; font-weight: 700; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.rating { display: inline-flex; align-items: center; gap: 3px; font-size: 13px; }
.rating .icon { width: 14px; height: 14px; fill: #d99a12; stroke: #d99a12; }
.stock { display: flex; align-items: center; gap: 6px; font-size: 13px; color: var(--good); }
.stock::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
.stock.out { color: var(--warn); }
.reasons { display: grid; gap: 3px; font-size: 13px; color: var(--soft); }
.reasons li { display: flex; gap: 6px; overflow-wrap: anywhere; min-width: 0; }
.reasons li span { min-width: 0; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.reasons .icon { width: 14px; height: 14px; margin-block-start: 3px; color: var(--accent-text); }
.foot { margin-block-start: auto; padding-block-start: 4px; display: grid; gap: 6px; }
.add, .primary { display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 38px; padding: 4px 14px; border: 0; border-radius: 12px; background: var(--accent); color: var(--accent-ink); font-size: 14px; font-weight: 600; flex: 1 0 auto; }
.add .icon { width: 17px; height: 17px; }
.quiet { min-height: 38px; padding: 4px 12px; border: 1px solid var(--edge); border-radius: 12px; background: none; font-size: 14px; }
.thumbs { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.thumbs > .link { font-size: 13px; min-height: 36px; padding-inline: 4px; }
.thumb { display: grid; place-items: center; width: 38px; height: 36px; padding: 0; border: 1px solid var(--line); border-radius: 12px; background: none; color: var(--soft); }
.thumb:hover { background: var(--wash); }
.thumb.down .icon { transform: rotate(180deg); }
.thumb[aria-pressed="true"] { border-color: var(--accent-text); background: var(--tint); color: var(--accent-text); }
.thumb[aria-pressed="true"] .icon { fill: currentColor; }
.receipt { flex: 1 0 100%; font-size: 13px; overflow-wrap: anywhere; display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: baseline; }
.receipt:empty { display: none; }
.receipt .link { font-size: 13px; }
.arrow { position: absolute; inset-block-start: 60px; display: grid; place-items: center; width: 40px; height: 40px; padding: 0; border: 1px solid var(--line); border-radius: 50%; background: var(--paper); box-shadow: var(--shadow); }
.arrow:disabled { visibility: hidden; }
.arrow.back { inset-inline-start: 8px; }
.arrow.forth { inset-inline-end: 8px; }

.comparison { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: 14px; scrollbar-width: thin; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 9px 12px; text-align: start; vertical-align: top; min-width: 112px; max-width: 240px; overflow-wrap: anywhere; border-block-end: 1px solid var(--line); }
tbody tr:last-child > * { border-block-end: 0; }
th[scope="row"], thead td { position: sticky; inset-inline-start: 0; z-index: 1; background: var(--paper); color: var(--soft); font-weight: 500; min-width: 88px; max-width: 120px; overflow-wrap: break-word; border-inline-end: 1px solid var(--line); }
th[scope="row"]::first-letter { text-transform: uppercase; }
th[scope="col"] h3 { margin-block-start: 6px; }
th .picture { height: 84px; font-size: 26px; }

.cart > section { border: 1px solid var(--line); border-radius: 16px; padding: 14px; }
.cart .lines { display: grid; gap: 14px; margin-block: 12px; }
.lines > li { display: grid; grid-template-columns: 56px minmax(0, 1fr) auto; gap: 12px; align-items: start; }
.lines .picture { height: 56px; font-size: 20px; }
.line { display: grid; gap: 4px; justify-items: start; }
.quantity { display: flex; align-items: center; gap: 4px; font-variant-numeric: tabular-nums; }
.quantity > span { min-width: 24px; text-align: center; }
.step { display: grid; place-items: center; width: 32px; height: 32px; padding: 0; border: 1px solid var(--line); border-radius: 10px; background: none; }
.step .icon { width: 16px; height: 16px; }
.total { display: flex; justify-content: space-between; gap: 12px; padding-block-start: 12px; border-block-start: 1px solid var(--line); font-size: 16px; }

dialog { border: 1px solid var(--line); border-radius: 18px; padding: 20px; background: var(--paper); color: var(--ink); box-shadow: var(--shadow); max-width: min(420px, calc(100vw - 32px)); }
dialog::backdrop { background: #0b1311a6; }
.confirm h3 { font-size: 17px; margin-block-end: 6px; }
.answers { display: flex; justify-content: flex-end; gap: 8px; margin-block-start: 18px; }
.answers .primary { flex: none; text-decoration: none; }
code { display: block; margin-block-start: 14px; padding: 12px; border-radius: 12px; background: var(--wash); font-size: 20px; font-weight: 650; letter-spacing: .08em; text-align: center; user-select: all; overflow-wrap: anywhere; }
.zoom { max-width: min(860px, calc(100vw - 32px)); padding: 16px; }
.zoom img { display: block; width: 100%; max-height: 72vh; object-fit: contain; background: #f4f6f5; border-radius: 12px; }
.zoom p { margin-block-start: 10px; max-height: 4.5em; overflow: auto; overflow-wrap: anywhere; }
.zoom .round { margin-inline-start: auto; margin-block-end: 8px; }
`;
