/** Lists what was taken in, and the form of a row that is exported. */
import { readLabelSet } from '../core/label-sets.js';
import { readDeclaration } from '../declaration/workspace.js';
import { findMarks, type Marks, usualMarks } from '../store/curation.js';
import type { Example, Split } from '../store/examples.js';
import { cursorAt, type FoundExample, listMatching } from '../store/find-examples.js';
import { type ExampleQuery, filterOf, type PageQuery, requireLimit } from './example-query.js';
import type { Site } from './site.js';

export type { ExampleQuery, PageQuery } from './example-query.js';

export interface ExampleRow {
  readonly text: string;
  /** Absent in a multi-label task. */
  readonly label?: string;
  /** Of a multi-label task. */
  readonly labels?: readonly string[];
  readonly task: string;
  readonly domain: string;
  readonly source: string;
  readonly id: number;
  readonly received: string;
  readonly split: Split;
  readonly file: string;
  readonly line: number;
}

/** An example of a list, with its place in the buffer and what people decided of it. */
export type ListedExample = FoundExample & Marks;

/** In order of arrival. @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, EXAMPLE_NOT_FOUND, USAGE */
export async function listStored(
  { workspace, store }: Pick<Site, 'workspace' | 'store'>,
  adapter: string,
  { after, limit, ...query }: ExampleQuery & PageQuery,
): Promise<ListedExample[]> {
  requireLimit(limit);
  const filter = filterOf(await readDeclaration(workspace, adapter), query);
  const from = after === undefined ? undefined : await cursorAt(store, adapter, after);
  const found = await listMatching(store, adapter, filter, { after: from, limit });
  const marks = await findMarks(
    store.queries,
    found.map(({ id }) => id),
  );
  return found.map((example) => ({ ...example, ...(marks.get(example.id) ?? usualMarks) }));
}

/** @param isSet whether the answer is a label set */
export function exampleRowOf(
  { id, task, text, label, domain, source, receivedAt, split, provenance }: Example,
  isSet: boolean,
): ExampleRow {
  const answer = isSet ? { labels: readLabelSet(label) } : { label };
  return {
    text,
    ...answer,
    task,
    domain,
    source,
    id,
    received: receivedAt,
    split,
    file: provenance.file,
    line: provenance.line,
  };
}
