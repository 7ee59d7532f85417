/**
 * Near-duplicates: texts a second that get their MinHash bands, an intake with and without the setting, and searches
 * over all stored examples, also where all of them fill in one template. `npm run bench:near-duplicates -- [lines]`;
 * with ESPALIER_TEST_DATABASE_URL on PostgreSQL.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MinHasher } from '../src/core/min-hash.js';
import { noProgress } from '../src/core/progress.js';
import { pickOne, seededRandom } from '../src/core/random.js';
import { shinglesOf } from '../src/core/shingles.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { type Workspace, workspaceAt } from '../src/declaration/workspace.js';
import { ingest } from '../src/intake/intake.js';
import { storedBanding } from '../src/intake/near-check.js';
import { createWorkspace } from '../src/library/create-workspace.js';
import { findConflicts } from '../src/library/near-conflicts.js';
import { findDuplicates } from '../src/library/near-duplicates.js';
import { openStore } from '../src/store/database.js';
import { headSettings } from '../src/training/heads.js';

const lines = Number(process.argv[2] ?? 100_000);
const server = process.env.ESPALIER_TEST_DATABASE_URL;
/** Words of two to four syllables; the first are drawn most often, as in any language (Zipf). */
const words = ((): string[] => {
  const random = seededRandom('near-duplicates', 'words');
  const syllables = Array.from('bcdfghjklmnprstvw', (consonant) =>
    Array.from('aeiou', (vowel) => consonant + vowel),
  ).flat();
  return Array.from({ length: 5000 }, () =>
    Array.from({ length: 2 + random.integer(3) }, () => pickOne(syllables, random)).join(''),
  );
})();

/** About ten words; every tenth text is an earlier one with another last word. */
const texts = ((): string[] => {
  const random = seededRandom('near-duplicates', 'texts');
  const draw = () => words[Math.floor(words.length ** random.uniform()) - 1]!;
  const drawn: string[] = [];
  for (let row = 0; row < lines; row++) {
    const isNear = row > 0 && row % 10 === 0;
    const phrase = isNear
      ? pickOne(drawn, random).replace(/ [a-z]+$/, '')
      : Array.from({ length: 7 + random.integer(7) }, draw).join(' ');
    drawn.push(`${phrase} ${draw()}`);
  }
  return drawn;
})();

/** Pairs of these have a similarity of about 0.7, below the threshold: every text is compared with many, and none is near. */
const filledIn = texts.map((_, row) => `order ${(row * 7_654_321) % 99_999_989} of my account is late`);

function* rowsOf(written: readonly string[]) {
  for (const [row, text] of written.entries()) yield `${JSON.stringify({ text, label: `label ${row % 50}` })}\n`;
}

interface Taken {
  readonly wall: number;
  /** Of this process, all its threads: what else the machine does counts little. */
  readonly processor: number;
}

/** In seconds. */
async function timeOf(work: () => unknown): Promise<Taken> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
}

const told = ({ wall, processor }: Taken) => `${processor.toFixed(1)} s of processor, ${wall.toFixed(1)} s`;

const declared = (setting: string) => `name: a\ntasks: [{ name: intent }]\n${setting}\n`;

async function takeIn(input: string, location: string, setting: string): Promise<string> {
  const store = await openStore(location);
  const report = await ingest(store, {
    declaration: parseDeclaration(declared(setting), 'adapter.yaml', headSettings),
    files: [{ path: input, name: 'rows.jsonl', format: 'jsonl' }],
    ...{ domain: 'd', source: 'file', fields: { text: 'text', label: 'label' }, evalTexts: new Map() },
    ...{
      rejectsFile: `${input}-${setting.length}.rejects`,
      now: new Date(0),
      actor: { name: 'bench', via: 'cli' },
      signal: new AbortController().signal,
      progress: () => undefined,
    },
  });
  await store.close();
  const { accepted, nearDuplicates } = report;
  return `${accepted} accepted, ${nearDuplicates ? nearDuplicates.skipped + nearDuplicates.linked : 0} near-duplicates`;
}

const settings = [
  ['off', ''],
  ['link', 'intake: { nearDuplicates: { action: link } }'],
  ['skip', 'intake: { nearDuplicates: { action: skip } }'],
] as const;

async function search(workspace: Workspace, location: string): Promise<void> {
  const store = await openStore(location);
  const site = { workspace, store, progress: noProgress, signal: new AbortController().signal };
  for (const [name, find] of [
    ['duplicates', findDuplicates],
    ['conflicts', findConflicts],
  ] as const) {
    let result = '';
    const time = await timeOf(async () => {
      const { found, examples } = await find(site, 'a', { limit: 20 });
      result = `${found} among ${examples}`;
    });
    console.log(`${name}: ${told(time)} (${result})`);
  }
  await store.close();
}

const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
try {
  for (const banding of [storedBanding, { bands: 16, rows: 8 }]) {
    const hasher = new MinHasher(banding);
    const { processor } = await timeOf(() => texts.forEach((text) => void hasher.bandsOf(shinglesOf(text))));
    console.log(
      `${banding.bands * banding.rows} permutations: ${Math.round(lines / processor)} texts a second of processor`,
    );
  }
  await createWorkspace(folder, { adapter: 'a', source: declared('') });
  const workspace = workspaceAt(folder, headSettings);
  for (const [name, written] of [
    ['random sentences', texts],
    ['one template', filledIn],
  ] as const) {
    console.log(name);
    const input = join(folder, `${name}.jsonl`);
    await pipeline(rowsOf(written), createWriteStream(input));
    for (const [action, setting] of settings) {
      const place = `${name} ${action}`.replaceAll(' ', '_');
      const location = server === undefined ? join(folder, `${place}.db`) : `${server}?schema=bench_${place}`;
      let result = '';
      const time = await timeOf(async () => {
        result = await takeIn(input, location, setting);
      });
      const size = server === undefined ? `, ${((await stat(location)).size / 1024 ** 2).toFixed(0)} MB` : '';
      console.log(`intake, ${action}: ${told(time)}${size} (${result})`);
      if (setting === '') await search(workspace, location);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
