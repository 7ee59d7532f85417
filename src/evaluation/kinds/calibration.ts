/**
 * How reliable a probe's probabilities are: 1 - Brier / 2 of each answer, with the Brier score over all classes, which
 * ranges from 0 to 2.
 */
import { z } from 'zod';
import { drawnRows } from '../importing/row-shapes.js';
import { evenGuess, type Kind } from '../kind.js';
import { oneMinusBrier } from '../metrics/means.js';
import { askedOf, type LabelledCase, problemOfShots, readByProbe, shotFields, shotsExample } from '../shots.js';

export const calibration: Kind<'calibration', LabelledCase> = {
  name: 'calibration',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: oneMinusBrier,
  schema: z.strictObject(shotFields),
  texts: (item) => [item.text],
  problemOf: problemOfShots,
  asked: askedOf,
  score: async (cases, outputs) =>
    (await readByProbe(cases, outputs)).map(({ item, reading }) => {
      const brier = [...reading.probabilities].reduce(
        (sum, [label, share]) => sum + (share - (label === item.label ? 1 : 0)) ** 2,
        0,
      );
      return { score: 1 - brier / 2, answer: reading.label, confidence: reading.confidence };
    }),
  /** The score of even probabilities. */
  chance: (cases) => (1 + evenGuess(cases)) / 2,
  importing: drawnRows,
  example: shotsExample,
};
