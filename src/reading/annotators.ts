/** The answer of a row that several annotators gave, and the question that is read where a file asks several. */
import { EspalierError } from '../core/errors.js';
import { cleanText } from '../core/text.js';
import type { ReadRequest } from './format.js';
import type { Agreement } from './row.js';

export type Agreed = { readonly answer: unknown; readonly agreement?: Agreement } | { readonly reason: string };

/**
 * The answer that more than half of the annotators gave. Labels of a set may stand in any order.
 * @param answers one of each annotator, a label or a list of labels
 */
export function majorityOf(answers: readonly unknown[]): Agreed {
  const votes = new Map<string, { readonly answer: unknown; count: number }>();
  for (const answer of answers) {
    const key = JSON.stringify(Array.isArray(answer) ? answer.map(String).sort() : [answer]);
    const vote = votes.get(key) ?? { answer, count: 0 };
    vote.count++;
    votes.set(key, vote);
  }
  const ranked = [...votes.values()].sort((a, b) => b.count - a.count);
  const [first] = ranked;
  if (first === undefined) return { reason: 'no annotator answered' };
  if (first.count * 2 <= answers.length) {
    const told = ranked.slice(0, 5).map(({ answer, count }) => `\`${nameOf(answer)}\` (${count})`);
    return { reason: `the ${answers.length} annotators disagree, without a majority: ${told.join(', ')}` };
  }
  if (first.count === answers.length) return { answer: first.answer };
  return { answer: first.answer, agreement: { annotators: answers.length, agreed: first.count } };
}

const nameOf = (answer: unknown) => cleanText(Array.isArray(answer) ? answer.join(', ') : String(answer)).slice(0, 60);

/**
 * The question whose answers are the labels: the only one, else the one that the label's column or the task names.
 * Undefined where the file has no question.
 * @throws INPUT_FORMAT where that does not say which
 */
export function questionOf(
  questions: ReadonlySet<string>,
  { columns, task, parameterOf }: ReadRequest,
  file: string,
): string | undefined {
  if (questions.size <= 1) return [...questions][0];
  const named = [columns.label, task].find((name) => name !== undefined && questions.has(name));
  if (named !== undefined) return named;
  const choices = [...questions].slice(0, 12).map((question) => cleanText(question).slice(0, 200));
  const parameter = parameterOf('label');
  throw new EspalierError('INPUT_FORMAT', `${file} answers several questions: ${choices.join(', ')}`, {
    at: { file },
    hint: `Name the one to read with \`${parameter}\`.`,
    parameters: [parameter],
    choices,
  });
}
