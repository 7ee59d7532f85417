/**
 * The sample stream, played for real: four domains of a support desk arrive one after another, and two adapters learn
 * them, one by naive fine-tuning, one by the default. Everything goes through the same functions as the commands.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { readText, writeFileAtomic } from '../core/files.js';
import { percent } from '../core/numbers.js';
import { approveCandidate, rejectCandidate } from '../decisions/decide.js';
import { type AdapterDeclaration, parseDeclaration } from '../declaration/declaration.js';
import { packageRoot, type Workspace, workspaceAt } from '../declaration/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { type AccuracyMatrix, continualMetrics } from '../evaluation/continual.js';
import { takeExamples } from '../intake/take-examples.js';
import { openDeclaredEncoder } from '../library/declared-encoder.js';
import { openChampion } from '../serving/champion.js';
import { questionOf } from '../serving/questions.js';
import type { Principal } from '../store/audit.js';
import { summariseBuffer } from '../store/buffer.js';
import { listCandidates } from '../store/candidates.js';
import { openStore, type Store } from '../store/database.js';
import { listDomainAccuracies } from '../store/domain-accuracies.js';
import { headSettings } from '../training/heads.js';
import { runUpdate, type Update } from '../update/run-update.js';
import { WorkPool } from '../work/pool.js';
import { calledAs, quoted } from './called-as.js';
import type { Output } from './output.js';
import { openProgress } from './progress.js';
import type { Surroundings } from './session.js';
import { renderMatrix } from './terminal/matrix.js';
import { paintVerdict, renderReport } from './terminal/report.js';

const sample = 'support-triage';
const naive = 'support-triage-naive';
const actor: Principal = { name: 'demo', via: 'cli' };

interface Stage {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly encoder: Encoder;
  readonly work: WorkPool;
  readonly output: Output;
  readonly surroundings: Surroundings;
  readonly write: (text: string) => void;
}

interface DomainFile {
  readonly domain: string;
  readonly path: string;
}

export async function playDemo(output: Output, surroundings: Surroundings, { keep }: { keep: boolean }): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'espalier-demo-'));
  const workspace = workspaceAt(root, headSettings);
  const declarations = await declareBoth(workspace);
  const store = await openStore(workspace.database);
  const encoder = await openDeclaredEncoder(declarations.sample, workspace, surroundings.environment);
  const work = new WorkPool();
  const write =
    output.format === 'json' ? () => undefined : (text: string) => void surroundings.stdout.write(`${text}\n`);
  const stage = { workspace, store, encoder, work, output, surroundings, write };
  try {
    const result = await playStream(stage, declarations);
    if (output.format === 'json') output.result(result, () => '');
    else write(closingWords(keep ? root : undefined));
  } finally {
    await work.close();
    await encoder.close();
    await store.close();
    if (!keep) await rm(root, { recursive: true, force: true });
  }
}

/** The sample adapter as it is declared, and its twin that differs in the strategy alone. */
async function declareBoth(workspace: Workspace): Promise<{ sample: AdapterDeclaration; naive: AdapterDeclaration }> {
  const source = await readText(join(packageRoot, 'adapters', sample, 'adapter.yaml'));
  const twin = source.replace(`name: ${sample}`, `name: ${naive}`).replace('strategy: analytic', 'strategy: finetune');
  const place = async (name: string, text: string) => {
    const file = join(workspace.root, 'adapters', name, 'adapter.yaml');
    await writeFileAtomic(file, text);
    return parseDeclaration(text, file, headSettings);
  };
  await mkdir(join(workspace.root, 'replay-store'), { recursive: true });
  return { sample: await place(sample, source), naive: await place(naive, twin) };
}

