/**
 * Clusters the adapted embeddings into as many clusters as there are labels, and compares the clusters with the labels.
 */
import { z } from 'zod';
import { seededRandom } from '../../core/random.js';
import { kMeans, mostVectors } from '../algorithms/k-means.js';
import { labelledRows } from '../importing/row-shapes.js';
import { type Case, caseFields, describeCase, type Kind, numberLabels, scoreOnly, text } from '../kind.js';
import { vMeasure } from '../metrics/v-measure.js';
import { mean, metricValue } from '../metrics.js';
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
  problemOf(cases) {
    const labels = new Set(cases.map(({ label }) => label)).size;
    if (labels < 2) return { what: 'there are fewer than two labels: there is nothing to tell apart' };
    if (labels === cases.length) return { what: 'no two cases share a label: there is nothing to group' };
    if (cases.length > mostVectors)
      return { what: `there are more than ${mostVectors} cases: make several suites of them` };
    return contradictoryLabels(cases);
  },
  asked(cases) {
    const numbers = numberLabels(cases.map(({ label }) => label));
    return cases.map((item, index) =>
      describeCase(item, { texts: [item.text], gold: numbers[index]!, label: item.label }),
    );
  },
  async score(cases, outputs) {
    const labels = new Set(cases.map(({ label }) => label)).size;
    const vectors = outputs.map(({ adapted }) => adapted);
    // The draws are the same for every adapter: two adapters that give equal vectors get equal clusters.
    return Array.from(await kMeans(vectors, labels, 'clustering'), scoreOnly);
  },
  chance: (cases) => chanceOfClusters(cases.map(({ label }) => label)),
  importing: labelledRows,
  example: [
    { id: '1', text: 'where is my parcel', label: 'delivery' },
    { id: '2', text: 'the parcel has not come', label: 'delivery' },
    { id: '3', text: 'i want my money back', label: 'refund' },
  ],
};

const draws = 50;

/**
 * The chance score is measured on random clusters (50 seeded draws), since the v-measure of few cases is above 0 by
 * chance.
 */
function chanceOfClusters(labels: readonly string[]): number {
  const gold = numberLabels(labels);
  const clusters = new Set(labels).size;
  const random = seededRandom('chance', clusters, labels.length);
  const drawClusters = () => labels.map(() => random.integer(clusters));
  return mean(Array.from({ length: draws }, () => metricValue(vMeasure, drawClusters(), gold)));
}
