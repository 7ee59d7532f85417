/** The style of the comparison's pictures, in addition to that of every page. It contains nothing from data. */
export const comparisonStyle = `
:root {
  --heat: #0f5f8f; --on-heat: #ffffff; --unknown: #f1f1ec;
  --l0: #0b5fa5; --l1: #b3530b; --l2: #18794f; --l3: #9b2f78; --l4: #75670a; --l5: #5a4ac4; --l6: #b0261d; --l7: #35717f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --heat: #7cc1ee; --on-heat: #0e1720; --unknown: #20252a;
    --l0: #6db5f2; --l1: #f0a45d; --l2: #66cc9c; --l3: #e58cc6; --l4: #d3c25a; --l5: #a99cf7; --l6: #f28b82; --l7: #7fc4d3;
  }
}
svg.heatmap { width: auto; max-width: 100%; }
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
svg .dot.best { fill: var(--good); } svg .dot.naive { fill: var(--bad); } svg .dot.joint { fill: var(--accent); }
svg .dot-name.best { font-weight: 700; fill: var(--good); }
tr.best td { font-weight: 650; } td.why { white-space: normal; color: var(--bad); }
.mark { font-size: 12.5px; font-weight: 600; } .mark.best { color: var(--good); } .mark.naive { color: var(--bad); } .mark.joint { color: var(--accent); }
@media print {
  :root {
    --heat: #0f5f8f; --on-heat: #fff; --unknown: #f1f1ec;
    --l0: #0b5fa5; --l1: #b3530b; --l2: #18794f; --l3: #9b2f78; --l4: #75670a; --l5: #5a4ac4; --l6: #b0261d; --l7: #35717f;
  }
}
`;
