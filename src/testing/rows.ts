/** Rows for tests, easy to learn for any head. */
import { pickOne, seededRandom } from '../core/random.js';

export interface TestRow {
  readonly text: string;
  readonly label: string;
}

const fillers = 'please today again my the order account it was still about help with now after before'.split(' ');

/** `each` rows of every label, alternating; a text contains its label among neutral words. All texts are distinct. */
export function testRows(labels: readonly string[], each: number, seed = 7): TestRow[] {
  const random = seededRandom('rows', seed);
  const word = () => pickOne(fillers, random);
  return Array.from({ length: each * labels.length }, (_, index) => {
    const label = labels[index % labels.length]!;
    return {
      text: `${word()} ${word()} ${label.replaceAll('_', ' ')} ${word()} ${Math.floor(index / labels.length)}`,
      label,
    };
  });
}
