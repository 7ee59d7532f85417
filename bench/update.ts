/**
 * Times `espalier update`, the real command, on the tasks of a stream one after another, and shows that the time of an
 * update does not depend on what was seen before.
 *
 *   npm run bench:update -- --data DIR --stream NAME [--json]
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { runCommand } from './command.js';
import { readStream, type StreamTask } from './stream-data.js';

interface UpdateRow {
  readonly stream: string;
  readonly seen: number;
  readonly fresh: number;
  readonly seconds: number;
  readonly peakRssMb: number;
}

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, stream: { type: 'string' }, json: { type: 'boolean', default: false } },
});
if (!options.data || !options.stream)
  throw new EspalierError('USAGE', 'bench:update needs --data DIR and --stream NAME');
const root = await mkdtemp(join(tmpdir(), 'espalier-update-'));
try {
  const rows = await playUpdates(await readStream(options.data, options.stream, 7), options.stream);
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);
} finally {
  await rm(root, { recursive: true, force: true });
}

async function playUpdates(tasks: readonly StreamTask[], stream: string): Promise<UpdateRow[]> {
  await runCommand(root, ['init', root, '--adapter', 'bench']);
  const declaration = join(root, 'adapters', 'bench', 'adapter.yaml');
  await writeFile(declaration, `${await readFile(declaration, 'utf8')}holdout:\n  fraction: 0.15\n`);
  await mkdir(join(root, 'data'));
  const rows: UpdateRow[] = [];
  let seen = 0;
  for (const [index, task] of tasks.entries()) {
    const file = join(root, 'data', `${index}.jsonl`);
    await writeFile(file, [...task.train, ...task.validation].map((row) => `${JSON.stringify(row)}\n`).join(''));
    await runCommand(root, ['ingest', file, '--adapter', 'bench', '--domain', task.name]);
    const { output, seconds, peakRssMb } = await runCommand(root, ['update', 'bench', '--json']);
    const { candidateId, plan } = JSON.parse(output) as { candidateId: number; plan: { version: number } };
    const manifest = JSON.parse(
      await readFile(join(root, 'adapters', 'bench', 'versions', String(plan.version), 'manifest.json'), 'utf8'),
    ) as {
      data: { fresh: number };
    };
    rows.push({ stream, seen, fresh: manifest.data.fresh, seconds, peakRssMb });
    process.stderr.write(
      `${task.name}: ${manifest.data.fresh} new, ${seen} seen before, ${seconds.toFixed(1)} s, ${peakRssMb.toFixed(0)} MB\n`,
    );
    seen += manifest.data.fresh;
    await runCommand(root, ['candidates', 'approve', String(candidateId), '--override', '--reason', 'benchmark']);
  }
  return rows;
}

function tableOf(rows: readonly UpdateRow[]): string {
  const table = new Table({ head: ['seen before', 'new', 'seconds', 'peak MB'], style: { head: [], border: [] } });
  for (const row of rows) table.push([row.seen, row.fresh, row.seconds.toFixed(1), row.peakRssMb.toFixed(0)]);
  return table.toString();
}
