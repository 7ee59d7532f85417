/** Compares what arrived with what the champion has learned. */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { batchOfTexts } from '../drift/batches.js';
import { askChampion } from '../drift/champion-asked.js';
import { checkIntakes } from '../drift/check-intakes.js';
import { compareBatch } from '../drift/compare-batch.js';
import type { BatchDrift } from '../drift/drift-check.js';
import { keepCheck, keyOf, listKeptChecks } from '../drift/kept-checks.js';
import { type Queued, queueUnknown } from '../drift/queue-unknown.js';
import { openRedactor } from '../intake/redact.js';
import { findChampionVersion } from '../store/candidates.js';
import { listIntakes, type StoredIntake } from '../store/intakes.js';
import { readLearned } from '../store/learned.js';
import { readableTexts, requireLearned } from './asked-texts.js';
import type { Site } from './site.js';

export interface DriftSettings {
  /** Batches that arrived at or after this time; by default those that the champion has not learned. */
  readonly since?: Date | undefined;
  /** The batch of this number alone. */
  readonly batch?: number | undefined;
  /** Texts without labels that are compared instead of what arrived; those unknown to the champion are queued. */
  readonly texts?: readonly string[] | undefined;
  /** Of this task only; by default of all that the champion has learned. */
  readonly task?: string | undefined;
  /** Compares again what was compared before. */
  readonly again?: boolean | undefined;
}

/** A batch that the champion has learned, or whose task it has not. */
export interface PassedBatch {
  readonly number: number;
  readonly task: string;
  readonly arrivals: { readonly first: number; readonly last: number };
  readonly reason: string;
}

export interface DriftReport {
  readonly adapter: string;
  /** The champion. */
  readonly version: number;
  readonly batches: readonly BatchDrift[];
  /** Batches that were not compared. */
  readonly passed: readonly PassedBatch[];
  /** What became of the texts that the champion does not know, task by task; absent without `texts`. */
  readonly queued?: readonly Queued[];
}

/**
 * @throws ADAPTER_NOT_FOUND, NO_CHAMPION, TASK_UNKNOWN, USAGE, INPUT_EMPTY, ENCODER_MISMATCH, ADAPTER_INVALID,
 * INTERRUPTED
 */
export async function measureDrift(site: Site, adapter: string, settings: DriftSettings): Promise<DriftReport> {
  const declaration = await readDeclaration(site.workspace, adapter);
  const version = await findChampionVersion(site.store.queries, adapter);
  if (version === null) throw new EspalierError('NO_CHAMPION', `${adapter} has no champion`);
  if (settings.task !== undefined) taskNamed(declaration, settings.task);
  requireOneChoice(settings);
  return settings.texts === undefined
    ? ofIntakes(site, { declaration, version }, settings)
    : ofTexts(site, { declaration, version }, { ...settings, texts: settings.texts });
}

/** @throws USAGE */
function requireOneChoice({ since, batch, texts }: DriftSettings): void {
  const said = Object.entries({ since, batch, texts }).filter(([, value]) => value !== undefined);
  if (said.length <= 1) return;
  const names = said.map(([name]) => `\`${name}\``).join(' and ');
  throw new EspalierError('USAGE', `${names} choose batches in different ways`, {
    hint: 'Say one of them.',
    parameters: said.map(([name]) => name),
  });
}

interface Asked {
  readonly declaration: AdapterDeclaration;
  readonly version: number;
}

async function ofIntakes(site: Site, { declaration, version }: Asked, settings: DriftSettings): Promise<DriftReport> {
  const { store, signal, progress, now } = site;
  const adapter = declaration.name;
  const { through } = await readLearned(store.queries, { adapter, version });
  const all = await listIntakes(store.queries, adapter);
  const chosen = chooseIntakes(all, through, settings);
  const reasons = new Map(chosen.map((intake) => [intake, reasonToPass(intake, through, declaration)]));
  const intakes = chosen.filter((intake) => reasons.get(intake) === undefined);
  const request = { declaration, intakes, again: settings.again ?? false, signal, progress, now };
  const batches = await checkIntakes(site, version, request);
  const passed = chosen
    .filter((intake) => !intakes.includes(intake))
    .map((intake): PassedBatch => {
      const { number, task, first, last } = intake;
      return { number, task, arrivals: { first, last }, reason: reasons.get(intake)! };
    });
  return { adapter, version, batches, passed };
}

type Through = ReadonlyMap<string, number>;

/** @throws USAGE where no batch has the number */
function chooseIntakes(
  intakes: readonly StoredIntake[],
  through: Through,
  { since, batch, task }: DriftSettings,
): StoredIntake[] {
  const ofTask = intakes.filter((intake) => task === undefined || intake.task === task);
  if (batch === undefined)
    return ofTask.filter(({ at, last, task: own }) =>
      since === undefined ? last > (through.get(own) ?? 0) : new Date(at) >= since,
    );
  const found = ofTask.find(({ number }) => number === batch);
  if (found) return [found];
  const hint =
    ofTask.length === 0
      ? 'Nothing arrived yet.'
      : `There are the batches ${ofTask[0]!.number} to ${ofTask.at(-1)!.number}.`;
  throw new EspalierError('USAGE', `there is no batch ${batch}`, { hint, parameters: ['batch'] });
}

function reasonToPass(
  { task, last }: StoredIntake,
  through: Through,
  { tasks }: AdapterDeclaration,
): string | undefined {
  if (!tasks.some(({ name }) => name === task)) return 'adapter.yaml does not declare its task';
  if (!through.has(task)) return 'the champion has not learned its task';
  return last <= through.get(task)! ? 'the champion has learned it' : undefined;
}

async function ofTexts(
  site: Site,
  { declaration, version }: Asked,
  { texts: given, task, again = false }: DriftSettings & { readonly texts: readonly string[] },
): Promise<DriftReport> {
  const { store, signal, now, actor, progress } = site;
  const adapter = declaration.name;
  const texts = readableTexts(given);
  const batch = batchOfTexts(texts);
  const kept = again ? new Map() : await listKeptChecks(store.queries, { adapter, version });
  const champion = await askChampion(site, declaration);
  progress.begin('drift');
  try {
    const batches: BatchDrift[] = [];
    const queued: Queued[] = [];
    const redactor = await openRedactor(declaration.intake ?? {});
    for (const asked of requireLearned(declaration, champion.manifest, task)) {
      const check =
        kept.get(keyOf(asked.name, batch.name)) ?? (await compareBatch(champion, { task: asked, batch, signal, now }));
      await keepCheck(store, check);
      batches.push(check);
      queued.push(await queueUnknown(champion, { task: asked.name, texts, redactor, actor, signal, now }));
    }
    progress.end(`${texts.length} texts compared with version ${version}`);
    return { adapter, version, batches, passed: [], queued };
  } finally {
    await champion.close();
  }
}