async function playStream(stage: Stage, declarations: { sample: AdapterDeclaration; naive: AdapterDeclaration }) {
  const { write, output, store } = stage;
  const { bold, dim } = output.colours;
  const files = await listDomainFiles();
  write(bold('A support desk: 24 intents arrive in four domains, and each domain is one update.'));
  write(dim('Twice: by fine-tuning on the new data alone, and by the default, a closed-form head.\n'));
  const last = files.length - 1;
  let refused: Update | undefined;
  for (const [index, file] of files.entries()) {
    write(bold(`${index + 1} of ${files.length}: ${file.domain}`));
    for (const declaration of [declarations.naive, declarations.sample]) await take(stage, declaration, file);
    const naiveUpdate = await update(stage, declarations.naive);
    write(`  ${describe(naiveUpdate, output)}`);
    await promote(stage, declarations.naive, naiveUpdate, 'what a team without a gate would do');
    if (index === last) refused = await showRefusal(stage, declarations.sample);
    const own = await update(stage, declarations.sample);
    if (index === last) write(`\n${bold('The default on the same data:')}\n\n${renderReport(own.report, output)}\n`);
    else write(`  ${describe(own, output)}`);
    await promote(stage, declarations.sample, own, 'nothing was traded away');
  }
  const domains = files.map(({ domain }) => domain);
  const pictures = { naive: await readMatrix(store, naive, domains), sample: await readMatrix(store, sample, domains) };
  write(
    renderPicture('fine-tuning on new data alone: accuracy on held-out examples, %', pictures.naive, domains, output),
  );
  write(renderPicture('\nthe default (analytic)', pictures.sample, domains, output));
  const predictions = await showPredictions(stage, declarations.sample);
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

async function take(
  { workspace, store, surroundings }: Stage,
  declaration: AdapterDeclaration,
  { domain, path }: DomainFile,
): Promise<void> {
  await takeExamples(workspace, store, {
    declaration,
    files: [{ path, name: path, format: 'jsonl' }],
    domain,
    source: 'demo',
    fields: { text: 'text', label: 'label', source: 'source' },
    now: new Date(),
    actor,
    signal: surroundings.signal,
    progress: () => undefined,
  });
}

/** Progress shows on a terminal only: elsewhere it would stand between the lines. */
async function update(
  { workspace, store, encoder, work, output, surroundings }: Stage,
  declaration: AdapterDeclaration,
  field?: readonly string[],
): Promise<Update> {
  const progress = openProgress(
    surroundings.stderr.isTTY ? { ...output, note: () => undefined } : { ...output, format: 'json' },
    surroundings.stderr,
  );
  const context = { workspace, store, encoder, progress, work, signal: surroundings.signal };
  return runUpdate(context, { declaration, field, trigger: actor.name, at: new Date() });
}

async function promote(
  { store, workspace }: Stage,
  declaration: AdapterDeclaration,
  { candidateId }: Update,
  reason: string,
): Promise<void> {
  await approveCandidate({ store, workspace }, declaration, {
    candidateId,
    actor,
    reason,
    at: new Date(),
    on: 'override',
  });
}

/** A naive candidate against the good champion: the gate says no, and approving it fails. */
async function showRefusal(stage: Stage, declaration: AdapterDeclaration): Promise<Update> {
  const { store, output, write } = stage;
  const candidate = await update(stage, declaration, ['finetune']);
  write(
    `\n${output.colours.bold('What if the good champion were fine-tuned on this domain? The gate says:')}\n\n${renderReport(candidate.report, output)}\n`,
  );
  const approval = { candidateId: candidate.candidateId, actor, reason: 'ship it', at: new Date() };
  try {
    await approveCandidate(stage, declaration, { ...approval, on: 'verdict' });
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    write(
      `  $ espalier candidates approve ${candidate.candidateId} --reason "ship it"\n  ${output.colours.red(`refused [${thrown.code}]`)}: ${thrown.hint}`,
    );
  }
  await rejectCandidate(store, { ...approval, reason: 'it forgets' });
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

async function readMatrix(store: Store, adapter: string, domains: readonly string[]): Promise<AccuracyMatrix> {
  const stored = await listDomainAccuracies(store.queries, adapter);
  const approved = await listCandidates(store.queries, { adapter, status: 'approved' });
  const champions = approved.map(({ version }) => version).sort((a, b) => a - b);
  return champions.map((version) =>
    domains.map((domain) => stored.find((row) => row.version === version && row.domain === domain)?.accuracy),
  );
}

function renderPicture(title: string, matrix: AccuracyMatrix, domains: readonly string[], { colours }: Output): string {
  const rowNames = domains.map((domain) => `after ${domain}`);
  const { averageAccuracy, forgetting, backwardTransfer } = continualMetrics(matrix);
  const numbers = `average accuracy ${percent(averageAccuracy)}   forgetting ${percent(forgetting)}   backward transfer ${percent(backwardTransfer)}`;
  return `${renderMatrix({ title, rowNames, domains, matrix }, colours)}\n ${numbers}`;
}

async function showPredictions({ workspace, store, encoder, output, write }: Stage, declaration: AdapterDeclaration) {
  const champion = await openChampion({ workspace, store, openEncoder: async () => encoder }, declaration);
  const questions = ['why was I billed twice this month??', 'hoodie came with a big hole in the sleeve'].map(
    questionOf,
  );
  const predictions = (await champion.predict(questions)).flat();
  await champion.close();
  write(`\n${output.colours.bold('The champion answers for its first domain and its last:')}`);
  for (const { text, label, likeliest, confidence = 0 } of predictions)
    write(
      `  "${text}"  ->  ${output.colours.green(label ?? `unknown, perhaps ${likeliest}`)} (${percent(confidence)} %)`,
    );
  return predictions;
}

async function showBuffer({ store, output, write }: Stage) {
  const cells = await summariseBuffer(store, sample);
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
