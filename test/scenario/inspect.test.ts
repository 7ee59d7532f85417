/** The store is seen with the real command: lists, counts, comparisons, exports and queries. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { BufferDiff } from '#espalier/library/buffer-diff.js';
import type { BufferStats } from '#espalier/library/buffer-stats.js';
import type { ExampleRow } from '#espalier/library/examples.js';
import type { ExportedRows } from '#espalier/library/export-rows.js';
import type { FoundExample } from '#espalier/store/find-examples.js';
import type { QueryResult } from '#espalier/store/read-only-query.js';
import { espalier, startEspalier, succeed, succeedJson } from '../support/command.js';
import {
  at,
  copyOf,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
  writeDesk,
} from '../support/desk.js';

/** Texts that must not run anything in a terminal, a page or a spreadsheet. */
const hostile = [
  '=HYPERLINK("http://example.org","click") refund',
  "'=1+1 is a text",
  '@sum(1) <script>alert(1)</script> "money back", please',
  'a \u001b[31mred\u001b[0m \u202e parcel',
  '-5 degrees; +49 30 1234',
];

async function filledDesk(): Promise<string> {
  const folder = await trainedDesk(deskDeclaration((source) => source.replace('examples: 40', 'examples: 12')));
  await succeed(folder, [...ingestWords('shipping'), ...at(11)]);
  await succeed(folder, ['update', 'desk', ...at(12)]);
  await succeed(folder, ['candidates', 'approve', '2', '--override', '--reason', 'a test', ...at(13)]);
  const rows = hostile.map((text) => JSON.stringify({ text, label: 'refund_status' })).join('\n');
  writeFileSync(join(folder, 'hostile.jsonl'), rows);
  await succeed(folder, [...ingestWords('hostile'), ...at(14)]);
  await succeed(folder, ['update', 'desk', ...at(15)]);
  return folder;
}

const desk = filledDesk();

const fails = async (words: readonly string[]) => {
  const { code, stderr } = await espalier(await desk, [...words]);
  return { code, stderr };
};

