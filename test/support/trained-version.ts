/** A small trained head, and the manifest of the version that is made of it. */
import type { Strategy, TrainedHead } from '#espalier/training/job.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import type { Manifest } from '#espalier/versions/manifest.js';
import { clusters, dimension, jobOf, quiet } from './problem.js';

const fresh = clusters({ classes: [0, 1], perClass: 10, noise: 1, seed: 1 });

export function trainSmall(strategy: Strategy = analytic): Promise<TrainedHead> {
  return strategy.train(jobOf(strategy.name, 2, { fresh }), quiet);
}

export function manifestOf(
  strategy: string,
  { head, facts }: TrainedHead,
  files: Readonly<Record<string, string>>,
): Manifest {
  return {
    adapter: 'support',
    version: 1,
    parent: null,
    createdAt: '2026-11-24T12:00:00.000Z',
    strategy,
    headKind: head.kind,
    headShape: head.shape,
    seed: 7,
    hyperParameters: { width: 64 },
    encoder: { model: 'use-lite', fingerprint: 'f', dimension },
    classes: ['a', 'b'].map((label) => ({ task: 'intent', label })),
    domains: [{ task: 'intent', domain: 'banking' }],
    data: { afterExample: 0, throughExample: 20, fresh: 20, replayed: 0 },
    bufferSnapshotHash: 'h',
    facts,
    metrics: {},
    files,
  };
}
