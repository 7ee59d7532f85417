/** What a version has learned is recorded, and folders and numbers of versions are never given twice. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at, copyOf, databaseOf, ingestWords, rowsOf, trainedDesk, withDatabase } from '../support/desk.js';
import { writeSuite } from '../support/suite.js';

/** Version 1 of billing is champion; shipping has arrived. */
let desk: string;
beforeAll(async () => {
  desk = await trainedDesk();
  await succeed(desk, [...ingestWords('shipping'), ...at(11)]);
});

const approve = (folder: string, id: number, hour: number) =>
  succeedJson<{ admitted: number }>(folder, [
    'candidates',
    'approve',
    `${id}`,
    '--override',
    '--reason',
    'ship',
    ...at(hour),
  ]);
const shippingIds = (folder: string) =>
  rowsOf<{ id: number }>(
    folder,
    "select id from examples where domain = 'shipping' and split = 'train' order by id",
  ).map(({ id }) => id);

/** A suite that has the texts of these examples. */
function suiteOf(folder: string, ids: readonly number[]): void {
  const texts = rowsOf<{ text: string }>(folder, `select text from examples where id in (${ids.join()}) order by id`);
  const cases = texts.map(({ text }, index) => ({ id: `${index}`, a: text, b: 'something else', score: index }));
  writeSuite(join(folder, 'evals'), { name: 'late', kind: 'sts', cases });
}

describe('examples that an eval suite has', () => {
  it('are neither learned nor taken into the buffer, and are learned once when the suite is gone', async () => {
    const folder = copyOf(desk);
    const ids = shippingIds(folder);
    const leaked = ids.slice(0, 3);
    suiteOf(folder, leaked);
    await succeed(folder, ['update', 'desk', ...at(12)]);
    expect((await approve(folder, 2, 13)).admitted).toBeGreaterThan(0);
    const offered = rowsOf<{ id: number }>(folder, 'select example_id as id from buffer').map(({ id }) => id);
    expect(offered.filter((id) => leaked.includes(id))).toEqual([]);
    expect(offered).toEqual(expect.arrayContaining(ids.slice(3)));
    const why = await succeedJson<{ state: null; reason: string }>(folder, ['buffer', 'why', `${leaked[0]}`]);
    expect(why).toMatchObject({ state: null, reason: 'version 2 has not learned it: an eval suite had its text' });

    const nothing = await espalier(folder, ['update', 'desk', ...at(14)]);
    expect([nothing.code, nothing.stderr]).toEqual([
      1,
      expect.stringMatching(/but for 3 that are left out.*\[NOTHING_TO_LEARN\]/),
    ]);

    rmSync(join(folder, 'evals', 'late'), { recursive: true });
    await succeed(folder, ['update', 'desk', '--strategy', 'replay', ...at(15)]);
    const mix = JSON.parse(
      rowsOf<{ mix: string }>(folder, "select outputs ->> '$.mix.replay' as mix from runs order by id desc limit 1")[0]!
        .mix,
    );
    expect(mix).toMatchObject({ fresh: 3, leakedIds: [] });
    expect(mix.replayedIds.filter((id: number) => leaked.includes(id))).toEqual([]);
    await approve(folder, 3, 16);
    const taken = rowsOf<{ id: number }>(folder, 'select example_id as id from buffer').map(({ id }) => id);
    expect(taken).toEqual(expect.arrayContaining(leaked));
  }, 60_000);
});

describe('an example that was changed in the database', () => {
  it.each([
    ['its label', "update examples set label = 'refund_status' where id = (select max(id) from examples)"],
    ['its text', "update examples set text = text || '!' where id = (select max(id) from examples)"],
    ['its side of the holdout', "update examples set split = 'train' where split = 'holdout'"],
  ])('stops an update before it begins: %s', async (_, statement) => {
    const folder = copyOf(desk);
    withDatabase(folder, (database) => database.exec(statement));
    const { code, stderr } = await espalier(folder, ['update', 'desk', ...at(12)]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/was changed outside of Espalier \[STORE_CORRUPT\]/)]);
    expect(existsSync(join(folder, 'adapters', 'desk', 'versions', '2'))).toBe(false);
  });
});

describe('folders of versions and the database disagree', () => {
  const versions = (folder: string) => join(folder, 'adapters', 'desk', 'versions');
  const bytesIn = (folder: string) =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
  const versionMade = async (folder: string) =>
    (await succeedJson<{ plan: { version: number } }>(folder, ['update', 'desk', ...at(14)])).plan.version;

  it('where a backup of the database knows less: the folder stays as it is, and the next number is taken', async () => {
    const folder = copyOf(desk);
    cpSync(databaseOf(folder), join(folder, 'backup.db'));
    await succeed(folder, ['update', 'desk', ...at(12)]);
    const before = bytesIn(join(versions(folder), '2'));
    for (const tail of ['', '-wal', '-shm']) rmSync(`${databaseOf(folder)}${tail}`, { force: true });
    cpSync(join(folder, 'backup.db'), databaseOf(folder));
    expect(await versionMade(folder)).toBe(3);
    expect(bytesIn(join(versions(folder), '2'))).toEqual(before);
  }, 30_000);

  it('where a folder is gone that the database knows: its number is not given again', async () => {
    const folder = copyOf(desk);
    await succeed(folder, ['update', 'desk', ...at(12)]);
    rmSync(join(versions(folder), '2'), { recursive: true });
    expect(await versionMade(folder)).toBe(3);
  }, 30_000);

  it('where somebody has put a folder of his own there: nothing in it is touched', async () => {
    const folder = copyOf(desk);
    mkdirSync(join(versions(folder), '7'));
    writeFileSync(join(versions(folder), '7', 'notes.txt'), 'mine');
    expect(await versionMade(folder)).toBe(8);
    expect(bytesIn(join(versions(folder), '7'))).toEqual({ 'notes.txt': Buffer.from('mine').toString('base64') });
  });

  it('where a whole version appears under the number of a run that is under way: the run ends, and nothing is overwritten', async () => {
    const folder = copyOf(desk);
    const killed = await espalier(folder, ['update', 'desk', ...at(12)], {
      preload: 'die-at.mjs',
      environment: { ESPALIER_TEST_DIE_AT: 'gate:after' },
    });
    expect(killed.signal).toBe('SIGKILL');
    cpSync(join(versions(folder), '1'), join(versions(folder), '2'), { recursive: true });
    const before = bytesIn(join(versions(folder), '2'));
    const { code, stderr } = await espalier(folder, ['update', 'desk', ...at(12)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[VERSION_EXISTS]')]);
    expect(bytesIn(join(versions(folder), '2'))).toEqual(before);
    expect(await versionMade(folder)).toBe(3);
  }, 30_000);

  it('where a file of a run is damaged between a kill and its resumption: it is not signed, and the next run makes it anew', async () => {
    const folder = copyOf(desk);
    await espalier(folder, ['update', 'desk', ...at(12)], {
      preload: 'die-at.mjs',
      environment: { ESPALIER_TEST_DIE_AT: 'gate:after' },
    });
    const state = join(folder, 'adapters', 'desk', 'runs', '2', 'analytic', 'state.safetensors');
    const bytes = readFileSync(state);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(state, bytes);
    const { code, stderr } = await espalier(folder, ['update', 'desk', ...at(12)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[ADAPTER_INVALID]')]);
    expect(rowsOf(folder, 'select id from candidates')).toHaveLength(1);
    expect(await versionMade(folder)).toBe(2);
  }, 30_000);
});
