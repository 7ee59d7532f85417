/**
 * Whether the gate sees damage: twelve damaged candidates of every kind of head, and undamaged twins, under the policy
 * of `espalier init`.
 *
 *   npm run bench:damage -- [--data DIR --stream NAME] [--domains 3] [--labels 24] [--held 300] [--heads ridge,linear]
 *   [--seeds 10] [--only prior] [--json]
 *
 * Without --data on the shipped sample data. Each head learns all domains but the last, then the last; its champion is
 * damaged in each way, once a seed.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { noProgress } from '../src/core/progress.js';
import { defaultCacheFolder, packageRoot, readDeclaration, workspaceAt } from '../src/declaration/workspace.js';
import { defaultPooling } from '../src/encoder/declaration.js';
import { openEncoder } from '../src/encoder/encoder.js';
import { damages, undamaged } from '../src/evaluation/damage.js';
import { lastArrival } from '../src/store/arrivals.js';
import type { Verdict } from '../src/store/candidates.js';
import { openStore } from '../src/store/database.js';
import { type DamagedCandidate, olderVersion, runCampaign } from '../src/study/damage-campaign.js';
import { headSettings } from '../src/training/heads.js';
import type { Plan } from '../src/update/context.js';
import { versionsOf } from '../src/versions/folder-versions.js';
import { ownThread } from '../src/work/task.js';
import { runCommand } from './command.js';
import { type LabelledText, readStream } from './stream-data.js';

export interface DamageRow {
  readonly damage: string;
  readonly head: string;
  /** Held-out cases of what the champion had been shown. */
  readonly n: number;
  /** Candidates by verdict. */
  readonly refused: number;
  readonly inconclusive: number;
  readonly passed: number;
  /** What most often stood first among the lines that did not pass; empty where nothing did. */
  readonly line: string;
}

/** The kind of head, and what trains it. */
const trainers: Readonly<Record<string, string>> = {
  ridge: 'strategy: analytic',
  slda: 'strategy: slda',
  linear: 'strategy: joint\ntraining: { head: linear }',
  cosine: 'strategy: joint\ntraining: { head: cosine }',
  bottleneck: 'strategy: joint\ntraining: { head: bottleneck }',
  progressive: 'strategy: progressive',
};

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    stream: { type: 'string', default: 'clinc150-domains10' },
    domains: { type: 'string', default: '3' },
    labels: { type: 'string', default: '24' },
    held: { type: 'string', default: '300' },
    heads: { type: 'string', default: Object.keys(trainers).join(',') },
    seeds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

interface Part {
  readonly name: string;
  readonly rows: readonly LabelledText[];
}

/**
 * Of each domain as many labels, and of each label as many rows, as make the held-out set that was asked for at one row
 * in three.
 */
async function readParts(): Promise<Part[]> {
  const all = options.data ? await streamParts(options.data) : await sampleParts();
  const parts = all.slice(0, Number(options.domains));
  const labelsEach = Math.ceil(Number(options.labels) / parts.length);
  const rowsEach = Math.ceil((Number(options.held) / (labelsEach * parts.length)) * 3);
  return parts.map(({ name, rows }) => {
    const labels = [...new Set(rows.map(({ label }) => label))].slice(0, labelsEach);
    return { name, rows: labels.flatMap((label) => rows.filter((row) => row.label === label).slice(0, rowsEach)) };
  });
}

async function streamParts(folder: string): Promise<Part[]> {
  return (await readStream(folder, options.stream, 7)).map(({ name, train }) => ({ name, rows: train }));
}

async function sampleParts(): Promise<Part[]> {
  const folder = join(packageRoot, 'adapters', 'support-triage', 'data');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort();
  const parse = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as LabelledText);
  return Promise.all(
    files.map(async (file) => ({ name: file.slice(2, -6), rows: parse(await readFile(join(folder, file), 'utf8')) })),
  );
}

