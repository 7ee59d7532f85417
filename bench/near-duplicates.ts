/**
 * Near-duplicates: texts a second that get their MinHash bands, an intake with and without the setting, and a search
 * over all stored examples. `npm run bench:near-duplicates -- [lines]`
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MinHasher } from '../src/core/min-hash.js';
import { pickOne, seededRandom } from '../src/core/random.js';
import { shinglesOf } from '../src/core/shingles.js';
import { parseDeclaration } from '../src/declaration/declaration.js';
import { ingest } from '../src/intake/intake.js';
import { storedBanding } from '../src/intake/near-check.js';
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

function* rows() {
  for (const [row, text] of texts.entries()) yield `${JSON.stringify({ text, label: `label ${row % 50}` })}\n`;
}

/** Seconds. */
async function timeOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function takeIn(input: string, location: string, setting: string): Promise<string> {
  const store = await openStore(location);
  const declared = `name: a\ntasks: [{ name: intent }]${setting}`;
  const report = await ingest(store, {
    declaration: parseDeclaration(declared, 'adapter.yaml', headSettings),
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
  '',
  '\nintake: { nearDuplicates: { action: link } }',
  '\nintake: { nearDuplicates: { action: skip } }',
];

const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
try {
  for (const banding of [storedBanding, { bands: 16, rows: 8 }]) {
    const hasher = new MinHasher(banding);
    const seconds = await timeOf(() => texts.forEach((text) => void hasher.bandsOf(shinglesOf(text))));
    console.log(`${banding.bands * banding.rows} permutations: ${Math.round(lines / seconds)} texts/s`);
  }
  const input = join(folder, 'rows.jsonl');
  await pipeline(rows(), createWriteStream(input));
  for (const round of [1, 2])
    for (const [place, setting] of settings.entries()) {
      const location =
        server === undefined ? join(folder, `${round}-${place}.db`) : `${server}?schema=bench_${round}_${place}`;
      let told = '';
      const seconds = await timeOf(async () => {
        told = await takeIn(input, location, setting);
      });
      const size = server === undefined ? `, ${((await stat(location)).size / 1024 ** 2).toFixed(0)} MB` : '';
      const name = setting.includes('link') ? 'link' : setting.includes('skip') ? 'skip' : 'off';
      console.log(`intake, ${name}: ${seconds.toFixed(1)} s${size} (${told})`);
    }
} finally {
  await rm(folder, { recursive: true, force: true });
}
