/**
 * A few labelled cases are shown; the five nearest by cosine vote. Among labels with equally many votes, the label
 * whose voters have the greatest total similarity wins; if that is equal too, the first by name.
 */
import { z } from 'zod';
import { nearest } from '../algorithms/similarity.js';
import { drawnRows } from '../importing/row-shapes.js';
import { evenGuess, type Kind, rightOrWrong } from '../kind.js';
import { accuracy } from '../metrics/means.js';
import {
  askedOf,
  type LabelledCase,
  problemOfShots,
  shotFields,
  shotsExample,
  splitCases,
  vectorsOf,
} from '../shots.js';

const voters = 5;

export const knn: Kind<'knn', LabelledCase> = {
  name: 'knn',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: accuracy,
  schema: z.strictObject(shotFields),
  texts: (item) => [item.text],
  problemOf: problemOfShots,
  asked: askedOf,
  async score(cases, outputs) {
    const { shots, asked } = splitCases(cases, outputs);
    const found = await nearest(vectorsOf(asked), vectorsOf(shots), voters);
    return asked.map(({ item }, at) => {
      const votes = found[at]!.map(({ index, similarity }) => ({ label: shots[index]!.item.label, similarity }));
      return rightOrWrong(item.label, electedBy(votes), null);
    });
  },
  chance: evenGuess,
  importing: drawnRows,
  example: shotsExample,
};

function electedBy(votes: readonly { label: string; similarity: number }[]): string {
  const tally = new Map<string, { votes: number; similarity: number }>();
  for (const { label, similarity } of votes) {
    const before = tally.get(label) ?? { votes: 0, similarity: 0 };
    tally.set(label, { votes: before.votes + 1, similarity: before.similarity + similarity });
  }
  const ranked = [...tally].sort(
    ([nameA, a], [nameB, b]) => b.votes - a.votes || b.similarity - a.similarity || (nameA < nameB ? -1 : 1),
  );
  return ranked[0]![0];
}
