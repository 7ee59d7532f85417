/** The history of an example: what people decided of it, each change of it, and the versions that learned it. */
import { findMarks, type Marks, usualMarks } from '../store/curation.js';
import { type Edit, findEdit } from '../store/edits.js';
import type { Example } from '../store/example.js';
import { type LeftOutReason, listShown, type ShownExample } from '../store/learned.js';
import { readNearLinks } from '../store/near-duplicates.js';
import { listRevisionsOfExample, type Revision, type Standing } from '../store/revisions.js';
import { Standings } from '../store/standings.js';
import type { Queries } from '../store/store.js';

/** One change of an example, and the edit that made it. */
export interface ExampleRevision extends Pick<Edit, 'act' | 'summary' | 'reason' | 'actor' | 'at' | 'undoneBy'> {
  readonly revision: number;
  readonly edit: number;
  /** The fields that changed: both have the same keys. */
  readonly before: Partial<Standing>;
  readonly after: Partial<Standing>;
}

/** What a version made of an example that it was shown. */
export interface LearnedAs {
  readonly version: number;
  /** Null: it learned the example. */
  readonly leftOut: LeftOutReason | null;
  /** The label and the weight that held when the version was trained. */
  readonly label: string;
  readonly weight: number;
}

export interface ExampleHistory extends Marks {
  /** The earlier example that intake found it to resemble, with their similarity from 0 to 1. */
  readonly nearDuplicateOf: { readonly id: number; readonly similarity: number } | null;
  /** Oldest first. */
  readonly revisions: readonly ExampleRevision[];
  /** In ascending order of version; those that were never shown the example are not listed. */
  readonly learnedBy: readonly LearnedAs[];
}

/** @throws STORE_CORRUPT */
export async function readExampleHistory(queries: Queries, adapter: string, example: Example): Promise<ExampleHistory> {
  const marks = (await findMarks(queries, [example.id])).get(example.id) ?? usualMarks;
  const link = (await readNearLinks(queries, [example.id])).get(example.id);
  const revisions = await listRevisionsOfExample(queries, example.id);
  const edits = await findEdits(queries, adapter, revisions);
  const shown = await listShown(queries, adapter, example);
  return {
    ...marks,
    nearDuplicateOf: link ? { id: link.nearId, similarity: link.similarity } : null,
    revisions: revisions.map((revision) => revisionOf(revision, edits.get(revision.editId)!)),
    learnedBy: shown.map((version) => learnedAs(version, example, { marks, revisions })),
  };
}

async function findEdits(
  queries: Queries,
  adapter: string,
  revisions: readonly Revision[],
): Promise<ReadonlyMap<number, Edit>> {
  const edits = new Map<number, Edit>();
  for (const id of new Set(revisions.map(({ editId }) => editId))) {
    const edit = await findEdit(queries, adapter, id);
    if (edit) edits.set(id, edit);
  }
  return edits;
}

function revisionOf({ number, editId, before, after }: Revision, edit: Edit): ExampleRevision {
  const { act, summary, reason, actor, at, undoneBy } = edit;
  return { revision: number, edit: editId, act, summary, reason, actor, at, undoneBy, before, after };
}

function learnedAs(
  { version, throughRevision, leftOut }: ShownExample,
  example: Example,
  { marks, revisions }: { readonly marks: Marks; readonly revisions: readonly Revision[] },
): LearnedAs {
  const later = revisions.filter(({ number }) => number > throughRevision);
  const { label, weight } = new Standings(new Map([[example.id, marks]]), later).of(example);
  return { version, leftOut, label, weight };
}
