// Colours, and where on the page the element stands.

const dark = `
  --accent: var(--shoptalk-accent, #1d7f6b); --accent-ink: var(--shoptalk-accent-ink, #ffffff);
  --accent-text: var(--shoptalk-accent-text, #6fd3bd);
  --paper: var(--shoptalk-paper, #15191b); --ink: var(--shoptalk-ink, #e9eeec);
  --soft: #a7b3af; --wash: #22292c; --tint: #1d3431; --line: #313a3d; --edge: #6f7d79; --field: #1b2123;
  --warn: #ffb4a4; --warn-wash: #3a1f1a; --good: #7fd6a4; --shadow: 0 16px 48px #000a, 0 2px 8px #0008; color-scheme: dark;
`;

export const theme = `
:host {
  --accent: var(--shoptalk-accent, #0b5d4e); --accent-ink: var(--shoptalk-accent-ink, #ffffff);
  --accent-text: var(--shoptalk-accent-text, var(--shoptalk-accent, #0b5d4e));
  --paper: var(--shoptalk-paper, #ffffff); --ink: var(--shoptalk-ink, #1a2220);
  --soft: #566460; --wash: #f1f4f3; --tint: #e3f1ee; --line: #dfe5e2; --edge: #84918c; --field: #ffffff;
  --warn: #8a2a18; --warn-wash: #fdeeea; --good: #1d6b43; --shadow: 0 16px 48px #0f201c2e, 0 2px 8px #0f201c1f; color-scheme: light;
  --radius: var(--shoptalk-radius, 20px); --offset: var(--shoptalk-offset, 16px);
  /* The page's own rules reach the element itself; important ones in here win over important ones out there. */
  all: initial !important; display: flex !important; flex-direction: column-reverse !important; align-items: flex-end !important;
  position: fixed !important; inset: auto var(--offset) var(--offset) auto !important; z-index: var(--shoptalk-layer, 2147483000) !important;
  font: 15px/1.45 var(--shoptalk-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif) !important;
  color: var(--ink) !important; -webkit-text-size-adjust: 100% !important;
}
:host([position="start"]) { inset: auto auto var(--offset) var(--offset) !important; align-items: flex-start !important; }
:host([position="inline"]) { position: relative !important; inset: auto !important; z-index: auto !important; width: 100% !important; height: var(--shoptalk-height, 640px) !important; }
:host([position="inline"]) .panel { width: 100%; height: 100%; box-shadow: none; }
:host([hidden]) { display: none !important; }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${dark} } }
:host([theme="dark"]) { ${dark} }
@media print { :host { display: none !important; } }
`;
