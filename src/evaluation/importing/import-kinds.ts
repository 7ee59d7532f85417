/** How each kind of suite is made of rows: what a row says, and which cases the rows become. */
import { writeLabelSet } from '../../core/label-sets.js';
import { normaliseText } from '../../core/text.js';
import type { KnownKind } from '../kinds.js';
import type { Claim, ImportedRow, Role, RowContent, RowReader } from './import-row.js';

interface RowReading {
  readonly content: RowContent;
  readonly claims: readonly Claim[];
  readonly drawnFrom?: string | undefined;
}

interface ImportKind {
  /** A row of every such suite has them. */
  readonly columns: readonly Role[];
  /** Columns that a row may leave empty where they are named. */
  readonly mayLack: readonly Role[];
  /** So many rows of each label are drawn and shown, the others asked. */
  readonly isDrawn: boolean;
  /** @param outLabel out-of-scope: what rows out of scope have for a label */
  read(row: RowReader, outLabel: string): RowReading;
  /** @param rows without duplicates and contradictions, in the order of the file */
  cases(rows: readonly ImportedRow[]): ImportedCase[];
}

/** As it stands in cases.jsonl. */
export type ImportedCase = { readonly id: string } & Readonly<Record<string, unknown>>;

const caseOfEachRow = (rows: readonly ImportedRow[]): ImportedCase[] =>
  rows.map(({ id, content, slices }) => ({ id, ...content, ...slices }));
const rowIsCase = { mayLack: [], isDrawn: false, cases: caseOfEachRow } as const;

const labelled: ImportKind = {
  ...{ ...rowIsCase, columns: ['text', 'label'] },
  read(row) {
    const [text, label] = [row.text('text'), row.name('label')];
    return { content: { text, label }, claims: [{ question: text, answer: label }], drawnFrom: label };
  },
};

const sets: ImportKind = {
  ...{ ...rowIsCase, columns: ['text', 'label'] },
  read(row) {
    const [text, labels] = [row.text('text'), row.labels('label')];
    return { content: { text, labels }, claims: [{ question: text, answer: writeLabelSet(labels) }] };
  },
};

const drawn: ImportKind = { ...labelled, isDrawn: true };

const sts: ImportKind = {
  ...{ ...rowIsCase, columns: ['a', 'b', 'score'] },
  read(row) {
    const pair = { a: row.text('a'), b: row.text('b') };
    const score = row.number('score');
    return { content: { ...pair, score }, claims: [claimOfPair(pair, String(score))] };
  },
};

const pairs: ImportKind = {
  ...{ ...rowIsCase, columns: ['a', 'b', 'label'] },
  read(row) {
    const pair = { a: row.text('a'), b: row.text('b') };
    const label = samenessIn(row);
    return { content: { ...pair, label }, claims: [claimOfPair(pair, label)] };
  },
};

/** Only what is in scope is shown, so that many of each of its labels. */
const scopes: ImportKind = {
  ...{ ...rowIsCase, columns: ['text', 'label'], isDrawn: true },
  read(row, outLabel) {
    const [text, label] = [row.text('text'), row.name('label')];
    const scope = label === outLabel ? 'out' : 'in';
    return { content: { text, scope }, claims: [{ question: text, answer: scope }], drawnFrom: scope === 'in' ? label : undefined };
  },
};

