/**
 * Every text, blob and real column of the store, changed by one character: an approval over it is refused with a typed
 * error, or is the same.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { EspalierError } from '#espalier/core/errors.js';
import { approveCandidate } from '#espalier/decisions/decide.js';
import { readDeclaration, workspaceAt } from '#espalier/declaration/workspace.js';
import { openStore, type Store } from '#espalier/store/database.js';
import { headSettings } from '#espalier/training/heads.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { succeed } from '../support/command.js';
import { at, copyOf, ingestWords, rowsOf, trainedDesk, withDatabase } from '../support/desk.js';

/** Candidate 2 waits. */
let waiting: string;
beforeAll(async () => {
  waiting = await trainedDesk();
  await succeed(waiting, [...ingestWords('shipping'), ...at(11)]);
  await succeed(waiting, ['update', 'desk', ...at(12)]);
}, 120_000);

async function withStore<T>(folder: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(workspaceAt(folder, headSettings).database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const decisive = {
  champion: 'select champion_version from adapters',
  members: 'select example_id, state from buffer order by example_id',
  verdicts: 'select version, verdict, champion_version from candidates where id = 2',
};
const decisiveIn = (folder: string) => Object.values(decisive).map((query) => rowsOf(folder, query));

/** Approves candidate 2: what serves then, and what may be replayed. */
async function approve(folder: string): Promise<unknown> {
  const workspace = workspaceAt(folder, headSettings);
  const declaration = await readDeclaration(workspace, 'desk');
  const approval = {
    candidateId: 2,
    actor: { name: 'ann', via: 'cli' },
    reason: 'x',
    at: new Date('2026-11-24T13:00:00Z'),
    on: 'override',
  } as const;
  await withStore(folder, (store) =>
    approveCandidate({ store, versions: versionsOf(workspace) }, declaration, approval),
  );
  return decisiveIn(folder);
}

const tables = [
  ['adapters', 'true'],
  ['answer_forms', 'true'],
  ['buffer', "state = 'member'"],
  ['candidates', 'id = 1'],
  ['candidates', 'id = 2'],
  ['contenders', 'run_id = 1'],
  ['contenders', 'run_id = 2'],
  ['decisions', 'true'],
  ['domain_accuracies', 'true'],
  ['embeddings', 'hash = (select hash from examples where id = 150)'],
  ['eval_results', "run_id = 1 and suite = 'holdout/billing'"],
  ['eval_results', "run_id = 2 and suite = 'holdout/billing'"],
  ['eval_suites', "run_id = 1 and suite = 'holdout/billing'"],
  ['eval_suites', "run_id = 2 and suite = 'holdout/billing'"],
  ['examples', "id > 102 and split = 'train'"],
  ['examples', "split = 'holdout'"],
  ['examples', "id in (select example_id from buffer where state = 'member')"],
  ['learned', 'version = 1'],
  ['learned', 'version = 2'],
  ['runs', 'id = 1'],
  ['runs', 'id = 2'],
  ['strata', 'true'],
] as const;

interface Change {
  readonly table: string;
  readonly column: string;
  readonly where: string;
}

/**
 * By one character or one byte in the middle; a number by a little.
 * @returns whether there is such a row, and the database takes the change
 */
function change(folder: string, { table, column, where }: Change): boolean {
  return withDatabase(folder, (database) => {
    const row = database
      .prepare(
        `select rowid as number, "${column}" as value from "${table}" where (${where}) and "${column}" is not null order by rowid limit 1`,
      )
      .get() as { number: number; value: string | number | Buffer } | undefined;
    if (!row) return false;
    try {
      database.pragma('foreign_keys = off');
      database.prepare(`update "${table}" set "${column}" = ? where rowid = ?`).run(mutated(row.value), row.number);
      return true;
    } catch (thrown) {
      // A CHECK of the table.
      expect(String((thrown as { code?: string }).code)).toMatch(/^SQLITE_CONSTRAINT/);
      return false;
    }
  });
}

function mutated(value: string | number | Buffer): string | number | Buffer {
  if (typeof value === 'number') return value + 0.125;
  if (typeof value === 'string') {
    const middle = Math.floor(value.length / 2);
    return value.length === 0
      ? 'x'
      : value.slice(0, middle) + (value[middle] === 'x' ? 'y' : 'x') + value.slice(middle + 1);
  }
  const bytes = Buffer.from(value);
  bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
  return bytes;
}

function columnsOf(table: string): string[] {
  return rowsOf<{ name: string; type: string }>(
    waiting,
    `select name, type from pragma_table_info('${table}')`,
  ).flatMap(({ name, type }) => (['TEXT', 'BLOB', 'REAL'].includes(type) ? [name] : []));
}

/** "refused CODE", "the same", or "changed". Anything that is no typed error fails. */
async function outcomeOf(
  folder: string,
  work: (folder: string) => Promise<unknown>,
  undisturbed: unknown,
): Promise<string> {
  try {
    const outcome = await work(folder);
    return JSON.stringify(outcome) === JSON.stringify(undisturbed) ? 'the same' : 'changed';
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    return `refused ${thrown.code}`;
  }
}

/**
 * A row that names another adapter or task is a row of nobody: nothing that reads this adapter's rows comes upon it.
 */
const rowsOfNobody = ['buffer.adapter', 'examples.adapter', 'examples.task'];

describe('an update that is approved over a changed row', () => {
  let undisturbed: unknown;
  beforeAll(async () => {
    undisturbed = await approve(copyOf(waiting));
  });

  it.each(tables)(
    'of %s where %s is refused with a typed error, or is the same',
    async (table, where) => {
      const found: string[] = [];
      for (const column of columnsOf(table)) {
        const folder = copyOf(waiting);
        if (!change(folder, { table, column, where })) continue;
        if ((await outcomeOf(folder, approve, undisturbed)) === 'changed') found.push(`${table}.${column}`);
      }
      expect(found.filter((name) => !rowsOfNobody.includes(name))).toEqual([]);
    },
    120_000,
  );
});
