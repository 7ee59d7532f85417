/**
 * Turns the best of a judged field into a candidate: its folder gets a manifest and the version's name, and the store
 * its rows, all or nothing. For the other contenders only the rows in the store remain.
 */
import type { Report } from '../../gate/report.js';
import { recordAct } from '../../store/audit.js';
import { insertCandidate } from '../../store/candidates.js';
import { type Store, storeTime, transact } from '../../store/database.js';
import { saveDomainAccuracies } from '../../store/domain-accuracies.js';
import { listExamplesById } from '../../store/examples.js';
import { type LearnedRecord, readLearned, saveLearned } from '../../store/learned.js';
import { endRun, type Run, renewLease } from '../../store/runs.js';
import { principalOf } from '../../store/schedule.js';
import { type NewSnapshot, saveSnapshot } from '../../store/snapshots.js';
import { strategyNamed } from '../../training/strategies.js';
import { recipeOf } from '../../versions/adapter-metadata.js';
import type { Manifest, TrainedOn } from '../../versions/manifest.js';
import { publishVersion } from '../../versions/publish.js';
import { settingsOf } from '../contest.js';
import { championOf, contenderOf, type Mix, type Plan, type UpdateContext } from '../context.js';
import { hashTrainedOn } from '../trained-on.js';
import type { Trained } from './train.js';

export interface Proposal {
  readonly strategy: string;
  readonly mix: Mix;
  readonly trained: Trained;
  readonly report: Report;
}

/** @returns the candidate's number */
export async function proposeCandidate(
  context: UpdateContext,
  run: Run,
  plan: Plan,
  proposal: Proposal,
): Promise<number> {
  const contender = contenderOf(run, proposal.strategy);
  const trainedOn = await hashTrainedOn(context.store.queries, plan, proposal.mix);
  const manifest = manifestOf(context, plan, { ...proposal, trainedOn });
  // A process that was paused and overtaken must not touch files that belong to another process by now.
  const renew = async () => renewLease(context.store, run, await storeTime(context.store));
  const manifestHash = await publishVersion(context.versions, contender, manifest, renew);
  const learned = await learnedBy(context.store, plan, proposal.mix);
  const { strategy, report } = proposal;
  const { name } = plan.declaration;
  const at = new Date(plan.at);
  return transact(context.store, async (transaction) => {
    await endRun(transaction, run, { status: 'done', error: null, at });
    const accuracies = report.domains.map(({ learned, cases, candidate }) => ({
      version: plan.version,
      ...learned,
      cases,
      accuracy: candidate,
    }));
    await saveDomainAccuracies(transaction, name, accuracies);
    const row = {
      adapter: name,
      version: plan.version,
      runId: run.id,
      championVersion: plan.parentVersion,
      verdict: report.verdict,
      report,
      createdAt: plan.at,
      manifestHash,
    };
    const id = await insertCandidate(transaction, row);
    await saveLearned(transaction, { adapter: name, version: plan.version }, learned);
    await saveSnapshot(transaction, { adapter: name, version: plan.version }, snapshotOf(proposal.mix, trainedOn));
    const detail = { version: plan.version, strategy, field: plan.field, verdict: report.verdict };
    await recordAct(transaction, {
      at,
      principal: principalOf(run.trigger),
      act: 'proposed',
      adapter: name,
      subject: `candidate ${id}`,
      detail,
    });
    return id;
  });
}

/**
 * The record of what the version has learned: the champion's, if it continues from the champion, and all new examples
 * except those left out.
 */
async function learnedBy(store: Store, plan: Plan, mix: Mix): Promise<LearnedRecord> {
  const before = await readLearned(store.queries, { ...championOf(plan), ...(!mix.continues && { version: null }) });
  const tasks = plan.declaration.tasks.map(({ name }) => name);
  // Left-out examples of tasks that are not declared now were not examined, so they stay left out.
  const others = (await listExamplesById(store, [...before.leftOut.keys()])).filter(
    ({ task }) => !tasks.includes(task),
  );
  const leftOut = [
    ...others.map(({ id }) => [id, before.leftOut.get(id)!] as const),
    ...mix.leakedIds.map((id) => [id, 'leaked'] as const),
    ...mix.unreadableIds.map((id) => [id, 'unreadable'] as const),
    ...(mix.quarantinedIds ?? []).map((id) => [id, 'quarantined'] as const),
  ];
  const shown = tasks.map((task) => [task, plan.throughExample] as const);
  return {
    through: new Map([...before.through, ...shown]),
    leftOut: new Map(leftOut),
    throughRevision: plan.throughRevision ?? 0,
  };
}

const snapshotOf = ({ memberIds, replayedIds, bufferSnapshotHash }: Mix, trainedOn: TrainedOn): NewSnapshot => ({
  memberIds: memberIds ?? replayedIds,
  bufferHash: bufferSnapshotHash,
  trainedOn,
});

function manifestOf(
  { encoder }: UpdateContext,
  plan: Plan,
  { strategy, mix, trained, report, trainedOn }: Proposal & { readonly trainedOn: TrainedOn },
): Manifest {
  const settings = settingsOf(plan, strategyNamed(strategy));
  return {
    adapter: plan.declaration.name,
    version: plan.version,
    parent: plan.parentVersion,
    createdAt: plan.at,
    strategy,
    seed: settings.seed,
    hyperParameters: settings,
    encoder: {
      model: encoder.declaration.model,
      fingerprint: encoder.fingerprint,
      dimension: encoder.dimension,
      recipe: recipeOf(encoder.declaration),
    },
    classes: mix.classes,
    ...(mix.retired && { retired: mix.retired }),
    ...(mix.multiLabel && { multiLabel: mix.multiLabel }),
    domains: mix.domains,
    data: {
      afterExample: mix.afterExample,
      throughExample: plan.throughExample,
      fresh: mix.fresh,
      replayed: mix.replayedIds.length,
      ...(mix.withdrawn && { withdrawn: mix.withdrawn, corrected: mix.corrected ?? 0 }),
      trainedOn,
    },
    bufferSnapshotHash: mix.bufferSnapshotHash,
    ...(report.unknown.length > 0 && {
      unknown: Object.fromEntries(report.unknown.map(({ task, ...threshold }) => [task, threshold])),
    }),
    ...trained,
    metrics: {
      suites: Object.fromEntries(report.rows.map((row) => [row.suite, row.candidate])),
      continual: report.continual,
    },
  };
}