const twins: ImportKind = {
  ...{ ...rowIsCase, columns: ['text', 'perturbed', 'group'] },
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

/** The same columns: what is asked of them is another thing. */
const changes: ImportKind = {
  ...twins,
  read(row) {
    const { content, claims } = twins.read(row, '');
    const [text, changed] = [content.text!, content.perturbed!];
    return { content: { text, changed }, claims: claims.slice(0, 1) };
  },
};

/** Nothing is shown: the head itself knows what is in scope. */
const scopesOfHead: ImportKind = {
  ...scopes,
  isDrawn: false,
  read(row, outLabel) {
    const { content, claims } = scopes.read(row, outLabel);
    return { content, claims };
  },
};

const contrasts: ImportKind = {
  ...{ ...rowIsCase, columns: ['text', 'label', 'other', 'otherLabel'] },
  read(row) {
    const [text, label, other, otherLabel] = [row.text('text'), row.name('label'), row.text('other'), row.name('otherLabel')];
    if (label === otherLabel) row.refuse('otherLabel', 'it is the label of the text itself: there is no contrast');
    const claims = [
      { question: text, answer: label },
      { question: other, answer: otherLabel },
    ];
    return { content: { text, label, other, otherLabel }, claims };
  },
};

/** Rows without a group are shown, all of them: what is asked must differ from them in more than its group. */
const groups: ImportKind = {
  ...{ ...rowIsCase, columns: ['text', 'label', 'group'], mayLack: ['group', 'cluster'] },
  read(row) {
    const [text, label] = [row.text('text'), row.name('label')];
    const split = row.nameIfAny('group') === undefined ? 'train' : 'test';
    return { content: { text, label, split }, claims: [{ question: text, answer: label }] };
  },
};

/** A row judges a document for a query: each text becomes one document or one query, named after the first line that has it. */
const judgements: ImportKind = {
  ...{ columns: ['query', 'document'], mayLack: [], isDrawn: false },
  read(row) {
    const [query, document] = [row.text('query'), row.text('document')];
    const relevance = row.has('relevance') ? row.number('relevance') : 1;
    if (relevance < 0) row.refuse('relevance', `\`${relevance}\` is below 0, which says that the document does not answer`);
    const slices = JSON.stringify([row.nameIfAny('group'), row.nameIfAny('cluster')]);
    const claims = [
      { question: `judged ${JSON.stringify([query, document])}`, answer: String(relevance) },
      { question: `query ${query}`, answer: slices },
    ];
    return { content: { query, document, relevance }, claims };
  },
  cases(rows) {
    const documents = new Map<string, string>();
    const queries = new Map<string, { id: string; slices: ImportedRow['slices']; relevant: Record<string, number> }>();
    for (const { id, content, slices } of rows) {
      const [query, document, relevance] = [content.query!, content.document!, content.relevance!];
      if (!documents.has(document)) documents.set(document, `${id}-document`);
      if (!queries.has(query)) queries.set(query, { id: `${id}-query`, slices, relevant: {} });
      if (relevance > 0) queries.get(query)!.relevant[documents.get(document)!] = relevance;
    }
    return [
      ...[...documents].map(([text, id]) => ({ id, kind: 'document', text })),
      ...[...queries].map(([text, { id, slices, relevant }]) => ({ id, kind: 'query', text, relevant, ...slices })),
    ];
  },
};

export const importableKinds: Readonly<Record<ImportableKind, ImportKind>> = {
  classification: labelled,
  'multi-label': sets,
  probe: drawn,
  knn: drawn,
  calibration: drawn,
  clustering: labelled,
  sts,
  'pair-classification': pairs,
  retrieval: judgements,
  'out-of-scope': scopes,
  robustness: twins,
  stability: changes,
  scope: scopesOfHead,
  contrast: contrasts,
  bias: groups,
};

export type ImportableKind = KnownKind['name'];

/** What a case of that kind may have besides. */
export function optionalRolesOf(kind: ImportableKind): Role[] {
  const { columns } = importableKinds[kind];
  const optional: Role[] = kind === 'retrieval' ? ['relevance', 'group', 'cluster'] : ['group', 'cluster'];
  return optional.filter((role) => !columns.includes(role));
}

/** It is not scored: a shown text, or a document. */
export const isShown = (item: ImportedCase) => item.split === 'train' || item.kind === 'document';

/** The two texts of a pair in either order are one question. */
function claimOfPair({ a, b }: { a: string; b: string }, answer: string): Claim {
  return { question: JSON.stringify([a, b].sort()), answer };
}

const sameness: Readonly<Record<string, 'same' | 'different'>> = { same: 'same', different: 'different', '1': 'same', '0': 'different' };

function samenessIn(row: RowReader): 'same' | 'different' {
  const written = normaliseText(row.name('label')).toLowerCase();
  const value = Object.hasOwn(sameness, written) ? sameness[written] : undefined;
  return value ?? row.refuse('label', `\`${written}\` is none of same, different, 1, 0`);
}
