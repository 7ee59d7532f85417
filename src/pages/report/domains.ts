/** The change in each domain, in the order in which they were learned, and the metrics of continual learning. */
import type { Report } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { points, share } from './numbers.js';
import { showParts } from './parts-table.js';

export function showDomains({ domains, continual }: Report): Markup {
  if (domains.length === 0) return nothing;
  const { averageAccuracy, forgetting, backwardTransfer } = continual;
  const parts = domains.map(({ domain, cases, champion, candidate }) => ({
    name: domain,
    cases,
    champion,
    candidate,
    mark: nothing,
  }));
  return markup`<section id="domains">
<h2>Domains</h2>
<p class="soft">Accuracy on what is held out of each, in the order in which they were learned.</p>
<dl class="figures">
<div><dt>average accuracy</dt><dd>${share(averageAccuracy)} %</dd></div>
<div><dt>forgetting</dt><dd>${share(forgetting)} points</dd></div>
<div><dt>backward transfer</dt><dd>${points(backwardTransfer)} points</dd></div>
</dl>
${showParts({ title: 'domain', parts, most: 30 })}
<p class="soft">Average accuracy: mean over the domains. Forgetting: mean over the earlier domains of their best accuracy so far, less that of the candidate. Backward transfer: their accuracy now, less what it was when they were learned.</p>
</section>`;
}