describe('lists', () => {
  it('page through what fits, and say how to continue', async () => {
    const folder = await desk;
    const all = await succeedJson<FoundExample[]>(folder, [
      'examples',
      'list',
      '--where',
      'domain=billing',
      '--limit',
      '500',
    ]);
    const { stdout, stderr } = await espalier(folder, [
      'examples',
      'list',
      '--domain',
      'billing',
      '--limit',
      '10',
      '--json',
    ]);
    const first = JSON.parse(stdout) as FoundExample[];
    expect(stderr).toBe(`There are more: continue with --after ${first[9]!.id}.\n`);
    const words = ['examples', 'list', '--domain', 'billing', '--limit', '500', '--after', String(first[9]!.id)];
    const later = await succeedJson<FoundExample[]>(folder, words);
    expect([...first, ...later].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('are of members, unless another state is asked for', async () => {
    const folder = await desk;
    const list = (...words: string[]) =>
      succeedJson<FoundExample[]>(folder, ['buffer', 'list', '--limit', '500', ...words]);
    const members = await list();
    expect(members).toHaveLength(12);
    expect(members.every(({ membership }) => membership?.state === 'member')).toBe(true);
    const never = await list('--state', 'never', '--domain', 'hostile');
    expect(never.map(({ membership }) => membership)).toEqual(hostile.map(() => null));
    expect(await list('--where', 'state=never', '--domain', 'hostile')).toEqual(never);
    expect(await list('--search', 'never-such-a-word')).toEqual([]);
  });

  it('show nothing of a text that could control the terminal', async () => {
    const shown = await succeed(await desk, ['examples', 'list', '--domain', 'hostile']);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(shown.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(shown).toContain('=HYPERLINK("http://example.org"');
    expect(await succeed(await desk, ['examples', 'list', '--label', 'none'])).toBe('No example fits.\n');
  });

  it.each([
    [['examples', 'list', '--limit', '0'], 'a --limit of 0 shows nothing'],
    [['examples', 'list', '--where', 'recieved=2026-01-01'], 'Did you mean `received`?'],
    [['examples', 'list', '--search', '!!'], 'the search has no word'],
    [['buffer', 'list', '--state', 'membre'], '--state is member, evicted, declined, never, not `membre`'],
    [['buffer', 'stats', '--by', 'labels'], '--by is task, label, domain, source, age, not `labels`'],
    [['examples', 'export', '--format', 'xml'], '--format is jsonl, csv, parquet, not `xml`'],
    [['buffer', 'sql', 'select 1', '--rows', '0'], '--rows is a whole number from 1'],
  ])('%j is refused as a wrong use', async (words, what) => {
    const { code, stderr } = await fails(words);
    expect(code).toBe(2);
    expect(stderr).toContain(what);
  });

  it('cannot continue after an example that is not there', async () => {
    const { code, stderr } = await fails(['examples', 'list', '--after', '9999']);
    expect([code, stderr.includes('desk has no example 9999 to continue after')]).toEqual([1, true]);
  });
});

describe('stats', () => {
  it.each(['task', 'label', 'domain', 'source', 'age'])('by %s add up to the whole', async (by) => {
    const stats = await succeedJson<BufferStats>(await desk, ['buffer', 'stats', '--by', by, ...at(16)]);
    const sum = (key: 'members' | 'stored' | 'heldOut' | 'declined' | 'evicted') =>
      stats.groups.reduce((total, group) => total + group[key], 0);
    const folder = await desk;
    const [counted] = rowsOf(folder, "select count(*) as stored, sum(split = 'holdout') as heldOut from examples");
    expect({ stored: sum('stored'), heldOut: sum('heldOut') }).toEqual(counted);
    const [offered] = rowsOf(
      folder,
      "select sum(state = 'evicted') as evicted, sum(state = 'declined') as declined from buffer",
    );
    expect({ evicted: sum('evicted'), declined: sum('declined') }).toEqual(offered);
    expect([stats.members, sum('members'), stats.by, stats.cells]).toEqual([12, 12, by, []]);
  });

  it('by age go by the days since the example was received', async () => {
    const words = ['buffer', 'stats', '--by', 'age', '--json'];
    const spans = async (time: string) =>
      (JSON.parse(await succeed(await desk, [...words, '--at', time])) as BufferStats).groups.map(({ name }) => name);
    expect(await spans('2026-11-30T23:00:00Z')).toEqual(['up to 6 days']);
    expect(await spans('2026-12-01T00:00:00Z')).toEqual(['7 to 29 days']);
    expect(await spans('2027-11-24T00:00:00Z')).toEqual(['a year or more']);
  });

  it('of an adapter without examples say so', async () => {
    const folder = writeDesk();
    expect(await succeed(folder, ['buffer', 'stats', '--by', 'label'])).toContain('Nothing yet');
    expect(await succeed(folder, ['buffer', 'list'])).toBe('No example fits.\n');
    expect(await succeed(folder, ['buffer', 'export'])).toBe('');
    expect(await succeed(folder, ['examples', 'export', '--format', 'csv'])).toMatch(/^text,label,task,[^\n]*\n$/);
  });
});

describe('a comparison of two buffers', () => {
  it('is exact where the hash of the members confirms it', async () => {
    const folder = await desk;
    const diff = await succeedJson<BufferDiff>(folder, ['buffer', 'diff', '2', '3']);
    expect(diff).toMatchObject({ in: 6, out: 6, from: { members: 12, exact: true }, to: { members: 12, exact: true } });
    expect(diff.acts).toMatchObject([{ act: 'approve', actor: 'ann', subject: 'candidate 2' }]);
    const members = rowsOf<{ id: number }>(
      folder,
      "select example_id as id from buffer where state = 'member' order by 1",
    );
    const came = diff.changes.filter(({ change }) => change === 'in').map(({ id }) => id);
    expect(members.map(({ id }) => id)).toEqual(expect.arrayContaining(came));
    expect(diff.changes.every(({ reason }) => /^(admitted|evicted): /.test(reason!))).toBe(true);
    const back = await succeedJson<BufferDiff>(folder, ['buffer', 'diff', '3', '2']);
    expect([back.in, back.out]).toEqual([6, 6]);
    const first = await succeedJson<BufferDiff>(folder, ['buffer', 'diff', '1', '2']);
    expect(first).toMatchObject({ in: 12, out: 0, from: { members: 0, exact: true }, to: { exact: true } });
  });

  it('says "about" where a later change has replaced what is known', async () => {
    const folder = copyOf(await desk);
    await succeed(folder, ['buffer', 'reselect', '--policy', 'herding', '--reason', 'a test', ...at(16)]);
    await succeed(folder, ['buffer', 'reselect', '--reason', 'a test', ...at(17)]);
    const known = await succeedJson<BufferDiff>(folder, ['buffer', 'diff', '2', '3']);
    expect([known.from.exact, known.to.exact]).toEqual([true, true]);
    // As an earlier Espalier left it for strategies that replay nothing: then only the rows of the buffer tell.
    withDatabase(folder, (database) =>
      database.exec(
        `UPDATE runs SET outputs = replace(replace(outputs, '"replayedIds"', '"others"'), '"memberIds"', '"more"')`,
      ),
    );
    const diff = await succeedJson<BufferDiff>(folder, ['buffer', 'diff', '2', '3']);
    expect(diff.to.exact).toBe(false);
    expect(await succeed(folder, ['buffer', 'diff', '2', '3'])).toMatch(
      /run 3, \S+: about \d+ members[\s\S]*The store keeps only/,
    );
  });

  it('knows no run of that number', async () => {
    const { code, stderr } = await fails(['buffer', 'diff', '1', '99']);
    expect([code, stderr.includes('[RUN_NOT_FOUND]')]).toEqual([1, true]);
  });
});

describe('an export', () => {
  const texts = (rows: readonly Pick<ExampleRow, 'text'>[]) => rows.map(({ text }) => text);
  const stored = async () =>
    texts(await succeedJson<FoundExample[]>(await desk, ['examples', 'list', '--domain', 'hostile']));

  it.each(['jsonl', 'csv', 'parquet'])('as %s is taken in again as it was', async (format) => {
    const folder = await desk;
    const file = join(folder, 'exports', `hostile.${format}`);
    const words = ['examples', 'export', '--domain', 'hostile', '--output', file, '--json'];
    const written = JSON.parse(await succeed(folder, words)) as ExportedRows;
    expect(written).toEqual({ file, format, rows: 5, bytes: readFileSync(file).length });
    const other = writeDesk();
    await succeed(other, ['ingest', file, '--adapter', 'desk', '--domain', 'again', ...at(8)]);
    expect(texts(await succeedJson<FoundExample[]>(other, ['examples', 'list']))).toEqual(await stored());
  });

  it('as CSV has no cell that a spreadsheet runs', async () => {
    const csv = await succeed(await desk, ['examples', 'export', '--domain', 'hostile', '--format', 'csv']);
    const cells = csv.split(/\r\n/).flatMap((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
    expect(cells.length).toBeGreaterThan(50);
    expect(cells.filter((cell) => /^"?[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  it('of a file of another program leaves apostrophes alone', async () => {
    const folder = writeDesk();
    writeFileSync(join(folder, 'rows.csv'), "text,label\n'=1 stays,refund_status\n");
    await succeed(folder, ['ingest', 'rows.csv', '--adapter', 'desk', '--domain', 'd', ...at(8)]);
    expect(texts(await succeedJson<FoundExample[]>(folder, ['examples', 'list']))).toEqual(["'=1 stays"]);
  });

  it('of the buffer has states and reasons, and a type for each column', async () => {
    const folder = await desk;
    const file = join(folder, 'exports', 'buffer.parquet');
    mkdirSync(join(folder, 'exports'), { recursive: true });
    expect(await succeed(folder, ['buffer', 'export', '--output', file])).toMatch(/^12 rows, .* KB: /);
    const bytes = readFileSync(file);
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    });
    expect(rows).toHaveLength(12);
    expect(rows[0]).toMatchObject({ id: expect.any(BigInt), line: expect.any(BigInt), state: 'member' });
    expect(rows[0]!.reason).toMatch(/^admitted: /);
  });
});

describe('a query in SQL', () => {
  it('is answered as a table and as JSON, and says where there is more', async () => {
    const folder = await desk;
    const query = 'select id, domain from examples order by id';
    const { stdout, stderr } = await espalier(folder, ['buffer', 'sql', query, '--rows', '2', '--json']);
    expect(JSON.parse(stdout) as QueryResult).toEqual({
      columns: ['id', 'domain'],
      rows: [
        [1, 'billing'],
        [2, 'billing'],
      ],
      truncated: true,
    });
    expect(stderr).toBe('There are more rows: 2 are shown.\n');
    expect(await succeed(folder, ['buffer', 'sql', query, '--rows', '1'])).toMatch(
      /^ id {2}domain\n {2}1 {2}billing\n/,
    );
    expect(await succeed(folder, ['buffer', 'sql', 'select * from examples limit 1'])).toMatch(
      /^ id +1\n adapter +desk\n/,
    );
    expect(await succeed(folder, ['buffer', 'sql', 'select 1 where 0'])).toBe('No row.\n');
  });

  it('shows nothing that could control the terminal', async () => {
    const shown = await succeed(await desk, [
      'buffer',
      'sql',
      'select char(27) || \'[31m\' || char(8238) as "a\u001b[2Jb"',
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(shown).not.toMatch(/[\u001b\u202e]/);
  });

  it('that runs for ever ends also where the command was killed', async () => {
    const endless = 'with recursive a(x) as (select 1 union all select x + 1 from a) select count(*) from a';
    const running = startEspalier(await desk, ['buffer', 'sql', endless, '--seconds', '3']);
    const children = () => readFileSync(`/proc/${running.process.pid}/task/${running.process.pid}/children`, 'utf8');
    await expect.poll(children, { timeout: 20_000 }).toMatch(/\d/);
    const child = Number(children().trim().split(' ')[0]);
    running.process.kill('SIGKILL');
    await running.outcome;
    await expect.poll(() => existsSync(`/proc/${child}`), { timeout: 30_000 }).toBe(false);
  });

  it.each([
    ['delete from examples', 'SQL_WRITES'],
    ['selec 1', 'SQL_INVALID'],
    ['with recursive a(x) as (select 1 union all select x + 1 from a) select count(*) from a', 'SQL_TOO_SLOW'],
  ])('%j fails as %s', async (query, error) => {
    const { code, stderr } = await fails(['buffer', 'sql', query, '--seconds', '1']);
    expect(code).toBe(1);
    expect(stderr).toContain(`[${error}]`);
  });
});
