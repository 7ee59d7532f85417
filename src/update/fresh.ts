/** Which training examples are new to an update, and which of them it must leave out. */
import { sameTextHash } from '../core/text.js';
import type { Encoder } from '../encoder/encoder.js';
import { collectEvalTexts } from '../evaluation/suites.js';
import type { Store } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { type LeftOutReason, listUnlearned } from '../store/learned.js';
import { readStandings, type StandingExample } from '../store/standings.js';
import { findUnreadable } from '../store/unreadable.js';
import { championOf, type Plan, type UpdateContext } from './context.js';

export interface Fresh {
  readonly fresh: readonly StandingExample[];
  readonly leftOut: ReadonlyMap<number, LeftOutReason>;
  /** Whether the example's text occurs in an eval suite. */
  readonly isLeaked: (example: Example) => boolean;
}

/** Ends "they are left out, since". */
export const whyLeftOut = 'a suite has their text, the encoder cannot read it, or they are quarantined';

type FreshContext = Pick<UpdateContext, 'store' | 'workspace' | 'encoder'>;

/** @param continues whether the champion's head is trained further; otherwise everything is new */
export async function chooseFresh(
  { store, workspace, encoder }: FreshContext,
  plan: Plan,
  continues: boolean,
): Promise<Fresh> {
  const candidates = await listUnlearnedOf(store, plan, continues);
  const standings = await standingsOf(store, plan);
  const evalTexts = await collectEvalTexts(workspace.suiteFolders);
  const isLeaked = (example: Example) => evalTexts.has(sameTextHash(example.text));
  const standing = standings.among(candidates);
  const readable = new Set(await keepReadable(store, encoder, standing));
  const leftOut = new Map<number, LeftOutReason>();
  for (const example of candidates) if (standings.of(example).quarantined) leftOut.set(example.id, 'quarantined');
  for (const example of standing) {
    if (isLeaked(example)) leftOut.set(example.id, 'leaked');
    else if (!readable.has(example)) leftOut.set(example.id, 'unreadable');
  }
  return { fresh: standing.filter(({ id }) => !leftOut.has(id)), leftOut, isLeaked };
}

/** What held of the examples when the update was planned, whatever has been changed since. */
export const standingsOf = ({ queries }: Store, { declaration, throughRevision = 0 }: PlannedMoment) =>
  readStandings(queries, declaration.name, throughRevision);

export type PlannedMoment = Pick<Plan, 'declaration' | 'throughRevision'>;

/**
 * Training examples of the declared tasks, in order of arrival: those that the champion has not learned or, if
 * `continues` is false, all. Quarantined ones are not among them.
 */
export async function listNew(store: Store, plan: Plan, continues: boolean): Promise<StandingExample[]> {
  return (await standingsOf(store, plan)).among(await listUnlearnedOf(store, plan, continues));
}

async function listUnlearnedOf(store: Store, plan: Plan, continues: boolean): Promise<Example[]> {
  const { declaration, throughExample: throughArrival } = plan;
  const tasks = declaration.tasks.map(({ name }) => name);
  const learnedBy = continues ? championOf(plan) : { adapter: declaration.name, version: null };
  return listUnlearned(store, { ...learnedBy, tasks, throughArrival });
}

/** Removes those that the encoder is known to fail on. */
export async function keepReadable<T extends Pick<Example, 'hash'>>(
  store: Store,
  { denseFingerprint }: Pick<Encoder, 'denseFingerprint'>,
  examples: readonly T[],
): Promise<T[]> {
  const unreadable = await findUnreadable(store.queries, denseFingerprint, [
    ...new Set(examples.map(({ hash }) => hash)),
  ]);
  return examples.filter(({ hash }) => !unreadable.has(hash));
}
