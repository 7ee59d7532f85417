/** As many clusters as there are labels are sought among the adapted embeddings, and held against the labels. */
import { z } from 'zod';
import { kMeans, mostVectors } from '../k-means.js';
import { type Case, caseFields, describeCase, type Kind, numberLabels, scoreOnly, text } from '../kind.js';
import { vMeasure } from '../metrics/v-measure.js';
import { contradictoryLabels } from '../shots.js';

export interface ClusteringCase extends Case {
  readonly text: string;
  readonly label: string;
}

export const clustering: Kind<'clustering', ClusteringCase> = {
  name: 'clustering',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: vMeasure,
  schema: z.strictObject({ ...caseFields, text, label: text }),
  texts: (item) => [item.text],
  lackOf(cases) {
    const labels = new Set(cases.map(({ label }) => label)).size;
    if (labels < 2) return { what: 'there are fewer than two labels: there is nothing to tell apart' };
    if (labels === cases.length) return { what: 'no two cases share a label: there is nothing to group' };
    if (cases.length > mostVectors) return { what: `there are more than ${mostVectors} cases: make several suites of them` };
    return contradictoryLabels(cases);
  },
  asked(cases) {
    const numbers = numberLabels(cases.map(({ label }) => label));
    return cases.map((item, index) => describeCase(item, { texts: [item.text], gold: numbers[index]!, label: item.label }));
  },
  async score(cases, outputs) {
    const labels = new Set(cases.map(({ label }) => label)).size;
    const vectors = outputs.map(({ adapted }) => adapted);
    // The same draws for every adapter: two that give equal vectors get equal clusters.
    return Array.from(await kMeans(vectors, labels, 'clustering'), scoreOnly);
  },
};
