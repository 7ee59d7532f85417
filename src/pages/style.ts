/** The style common to all pages: light, dark and print. It contains nothing from data. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --panel: #ffffff; --ink: #1d2125; --soft: #5d666e; --rule: #e4e4de; --accent: #0f5f8f; --good: #17724a; --bad: #ad3a1b; --open: #80560a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --panel: #1b1f23; --ink: #e6e8ea; --soft: #9aa4ac; --rule: #30363b; --accent: #7cc1ee; --good: #6fcf9f; --bad: #f0967a; --open: #e0b757;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 72px 32px 96px; }
h1 { font-size: 34px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; margin: 0 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 21px; font-weight: 650; margin: 88px 0 6px; letter-spacing: -0.01em; }
p { max-width: 70ch; margin: 0 0 12px; overflow-wrap: anywhere; }
p.lead { font-size: 18px; }
p.soft, figcaption small, .soft { color: var(--soft); }
.grid-1, .grid-2, .grid-3 { display: grid; gap: 40px 44px; margin-top: 32px; }
.grid-2 { grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); }
.grid-3 { grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); }
figure { margin: 0; break-inside: avoid; }
figcaption { margin: 0 0 10px; font-weight: 600; line-height: 1.35; }
figcaption small { display: block; font-weight: 400; font-size: 13.5px; }
svg { display: block; width: 100%; height: auto; overflow: visible; font: 11px system-ui, sans-serif; fill: var(--ink); }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .tick, svg .name { fill: var(--soft); font-size: 10.5px; }
.scroll { position: relative; overflow-x: auto; margin-top: 24px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 15px; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: 13.5px; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--rule); white-space: nowrap; vertical-align: baseline; }
th.number, td.number { text-align: right; padding-right: 22px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 28px; margin: 24px 0; font-size: 15px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
@media (max-width: 640px) { main { padding: 40px 20px 64px; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 8px; } }
@media print {
  :root {
    color-scheme: light; --paper: #fff; --panel: #fff; --ink: #000; --soft: #444; --rule: #ccc;
    --accent: #0f5f8f; --good: #17724a; --bad: #ad3a1b; --open: #80560a;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 11pt; } main { padding: 0; max-width: none; } h2 { margin-top: 32pt; break-after: avoid; } tr { break-inside: avoid; }
  .grid-3 { grid-template-columns: repeat(2, 1fr); }
}
`;
