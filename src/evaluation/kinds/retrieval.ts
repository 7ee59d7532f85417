/** Documents are ranked by their cosine to a query; of equals the one that stands first in the file. */
import { z } from 'zod';
import { normaliseText } from '../../core/text.js';
import { type Case, caseFields, contradictionAmong, describeCase, type Kind, type Lack, text } from '../kind.js';
import { ndcgAt10 } from '../metrics/means.js';
import { ndcg } from '../metrics/ndcg.js';
import { vectorsOf } from '../shots.js';
import { nearest } from '../similarity.js';

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

/** Results of a query that count. */
export const depth = 10;

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
  lackOf: (cases) => lackOfQueries(cases) ?? contradictoryQueries(cases),
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
};

function isQuery(item: RetrievalCase): item is Query {
  return item.kind === 'query';
}

function lackOfQueries(cases: readonly RetrievalCase[]): Lack | undefined {
  const documents = new Set(cases.filter((item) => !isQuery(item)).map(({ id }) => id));
  if (!cases.some(isQuery)) return { what: 'there are no queries' };
  for (const [index, item] of cases.entries()) {
    if (!isQuery(item)) continue;
    const named = Object.keys(item.relevant);
    if (named.length === 0) return { what: `the query \`${item.id}\` names no relevant document`, index, field: 'relevant' };
    const lost = named.find((document) => !documents.has(document));
    if (lost !== undefined) return { what: `the query \`${item.id}\` names \`${lost}\`, which is no document`, index, field: 'relevant' };
  }
  return undefined;
}

function contradictoryQueries(cases: readonly RetrievalCase[]): Lack | undefined {
  return contradictionAmong(
    cases,
    (item) => (isQuery(item) ? normaliseText(item.text) : `document ${item.id}`),
    (item) => (isQuery(item) ? JSON.stringify(Object.entries(item.relevant).sort()) : ''),
    'relevant',
  );
}
