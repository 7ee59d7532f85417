/** Shapes of rows that several kinds of suite share. */
import type { Claim, ImportedCase, ImportedRow, ImportKind } from './import-row.js';

/** Each row becomes one case with the content read from it. */
export const rowIsCase = {
  mayLack: [],
  isDrawn: false,
  cases: (rows: readonly ImportedRow[]): ImportedCase[] =>
    rows.map(({ id, content, slices }) => ({ id, ...content, ...slices })),
} as const;

/** A text and its label. */
export const labelledRows: ImportKind = {
  ...rowIsCase,
  columns: ['text', 'label'],
  read(row) {
    const [text, label] = [row.text('text'), row.name('label')];
    return { content: { text, label }, claims: [{ question: text, answer: label }], drawnFrom: label };
  },
};

/** The same, with some rows of each label drawn to be shown. */
export const drawnRows: ImportKind = { ...labelledRows, isDrawn: true };

/** A text and a label that says whether it is in scope. */
export const scopeRows: ImportKind = {
  ...rowIsCase,
  columns: ['text', 'label'],
  read(row, outLabel) {
    const [text, label] = [row.text('text'), row.name('label')];
    const scope = label === outLabel ? 'out' : 'in';
    return {
      content: { text, scope },
      claims: [{ question: text, answer: scope }],
      drawnFrom: scope === 'in' ? label : undefined,
    };
  },
};

/** A text, a changed version of it, and the name of the change. */
export const twinRows: ImportKind = {
  ...rowIsCase,
  columns: ['text', 'perturbed', 'group'],
  read(row) {
    const [text, perturbed] = [row.text('text'), row.text('perturbed')];
    if (text === perturbed) row.refuse('perturbed', 'it is the text itself: nothing was perturbed');
    const claims = [
      { question: `text ${text}`, answer: perturbed },
      { question: `perturbed ${perturbed}`, answer: text },
    ];
    return { content: { text, perturbed }, claims };
  },
};

/** The two texts of a pair ask the same question in either order. */
export function claimOfPair({ a, b }: { a: string; b: string }, answer: string): Claim {
  return { question: JSON.stringify([a, b].sort()), answer };
}
