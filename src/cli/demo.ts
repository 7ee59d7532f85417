/**
 * The sample stream, played for real: four domains of a support desk arrive one after another, and two adapters learn
 * them, one by naive fine-tuning, one by the default. Everything goes through the library, as the commands do.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { readText } from '../core/files.js';
import { percent } from '../core/numbers.js';
import type { Progress } from '../core/progress.js';
import { packageRoot } from '../declaration/workspace.js';
import { type AccuracyMatrix, continualMetrics } from '../evaluation/continual.js';
import { readAccuracies } from '../library/accuracies.js';
import { readBufferStats } from '../library/buffer-stats.js';
import { approve, reject } from '../library/candidates.js';
import { createWorkspace } from '../library/create-workspace.js';
import { ingestFrom, sourceOf } from '../library/ingest.js';
import { OpenWorkspace } from '../library/open-workspace.js';
import { ServedChampion } from '../library/served-champion.js';
import type { Site } from '../library/site.js';
import { updateAdapter } from '../library/update.js';
import type { Update } from '../update/run-update.js';
import { calledAs, quoted } from './called-as.js';
import { withFlags } from './flags.js';
import type { Output } from './output.js';
import { openProgress } from './progress.js';
import type { Surroundings } from './session.js';
import { renderMatrix } from './terminal/matrix.js';
import { paintVerdict, renderReport } from './terminal/report.js';

const sample = 'support-triage';
const naive = 'support-triage-naive';

interface Stage {
  /** Does `work` in the workspace, as a command does. */
  readonly run: <T>(work: (site: Site) => Promise<T>) => Promise<T>;
  readonly output: Output;
  readonly write: (text: string) => void;
}

interface DomainFile {
  readonly domain: string;
  readonly path: string;
}

export async function playDemo(output: Output, surroundings: Surroundings, { keep }: { keep: boolean }): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'espalier-demo-'));
  await createBoth(root);
  const { environment, signal } = surroundings;
  const opened = new OpenWorkspace({
    folder: root,
    access: 'write',
    environment: { ...environment, ESPALIER_DATABASE_URL: undefined },
    actor: 'demo',
    via: 'cli',
    signal,
  });
  const progress = progressOf(output, surroundings);
  const write =
    output.format === 'json' ? () => undefined : (text: string) => void surroundings.stdout.write(`${text}\n`);
  const stage: Stage = { run: (work) => opened.run({}, (site) => work({ ...site, progress })), output, write };
  try {
    const result = await playStream(stage);
    if (output.format === 'json') output.result(result, () => '');
    else write(closingWords(keep ? root : undefined));
  } finally {
    await opened.close();
    if (!keep) await rm(root, { recursive: true, force: true });
  }
}

/** Progress shows on a terminal only: elsewhere it would stand between the lines. */
function progressOf(output: Output, { stderr }: Surroundings): Progress {
  return openProgress(stderr.isTTY ? { ...output, note: () => undefined } : { ...output, format: 'json' }, stderr);
}

/** The sample adapter as it is declared, and its twin that differs in the strategy alone. */
async function createBoth(root: string): Promise<void> {
  const source = await readText(join(packageRoot, 'adapters', sample, 'adapter.yaml'));
  const twin = source.replace(`name: ${sample}`, `name: ${naive}`).replace('strategy: analytic', 'strategy: finetune');
  await createWorkspace(root, { adapter: sample, source });
  await createWorkspace(root, { adapter: naive, source: twin });
}

async function playStream(stage: Stage) {
  const { write, output } = stage;
  const { bold, dim } = output.colours;
  const files = await listDomainFiles();
  write(bold('A support desk: 24 intents arrive in four domains, and each domain is one update.'));
  write(dim('Twice: by fine-tuning on the new data alone, and by the default, a closed-form head.\n'));
  const last = files.length - 1;
  let refused: Update | undefined;
  for (const [index, file] of files.entries()) {
    write(bold(`${index + 1} of ${files.length}: ${file.domain}`));
    for (const adapter of [naive, sample]) await take(stage, adapter, file);
    const naiveUpdate = await update(stage, naive);
    write(`  ${describe(naiveUpdate, output)}`);
    await promote(stage, naiveUpdate, 'what a team without a gate would do');
    if (index === last) refused = await showRefusal(stage, sample);
    const own = await update(stage, sample);
    if (index === last) write(`\n${bold('The default on the same data:')}\n\n${renderReport(own.report, output)}\n`);
    else write(`  ${describe(own, output)}`);
    await promote(stage, own, 'nothing was traded away');
  }
  const domains = files.map(({ domain }) => domain);
  const pictures = {
    naive: await readMatrix(stage, naive, domains),
    sample: await readMatrix(stage, sample, domains),
  };
  write(
    renderPicture('fine-tuning on new data alone: accuracy on held-out examples, %', pictures.naive, domains, output),
  );
  write(renderPicture('\nthe default (analytic)', pictures.sample, domains, output));
  const predictions = await showPredictions(stage);
  const buffer = await showBuffer(stage);
  return {
    refused: refused?.report,
    naive: continualMetrics(pictures.naive),
    default: continualMetrics(pictures.sample),
    matrices: pictures,
    predictions,
    buffer,
  };
}

