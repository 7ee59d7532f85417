/**
 * Suites that this update cannot change: named, with the encoder's score if known, and shown apart from the evidence.
 */
import { clip } from '../../core/text.js';
import type { Report } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { counted, share } from './numbers.js';

/** One sentence for terminal and page; empty if there is no such suite. */
export function sayUnchanged({ unchanged }: Pick<Report, 'unchanged'>): string {
  if (unchanged.length === 0) return '';
  const suites = counted(unchanged.length, 'suite of the encoder is', 'suites of the encoder are');
  return `${suites} unchanged by construction: neither head moves the embedding, and the encoder's fingerprint is the same. They are no evidence, and were not scored.`;
}

export function showUnchanged({ unchanged }: Report): Markup {
  if (unchanged.length === 0) return nothing;
  const rows = unchanged.map(
    ({ suite, version, metric, score }) =>
      markup`<tr><th scope="row">${clip(suite, 120)}<small>version ${version}</small></th><td class="reason">${clip(metric, 40)}</td><td class="number">${share(score)}</td></tr>`,
  );
  return markup`<section id="unchanged"><h2>Unchanged: the encoder is the same</h2>
<p class="soft">${sayUnchanged({ unchanged })} A dash: nobody has measured it; <code>espalier eval run</code> does.</p>
<details class="rest"><summary>show them</summary><div class="scroll"><table class="unchanged">
<thead><tr><th scope="col">suite</th><th scope="col">metric</th><th scope="col" class="number">score, %</th></tr></thead>
<tbody>${rows}</tbody>
</table></div></details></section>`;
}