/** A workspace as `espalier init` makes it, with a champion that learned all domains in two updates. */
async function prepare(root: string, head: string, parts: readonly Part[]): Promise<void> {
  await runCommand(root, ['init', root, '--adapter', 'bench']);
  const file = join(root, 'adapters', 'bench', 'adapter.yaml');
  const source = await readFile(file, 'utf8');
  await writeFile(file, source.replace(/^strategy: analytic.*$/m, `${trainers[head]!}\nholdout: { fraction: 0.3333 }`));
  await mkdir(join(root, 'data'));
  const steps = [parts.slice(0, -1), parts.slice(-1)];
  for (const [index, step] of steps.entries()) {
    for (const { name, rows } of step) {
      const data = join(root, 'data', `${name.replaceAll(/\W/g, '-')}.jsonl`);
      await writeFile(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      await runCommand(root, ['ingest', data, '--adapter', 'bench', '--domain', name]);
    }
    const { output } = await runCommand(root, ['update', 'bench', '--json']);
    const { candidateId } = JSON.parse(output) as { candidateId: number };
    await runCommand(root, [
      'candidates',
      'approve',
      String(candidateId),
      '--override',
      '--reason',
      `step ${index + 1}`,
    ]);
  }
}

async function campaign(head: string, parts: readonly Part[]): Promise<DamageRow[]> {
  const root = await mkdtemp(join(tmpdir(), 'espalier-damage-'));
  try {
    await prepare(root, head, parts);
    const workspace = workspaceAt(root, headSettings);
    const declaration = await readDeclaration(workspace, 'bench');
    const store = await openStore(workspace.database);
    const model = {
      ...declaration.encoder,
      pooling: declaration.encoder.pooling ?? defaultPooling(declaration.encoder.model),
    };
    const encoder = await openEncoder(model, { cacheFolder: defaultCacheFolder(process.env), baseFolder: root });
    try {
      const throughExample = await lastArrival(store.queries, 'bench');
      const plan: Plan = {
        ...{
          declaration,
          field: ['damage'],
          version: 3,
          parentVersion: 2,
          afterExample: throughExample,
          throughExample,
        },
        ...{ encoderFingerprint: encoder.fingerprint, at: '2026-11-28T00:00:00.000Z' },
      };
      const progress = noProgress;
      const signal = new AbortController().signal;
      const context = { workspace, store, versions: versionsOf(workspace), encoder, progress, signal, work: ownThread };
      const seeds = Array.from({ length: Number(options.seeds) }, (_, index) => index);
      const played = await runCampaign(context, {
        plan,
        damages: [...damages, undamaged].filter(({ name }) => name.includes(options.only)),
        seeds,
        older: 1,
      });
      return rowsOf(head, played);
    } finally {
      await encoder.close();
      await store.close();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function rowsOf(head: string, played: readonly DamagedCandidate[]): DamageRow[] {
  const names = [...damages.map(({ name }) => name), olderVersion, undamaged.name];
  return names.flatMap((damage) => {
    const own = played.filter((one) => one.damage === damage);
    if (own.length === 0) return [];
    const count = (verdict: Verdict) => own.filter(({ report }) => report.verdict === verdict).length;
    const n = own[0]!.report.domains.reduce((sum, { cases }) => sum + cases, 0);
    return [
      {
        damage,
        head,
        n,
        refused: count('fail'),
        inconclusive: count('inconclusive'),
        passed: count('pass'),
        line: commonestLine(own),
      },
    ];
  });
}

function commonestLine(played: readonly DamagedCandidate[]): string {
  const counts = new Map<string, number>();
  for (const { lines } of played) if (lines[0] !== undefined) counts.set(lines[0], (counts.get(lines[0]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

const parts = await readParts();
const rows: DamageRow[] = [];
for (const head of options.heads.split(',')) {
  const began = performance.now();
  rows.push(...(await campaign(head, parts)));
  process.stderr.write(`${head}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
}
if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else {
  const table = new Table({
    head: ['damage', 'head', 'n', 'refused', 'unclear', 'passed', 'first line'],
    style: { head: [], border: [] },
  });
  for (const { damage, head, n, refused, inconclusive, passed, line } of rows)
    table.push([damage, head, n, refused, inconclusive, passed, line]);
  process.stdout.write(`${table.toString()}\n`);
}
