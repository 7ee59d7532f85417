/** A few labelled cases are shown; a logistic regression on their adapted embeddings answers the others. */
import { z } from 'zod';
import { drawnRows } from '../importing/row-shapes.js';
import { evenGuess, type Kind, rightOrWrong } from '../kind.js';
import { accuracy } from '../metrics/means.js';
import { askedOf, type LabelledCase, problemOfShots, readByProbe, shotFields, shotsExample } from '../shots.js';

export const probe: Kind<'probe', LabelledCase> = {
  name: 'probe',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: accuracy,
  schema: z.strictObject(shotFields),
  texts: (item) => [item.text],
  problemOf: problemOfShots,
  asked: askedOf,
  score: async (cases, outputs) =>
    (await readByProbe(cases, outputs)).map(({ item, reading }) =>
      rightOrWrong(item.label, reading.label, reading.confidence),
    ),
  chance: evenGuess,
  importing: drawnRows,
  example: shotsExample,
};
