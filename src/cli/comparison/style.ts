/** The page's style sheet: light and dark, and paper. It holds nothing from data. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --panel: #ffffff; --ink: #1d2125; --soft: #5d666e; --rule: #e4e4de; --accent: #0f5f8f; --good: #17724a; --bad: #ad3a1b;
  --heat: #0f5f8f; --on-heat: #ffffff; --unknown: #f1f1ec;
  --l0: #0b5fa5; --l1: #b3530b; --l2: #18794f; --l3: #9b2f78; --l4: #75670a; --l5: #5a4ac4; --l6: #b0261d; --l7: #35717f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --panel: #1b1f23; --ink: #e6e8ea; --soft: #9aa4ac; --rule: #30363b; --accent: #7cc1ee; --good: #6fcf9f; --bad: #f0967a;
    --heat: #7cc1ee; --on-heat: #0e1720; --unknown: #20252a;
    --l0: #6db5f2; --l1: #f0a45d; --l2: #66cc9c; --l3: #e58cc6; --l4: #d3c25a; --l5: #a99cf7; --l6: #f28b82; --l7: #7fc4d3;
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
svg.heatmap { width: auto; max-width: 100%; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .tick, svg .name { fill: var(--soft); font-size: 10.5px; }
svg polyline { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
svg circle { fill: currentColor; }
svg .leader { fill: none; stroke: currentColor; stroke-width: 0.8; opacity: 0.6; }
svg [class^="line-"] text { fill: currentColor; font-weight: 550; }
svg .value { fill: var(--soft); font-weight: 400; }
svg .reference { fill: none; stroke: var(--soft); stroke-width: 1.4; stroke-dasharray: 2 4; opacity: 0.8; }
.line-0 { color: var(--l0); } .line-1 { color: var(--l1); } .line-2 { color: var(--l2); } .line-3 { color: var(--l3); }
.line-4 { color: var(--l4); } .line-5 { color: var(--l5); } .line-6 { color: var(--l6); } .line-7 { color: var(--l7); }
.line-1 polyline { stroke-dasharray: 7 4; } .line-2 polyline { stroke-dasharray: 2 4.5; } .line-3 polyline { stroke-dasharray: 10 4 2 4; }
.line-5 polyline { stroke-dasharray: 7 4; } .line-6 polyline { stroke-dasharray: 2 4.5; } .line-7 polyline { stroke-dasharray: 10 4 2 4; }
svg .heat { fill: var(--heat); } svg .unknown { fill: var(--unknown); }
svg .on-heat { fill: var(--on-heat); font-weight: 600; } svg .off-heat { fill: var(--ink); }
svg .joined { fill: none; stroke: var(--soft); stroke-width: 1; opacity: 0.55; }
svg .dot { fill: var(--soft); stroke: var(--paper); stroke-width: 1.5; }
svg .dot.best { fill: var(--good); } svg .dot.naive { fill: var(--bad); } svg .dot.ceiling { fill: var(--accent); }
svg .dot-name.best { font-weight: 700; fill: var(--good); }
.scroll { overflow-x: auto; margin-top: 24px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 15px; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: 13.5px; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--rule); white-space: nowrap; vertical-align: baseline; }
th.number, td.number { text-align: right; padding-right: 22px; }
tr.best td { font-weight: 650; } td.why { white-space: normal; color: var(--bad); }
.mark { font-size: 12.5px; font-weight: 600; } .mark.best { color: var(--good); } .mark.naive { color: var(--bad); } .mark.ceiling { color: var(--accent); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 28px; margin: 24px 0; font-size: 15px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
@media (max-width: 640px) { main { padding: 40px 20px 64px; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 8px; } }
@media print {
  :root {
    color-scheme: light; --paper: #fff; --panel: #fff; --ink: #000; --soft: #444; --rule: #ccc; --heat: #0f5f8f; --on-heat: #fff; --unknown: #f1f1ec;
    --l0: #0b5fa5; --l1: #b3530b; --l2: #18794f; --l3: #9b2f78; --l4: #75670a; --l5: #5a4ac4; --l6: #b0261d; --l7: #35717f;
    --accent: #0f5f8f; --good: #17724a; --bad: #ad3a1b;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 11pt; } main { padding: 0; max-width: none; } h2 { margin-top: 32pt; break-after: avoid; } tr { break-inside: avoid; }
  .grid-3 { grid-template-columns: repeat(2, 1fr); }
}
`;
