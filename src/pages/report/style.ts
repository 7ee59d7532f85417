import { narrowStyle } from './narrow-style.js';

/** The style of a report's pictures and tables, in addition to that of every page. It contains nothing from data. */
export const reportStyle = `
.pass { color: var(--good); } .fail { color: var(--bad); } .inconclusive { color: var(--open); } .none { color: var(--soft); }
h2 { margin-top: 72px; } h3 { font-size: 16px; font-weight: 650; margin: 36px 0 0; overflow-wrap: anywhere; }
.announced { display: inline-flex; align-items: center; gap: 10px; font-weight: 750; font-size: 19px; letter-spacing: 0.06em; margin: 0 0 14px; }
.announced .sign { width: 34px; height: 34px; } .sign { fill: currentColor; } .sign .stroke { fill: none; stroke: var(--paper); stroke-width: 1.3; stroke-linecap: round; stroke-linejoin: round; }
.verdict { display: inline-flex; align-items: center; gap: 6px; font-weight: 600; font-size: 13.5px; white-space: nowrap; } .verdict .sign { width: 13px; height: 13px; flex: none; }
.override { color: var(--bad); border: 1.5px solid currentColor; border-radius: 4px; padding: 0 6px; font-size: 13px; white-space: nowrap; }
aside { border-left: 3px solid var(--open); padding: 2px 0 2px 16px; margin: 28px 0 0; max-width: 72ch; } aside ul { margin: 4px 0 0; padding-left: 18px; overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th[scope="row"] { color: var(--ink); font-size: 15px; white-space: normal; overflow-wrap: anywhere; }
th[scope="row"] { min-width: 120px; } td.reason { white-space: normal; min-width: 260px; font-size: 14px; overflow-wrap: anywhere; }
.contenders td:nth-child(5) { white-space: normal; min-width: 96px; overflow-wrap: anywhere; }
small { display: block; color: var(--soft); font-weight: 400; font-size: 12.5px; }
ul.findings, details ul { list-style: none; margin: 4px 0 0; padding: 0; font-size: 13px; line-height: 1.45; font-weight: 400; } details li { color: var(--soft); }
summary { cursor: pointer; color: var(--soft); font-size: 12.5px; font-weight: 400; width: max-content; } details.rest > summary { font-size: 14px; margin-top: 10px; color: var(--accent); }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.suites td, .suites th { vertical-align: top; } .suites th[scope="row"] { width: 31%; }
.suites tr.group th { color: var(--soft); padding-top: 26px; font-weight: 650; } tr.group span { font-weight: 400; }
.suites tbody.whole th[scope="row"] { font-weight: 700; } .suites tbody.whole tr:not(.group) { background: color-mix(in srgb, var(--accent) 6%, transparent); }
.suites th.plot, .suites td.plot { position: relative; width: 33%; min-width: 200px; padding: 0; } .suites td.scores { padding-left: 22px; }
svg.axis { height: 20px; } svg.forest { position: absolute; inset: 0; height: 100%; }
svg .zero { stroke: var(--soft); stroke-width: 1.2; } svg .margin { stroke: var(--ink); stroke-width: 1.6; stroke-dasharray: 3 2; }
svg .whisker { stroke: currentColor; stroke-width: 2; } svg .cap { stroke: currentColor; stroke-width: 1.6; }
svg .arrow path { fill: none; stroke: currentColor; stroke-width: 2; }
svg .dot path { fill: currentColor; stroke: var(--paper); stroke-width: 1.2; } svg .dot.none path { fill: var(--paper); stroke: currentColor; stroke-width: 1.8; }
.whole svg .whisker { stroke-width: 3.2; }
.parts th[scope="row"] { width: 28%; font-weight: 450; } .parts td, .parts th { padding-top: 4px; padding-bottom: 4px; font-size: 14px; }
.parts .bar { width: 34%; min-width: 120px; padding-left: 10px; padding-right: 18px; font-weight: 400; } svg.pair { height: 18px; }
svg .move { stroke: currentColor; stroke-width: 2.4; } .pair.lost, .pair.lost .pass { color: var(--bad); } .pair.gained, .pair.gained .pass { color: var(--good); } .pair.same, .pair.same .pass { color: var(--soft); }
#tasks p, #tasks li, #new-labels p, #new-labels li { overflow-wrap: anywhere; }
dl.figures { display: flex; flex-wrap: wrap; gap: 16px 48px; } .figures dd { font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; }
.flips td, .flips th { white-space: normal; font-size: 14px; vertical-align: top; } .flips th[scope="row"] { width: 40%; font-weight: 450; font-size: 14px; } .flips td.answer { overflow-wrap: anywhere; }
svg .diagonal { stroke: var(--soft); stroke-dasharray: 2 4; } svg .curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; } svg .dashed { stroke-dasharray: 5 4; }
.champion { color: var(--soft); } .candidate { color: var(--accent); }
svg .champion circle { fill: var(--paper); stroke: currentColor; stroke-width: 1.6; } svg .candidate circle { fill: currentColor; fill-opacity: 0.75; }
.key { margin: 20px 0 -16px; font-weight: 600; font-size: 14px; } .key span::before { content: ""; display: inline-block; width: 26px; margin: 0 8px 3px 0; border-top: 2.5px solid currentColor; } .key .champion::before { border-top-style: dashed; } .key span + span { margin-left: 24px; }
.chosen { color: var(--accent); font-size: 12.5px; white-space: nowrap; }
ol.next { padding-left: 20px; } ol.next li { margin: 10px 0; max-width: 78ch; } pre { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--accent); }
footer { margin-top: 72px; font-size: 14px; }
@media (max-width: 640px) {
  .suites, .suites tbody { display: block; } .suites thead { display: block; } .suites thead th:not(.plot) { display: none; } .suites thead tr { display: block; } .suites thead th.plot { display: block; width: 100%; }
  .suites tr { display: grid; grid-template-columns: auto auto 1fr; gap: 2px 14px; padding: 8px 0; border-bottom: 1px solid var(--rule); }
  .suites tr > * { border: 0; padding: 0; text-align: left; } .suites th[scope="row"], .suites td.plot, .suites tr.group th { grid-column: 1 / -1; width: 100%; } .suites td.plot { height: 42px; } .suites tr.group { padding-bottom: 2px; } .suites tr.group th { padding-top: 14px; }
  .suites td.scores { padding-left: 0; } .suites td.p { display: none; } .suites td.judged { text-align: right; }
  .flips thead { display: none; } .flips, .flips tbody { display: block; } .flips tr { display: grid; grid-template-columns: 1fr 1fr; padding: 10px 0; border-bottom: 1px solid var(--rule); gap: 2px 12px; } .flips tr > * { border: 0; padding: 0; text-align: left; } .flips th[scope="row"] { grid-column: 1 / -1; width: 100%; }
  .flips td:nth-child(2)::before { content: "expected "; color: var(--soft); } .flips td:nth-child(3)::before { content: "was "; color: var(--soft); } .flips td:nth-child(4)::before { content: "is "; color: var(--soft); } .flips td:nth-child(5)::before { content: "confidence "; color: var(--soft); }
  th.number, td.number { padding-right: 12px; }
}
${narrowStyle}@media print {
  details::details-content { content-visibility: visible; block-size: auto; } summary { display: none; } .scroll { overflow: visible; } h3 { break-after: avoid; } td.reason { min-width: 0; }
  table, th[scope="row"], .parts td, .parts th, .flips td, .flips th, td.reason { font-size: 9pt; } th, small, ul.findings, details ul, .verdict { font-size: 8pt; } th, td { padding-right: 8px; } th.number, td.number { padding-right: 10px; }
  .suites th[scope="row"] { width: 42%; } .suites th.plot, .suites td.plot { width: 22%; min-width: 150px; } .suites td.scores { padding-left: 12px; } svg .tick { font-size: 8px; }
}
`;
