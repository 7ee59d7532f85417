/** Gives back what was taken in, in rows that `ingest` reads again. */
import { EspalierError } from '../core/errors.js';
import { readLabelSet } from '../core/label-sets.js';
import { multiLabelNames, taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { type Example, readExamples, type Split } from '../store/examples.js';
import type { Site } from './site.js';

export interface ExampleQuery {
  readonly task?: string | undefined;
  readonly domain?: string | undefined;
  readonly split?: Split | undefined;
}

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

/** In order of arrival; memory does not grow with their number. @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, INTERRUPTED */
export async function* exportExamples(
  { workspace, store, signal }: Pick<Site, 'workspace' | 'store' | 'signal'>,
  adapter: string,
  { task, domain, split }: ExampleQuery,
): AsyncGenerator<ExampleRow> {
  const declaration = await readDeclaration(workspace, adapter);
  const known = task === undefined ? undefined : taskNamed(declaration, task).name;
  const multiLabel = multiLabelNames(declaration.tasks);
  for await (const example of readExamples(store, { adapter, task: known, split, domain })) {
    if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped before example ${example.id}`);
    yield rowOf(example, multiLabel.has(example.task));
  }
}

function rowOf(
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
