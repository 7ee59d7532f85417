/**
 * An erasure in a store of many examples and three versions: what each part of it takes, whether the candidate has the
 * sums of a version that had never learned what was erased, and whether any file still holds a text.
 * `npm run bench:erasure -- [examples] [erased]`; with ESPALIER_TEST_DATABASE_URL on PostgreSQL.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../src/core/hash.js';
import { pickOne, seededRandom } from '../src/core/random.js';
import { decodeSafetensors } from '../src/core/safetensors.js';
import { searchFiles } from '../src/erasure/search-files.js';
import type { AdapterHandle } from '../src/library/adapter-handle.js';
import type { ErasureReport } from '../src/library/erase.js';
import { openTestWorkspace, type TestWorkspace } from '../src/testing/testing.js';

const examples = Number(process.argv[2] ?? 100_000);
const erased = Number(process.argv[3] ?? 1000);
const labels = Array.from({ length: 50 }, (_, index) => `label ${index}`);

function rowsOf(batch: number, count: number) {
  const random = seededRandom('erasure', batch);
  const syllables = 'ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu'.split(
    ' ',
  );
  const word = () => Array.from({ length: 2 + random.integer(3) }, () => pickOne(syllables, random)).join('');
  return Array.from({ length: count }, (_, row) => ({
    text: `${word()} ${word()} ${word()} ${labels[row % labels.length]!} ${word()} ${batch}x${row}`,
    label: labels[row % labels.length]!,
    source: row < erased ? 'to be erased' : 'kept',
  }));
}

let began = performance.now();
function lap(what: string): void {
  const now = performance.now();
  process.stdout.write(`${what.padEnd(44)} ${((now - began) / 1000).toFixed(1).padStart(7)} s\n`);
  began = performance.now();
}

/** Three versions, of which the last has learned the examples that go. @param before what is done before it learns */
async function threeVersions(before: (triage: AdapterHandle) => Promise<unknown>): Promise<TestWorkspace> {
  const desk = await openTestWorkspace({
    declare: (source) => source.replace('width: 64', 'width: 1024').replace('examples: 100', 'examples: 2000'),
  });
  const triage = await desk.espalier.adapter();
  for (const batch of [1, 2, 3]) {
    const count = batch === 1 ? Math.ceil(examples / 5) : Math.ceil((2 * examples) / 5);
    const rows = rowsOf(batch, count).map((row) => (batch === 3 ? row : { ...row, source: 'kept' }));
    await triage.ingest(rows, { domain: `batch-${batch}`, sourceField: 'source' });
    lap(`ingest of batch ${batch}, ${count} rows`);
    if (batch === 3) await before(triage);
    const { candidateId } = await triage.update();
    await desk.espalier.candidates.approve(candidateId, { reason: 'a bench', override: true });
    lap(`update ${batch}, approved`);
  }
  return desk;
}

const of = { where: ['source=to be erased'] };
const reason = 'a bench';

async function sumsOf(desk: TestWorkspace, version: number): Promise<string> {
  const file = join(desk.folder, 'adapters', 'triage', 'versions', String(version), 'state.safetensors');
  const tensors = decodeSafetensors(await readFile(file), file);
  return sha256(
    Object.entries(tensors)
      .map(([name, { data }]) => `${name} ${sha256(Buffer.from(data.buffer, data.byteOffset, data.byteLength))}`)
      .sort()
      .join(),
  );
}

const desk = await threeVersions(async () => undefined);
const triage = await desk.espalier.adapter();
const going = (await triage.listExamples(of)).map(({ text }) => text);
const held = await searchFiles(desk.folder, going.slice(0, 100));
process.stdout.write(
  `\n${going.length} examples go; before, ${held.found.length} of ${held.files} files hold texts of theirs\n`,
);
began = performance.now();
let stage = '';
const report = (await triage.erase({
  ...{ of, reason },
  onProgress(event) {
    if (event.kind === 'begin') stage = event.stage;
    if (event.kind === 'end') lap(`  ${stage}`);
  },
})) as ErasureReport;
const { search, candidate } = report.certificate;
process.stdout.write(
  `searched ${search.texts} texts in ${search.files} files of ${(search.bytes / 1e6).toFixed(0)} MB: ${search.found.length} found\n`,
);
await desk.espalier.candidates.approve(candidate!.id, { reason, override: true });
began = performance.now();
const verified = await desk.espalier.verifyErasure(report.file);
lap(`verify: ${verified.holds ? 'everything holds' : 'NOT EVERYTHING HOLDS'}`);

process.stdout.write('\nthe same workspace, where they are quarantined before they are learned\n');
began = performance.now();
const other = await threeVersions((handle) => handle.buffer.curate({ act: 'quarantine', of, reason }));
const same = (await sumsOf(desk, candidate!.version)) === (await sumsOf(other, 3));
process.stdout.write(
  `sums of the candidate and of the version that never learned them: ${same ? 'equal, byte for byte' : 'NOT EQUAL'}\n`,
);
await desk.close();
await other.close();