async function listDomainFiles(): Promise<DomainFile[]> {
  const folder = join(packageRoot, 'adapters', sample, 'data');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  return names.map((name) => ({ domain: name.replace(/^\d+-|\.jsonl$/g, ''), path: join(folder, name) }));
}

async function take({ run }: Stage, adapter: string, { domain, path }: DomainFile): Promise<void> {
  await run((site) => ingestFrom(site, adapter, sourceOf(path), { domain, source: 'demo', sourceField: 'source' }));
}

function update({ run }: Stage, adapter: string, field?: readonly string[]): Promise<Update> {
  return run((site) => updateAdapter(site, adapter, { field }));
}

async function promote({ run }: Stage, { candidateId }: Update, reason: string): Promise<void> {
  await run((site) => approve(site, candidateId, { reason, override: true }));
}

/** A naive candidate against the good champion: the gate says no, and approving it fails. */
async function showRefusal(stage: Stage, adapter: string): Promise<Update> {
  const { run, output, write } = stage;
  const candidate = await update(stage, adapter, ['finetune']);
  const { candidateId } = candidate;
  write(
    `\n${output.colours.bold('What if the good champion were fine-tuned on this domain? The gate says:')}\n\n${renderReport(candidate.report, output)}\n`,
  );
  try {
    await run((site) => approve(site, candidateId, { reason: 'ship it' }));
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    write(
      `  $ espalier candidates approve ${candidateId} --reason "ship it"\n  ${output.colours.red(`refused [${thrown.code}]`)}: ${withFlags(thrown.hint, thrown.parameters)}`,
    );
  }
  await run((site) => reject(site, candidateId, 'it forgets'));
  return candidate;
}

function describe({ strategy, report }: Update, output: Output): string {
  const judged = report.rows.find((row) => row.suite.startsWith('holdout/earlier'));
  const kept =
    judged?.difference == null
      ? ''
      : `, earlier domains ${percent(judged.champion!)} -> ${percent(judged.candidate)} %`;
  return `${strategy.padEnd(9)} ${paintVerdict(report.verdict, output.colours)}${kept}`;
}

async function readMatrix({ run }: Stage, adapter: string, domains: readonly string[]): Promise<AccuracyMatrix> {
  const measured = await run((site) => readAccuracies(site, adapter));
  const champions = [...new Set(measured.map(({ version }) => version))];
  return champions.map((version) =>
    domains.map((domain) => measured.find((row) => row.version === version && row.domain === domain)?.accuracy),
  );
}

function renderPicture(title: string, matrix: AccuracyMatrix, domains: readonly string[], { colours }: Output): string {
  const rowNames = domains.map((domain) => `after ${domain}`);
  const { averageAccuracy, forgetting, backwardTransfer } = continualMetrics(matrix);
  const numbers = `average accuracy ${percent(averageAccuracy)}   forgetting ${percent(forgetting)}   backward transfer ${percent(backwardTransfer)}`;
  return `${renderMatrix({ title, rowNames, domains, matrix }, colours)}\n ${numbers}`;
}

async function showPredictions({ run, output, write }: Stage) {
  const champion = await run((site) => ServedChampion.open(site, sample, {}));
  const texts = ['why was I billed twice this month??', 'hoodie came with a big hole in the sleeve'];
  const predictions = await champion.predict(texts).finally(() => champion.close());
  write(`\n${output.colours.bold('The champion answers for its first domain and its last:')}`);
  for (const { text, label, likeliest, confidence = 0 } of predictions)
    write(
      `  "${text}"  ->  ${output.colours.green(label ?? `unknown, perhaps ${likeliest}`)} (${percent(confidence)} %)`,
    );
  return predictions;
}

async function showBuffer({ run, output, write }: Stage) {
  const { cells } = await run((site) => readBufferStats(site, sample));
  const domains = [...new Set(cells.map(({ domain }) => domain))];
  write(`\n${output.colours.bold('The replay buffer, balanced over label and domain:')}`);
  for (const domain of domains) {
    const own = cells.filter((cell) => cell.domain === domain);
    const members = own.reduce((sum, cell) => sum + cell.members, 0);
    write(`  ${domain.padEnd(10)} ${'■'.repeat(Math.round(members / 3))} ${members} of ${own.length} labels`);
  }
  return cells;
}

function closingWords(kept: string | undefined): string {
  const where =
    kept === undefined
      ? `To look around in its workspace, play it with: ${calledAs()} demo --keep`
      : `Look around: cd ${quoted(kept)} && ${calledAs()} status`;
  return `\n${where}\nYour own data: ${calledAs()} init my-workspace`;
}
