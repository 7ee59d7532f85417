/**
 * The gate on a real stream: at every domain a naive update and the default one, each against the champion that the
 * default made, judged under the policy of `espalier init`. The naive one should be refused, with the right suites
 * named; the default accepted, without an override.
 *
 *   npm run bench:gate-stream -- --data DIR --stream NAME [--json]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EspalierError } from '../src/core/errors.js';
import { type Report, verdictOf } from '../src/gate/report.js';
import { runCommand } from './command.js';
import { readStream, type StreamTask } from './stream-data.js';

interface Row {
  readonly domain: string;
  readonly strategy: string;
  readonly verdict: string;
  /** Candidate minus champion on all earlier domains, points; null at the first. */
  readonly earlierDomains: number | null;
  readonly newDomain: number;
  /** Whole groups and suites that failed. */
  readonly failed: readonly string[];
  readonly seconds: number;
}

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, stream: { type: 'string' }, json: { type: 'boolean', default: false } },
});
if (!options.data || !options.stream)
  throw new EspalierError('USAGE', 'bench:gate-stream needs --data DIR and --stream NAME');
const root = await mkdtemp(join(tmpdir(), 'espalier-gate-'));
try {
  const rows = await play(await readStream(options.data, options.stream, 7));
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows)}\n`);
} finally {
  await rm(root, { recursive: true, force: true });
}

async function play(tasks: readonly StreamTask[]): Promise<Row[]> {
  await runCommand(root, ['init', root, '--adapter', 'bench']);
  await mkdir(join(root, 'data'));
  const rows: Row[] = [];
  for (const [index, task] of tasks.entries()) {
    const file = join(root, 'data', `${index}.jsonl`);
    await writeFile(file, [...task.train, ...task.validation].map((row) => `${JSON.stringify(row)}\n`).join(''));
    await runCommand(root, ['ingest', file, '--adapter', 'bench', '--domain', task.name]);
    for (const strategy of ['finetune', 'analytic']) {
      const { output, seconds } = await runCommand(root, ['update', 'bench', '--strategy', strategy, '--json']);
      const { candidateId, report } = JSON.parse(output) as { candidateId: number; report: Report };
      rows.push(rowOf({ domain: task.name, strategy, seconds }, report));
      const { verdict } = report;
      process.stderr.write(`${task.name}, ${strategy}: ${verdict}. ${report.sentence}\n`);
      const decision =
        strategy === 'finetune' ? ['reject'] : verdict === 'pass' ? ['approve'] : ['approve', '--override'];
      await runCommand(root, [
        'candidates',
        decision[0]!,
        String(candidateId),
        ...decision.slice(1),
        '--reason',
        'benchmark',
      ]);
    }
  }
  return rows;
}

function rowOf(of: Pick<Row, 'domain' | 'strategy' | 'seconds'>, { verdict, rows, domains }: Report): Row {
  const earlier = rows.find(({ suite }) => suite === 'holdout/earlier domains');
  const failed = rows.filter(({ findings }) => verdictOf(findings) === 'fail').map(({ suite }) => suite);
  const own = domains.find(({ domain }) => domain === of.domain)!;
  return {
    ...of,
    verdict,
    earlierDomains: earlier ? 100 * earlier.difference! : null,
    newDomain: 100 * own.candidate,
    failed,
  };
}

function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['domain', 'strategy', 'verdict', 'earlier', 'new %', 'failed', 's'],
    style: { head: [], border: [] },
  });
  for (const { domain, strategy, verdict, earlierDomains, newDomain, failed, seconds } of rows) {
    const earlier = earlierDomains === null ? '-' : earlierDomains.toFixed(1);
    const named =
      failed.length > 2 ? `${failed.slice(0, 2).join(', ')} and ${failed.length - 2} more` : failed.join(', ');
    table.push([domain, strategy, verdict, earlier, newDomain.toFixed(1), named, seconds.toFixed(1)]);
  }
  return table.toString();
}
