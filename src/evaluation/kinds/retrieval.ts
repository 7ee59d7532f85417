/** Ranks documents by their cosine to a query; ties keep the order of the file. */
import { z } from 'zod';
import { normaliseText } from '../../core/text.js';
import { nearest } from '../algorithms/similarity.js';
import type { ImportedRow, ImportKind } from '../importing/import-row.js';
import {
  type Case,
  caseFields,
  contradictionAmong,
  describeCase,
  type Kind,
  type SuiteProblem,
  text,
} from '../kind.js';
import { ndcgAt10 } from '../metrics/means.js';
import { ndcg } from '../metrics/ndcg.js';
import { mean } from '../metrics.js';
import { vectorsOf } from '../shots.js';

export interface Document extends Case {
  readonly kind: 'document';
  readonly text: string;
}

export interface Query extends Case {
  readonly kind: 'query';
  readonly text: string;
  /** Id of a document -> its grade. */
  readonly relevant: Readonly<Record<string, number>>;
}

export type RetrievalCase = Document | Query;

/** Number of results of a query that are scored. */
const depth = 10;

/** The content read from a row. */
interface Judged {
  readonly query: string;
  readonly document: string;
  readonly relevance: number;
}

/**
 * Each row gives the relevance of a document to a query: each distinct text becomes one document or one query, named
 * after the first line that contains it.
 */
const judgements: ImportKind = {
  columns: ['query', 'document'],
  optional: ['relevance', 'group', 'cluster'],
  mayLack: [],
  isDrawn: false,
  unasked: 'documents',
  read(row) {
    const [query, document] = [row.text('query'), row.text('document')];
    const relevance = row.has('relevance') ? row.number('relevance') : 1;
    if (relevance < 0)
      row.refuse('relevance', `\`${relevance}\` is below 0, which says that the document does not answer`);
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
      const { query, document, relevance } = content as unknown as Judged;
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

export const retrieval: Kind<'retrieval', RetrievalCase> = {
  name: 'retrieval',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: ndcgAt10,
  schema: z.discriminatedUnion('kind', [
    z.strictObject({ ...caseFields, kind: z.literal('document'), text }),
    z.strictObject({ ...caseFields, kind: z.literal('query'), text, relevant: z.record(z.string(), z.number().gt(0)) }),
  ]),
  texts: (item) => [item.text],
  problemOf: (cases) => problemOfQueries(cases) ?? contradictoryQueries(cases),
  asked: (cases) => cases.filter(isQuery).map((item) => describeCase(item, { texts: [item.text] })),
  async score(cases, outputs) {
    const rows = cases.map((item, index) => ({ item, vector: outputs[index]!.adapted }));
    const documents = rows.filter(({ item }) => !isQuery(item));
    const asked = rows.flatMap(({ item, vector }) => (isQuery(item) ? [{ item, vector }] : []));
    const found = await nearest(vectorsOf(asked), vectorsOf(documents), depth);
    return asked.map(({ item }, at) => {
      const ranked = found[at]!.map(({ index }) => documents[index]!.item.id);
      const grades = ranked.map((id) => item.relevant[id] ?? 0);
      return { score: ndcg(grades, Object.values(item.relevant), depth), answer: ranked[0], confidence: null };
    });
  },
  chance: chanceOfRanking,
  importing: judgements,
  example: [
    { id: 'd1', kind: 'document', text: 'parcels are sent within two days' },
    { id: 'd2', kind: 'document', text: 'refunds take a week' },
    { id: 'q1', kind: 'query', text: 'when will it be sent', relevant: { d1: 1 } },
  ],
};

/**
 * At random, each document is equally likely at each rank: the expected gain of a rank is the mean grade over all
 * documents.
 */
function chanceOfRanking(cases: readonly RetrievalCase[]): number {
  const documents = cases.filter((item) => !isQuery(item)).length;
  const scores = cases.filter(isQuery).map(({ relevant }) => {
    const grades = Object.values(relevant);
    const expected = grades.reduce((sum, grade) => sum + grade, 0) / documents;
    return ndcg(new Array<number>(documents).fill(expected), grades, depth);
  });
  return mean(scores);
}

function isQuery(item: RetrievalCase): item is Query {
  return item.kind === 'query';
}

function problemOfQueries(cases: readonly RetrievalCase[]): SuiteProblem | undefined {
  const documents = new Set(cases.filter((item) => !isQuery(item)).map(({ id }) => id));
  if (!cases.some(isQuery)) return { what: 'there are no queries' };
  for (const [index, item] of cases.entries()) {
    if (!isQuery(item)) continue;
    const named = Object.keys(item.relevant);
    if (named.length === 0)
      return { what: `the query \`${item.id}\` names no relevant document`, index, field: 'relevant' };
    const lost = named.find((document) => !documents.has(document));
    if (lost !== undefined)
      return { what: `the query \`${item.id}\` names \`${lost}\`, which is no document`, index, field: 'relevant' };
  }
  return undefined;
}

function contradictoryQueries(cases: readonly RetrievalCase[]): SuiteProblem | undefined {
  return contradictionAmong(
    cases,
    (item) => (isQuery(item) ? normaliseText(item.text) : `document ${item.id}`),
    (item) => (isQuery(item) ? JSON.stringify(Object.entries(item.relevant).sort()) : ''),
    'relevant',
  );
}
