/**
 * Puts texts that the champion would not answer into the queue of unknown texts. A text is stored as an intake would
 * store it: cleaned and redacted.
 */
import { sameTextHash, textHash } from '../core/text.js';
import { hasWords } from '../encoder/ngrams.js';
import type { Redactor } from '../intake/redact.js';
import { type Principal, recordAct } from '../store/audit.js';
import { transact } from '../store/database.js';
import { addUnknown, findLabelsOfTwins, listUnknown, type NewUnknown } from '../store/unknown-texts.js';
import { type AskedChampion, askForScores } from './champion-asked.js';

export interface Queued {
  readonly task: string;
  /** Number of texts that were asked. */
  readonly texts: number;
  /** Number of distinct texts that the champion would not answer. */
  readonly unknown: number;
  /** Number of those that are new in the queue. */
  readonly added: number;
  /** Number of those that are examples of the task already, and were not added. */
  readonly known: number;
}

export interface QueueRequest {
  readonly task: string;
  readonly texts: readonly string[];
  readonly redactor: Redactor | undefined;
  readonly actor: Principal;
  readonly signal: AbortSignal;
  readonly now: Date;
}

/** Texts that are encoded together: bounds memory. */
const sliceSize = 2048;

export async function queueUnknown(champion: AskedChampion, request: QueueRequest): Promise<Queued> {
  const { store, adapter, version } = champion;
  const { task, texts, now, actor } = request;
  const unknown = new Map<string, NewUnknown & { twin: string }>();
  for (let start = 0; start < texts.length; start += sliceSize)
    for (const text of await unknownAmong(champion, request, texts.slice(start, start + sliceSize)))
      unknown.set(text.hash, text);
  const queue = { adapter, task };
  const labels = await findLabelsOfTwins(
    store.queries,
    queue,
    [...unknown.values()].map(({ twin }) => twin),
  );
  const wanted = [...unknown.values()].filter(({ twin }) => !labels.has(twin)).map(({ twin: _, ...text }) => text);
  const before = new Set((await listUnknown(store.queries, queue)).map(({ hash }) => hash));
  const added = wanted.filter(({ hash }) => !before.has(hash)).length;
  const at = now.toISOString();
  if (wanted.length > 0)
    await transact(store, async (transaction) => {
      await addUnknown(transaction, queue, wanted, { version, at });
      const subject = `${wanted.length} texts`;
      await recordAct(transaction, {
        ...{ at: now, principal: actor, act: 'queued', adapter, subject },
        detail: { task, version, added },
      });
    });
  return { task, texts: texts.length, unknown: unknown.size, added, known: unknown.size - wanted.length };
}

async function unknownAmong(
  champion: AskedChampion,
  { task, redactor, signal }: QueueRequest,
  texts: readonly string[],
): Promise<(NewUnknown & { twin: string })[]> {
  const vectors = await champion.encoder.encode(texts, { signal });
  const { answers, reasons } = await askForScores(champion, task, {
    rows: texts.map((text) => ({ text })),
    vectors,
  });
  return texts.flatMap((asked, row) => {
    const reason = reasons[row];
    // Nobody could name a text without words.
    if (reason === undefined || !hasWords(asked)) return [];
    const text = redactor ? redactor.text(asked) : asked;
    const { label, confidence } = answers[row]!;
    return [{ hash: textHash(text), twin: sameTextHash(text), text, reason, likeliest: label, score: confidence }];
  });
}
