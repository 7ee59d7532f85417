/** A stage of an update: which earlier outputs it reads, and its own output. */
import { EspalierError } from '../core/errors.js';
import type { Transaction } from '../store/database.js';
import type { Run, Stage as StageName } from '../store/runs.js';
import type { Evaluated, Mixes, Plan, UpdateContext } from './context.js';
import type { Encoded } from './stages/encode.js';
import type { JudgedContender } from './stages/judge.js';
import type { Trained } from './stages/train.js';

/** Stage -> its output, stored with the run. */
export interface Outputs {
  readonly encode: Encoded;
  readonly mix: Mixes;
  /** Strategy -> its training, without those that failed. */
  readonly train: Readonly<Record<string, Trained>>;
  readonly evaluate: Evaluated;
  readonly gate: JudgedContender;
}

/** The context, run and plan that a stage works on. */
export interface StageSite {
  readonly context: UpdateContext;
  readonly run: Run;
  readonly plan: Plan;
}

export interface Done<Output> {
  readonly output: Output;
  /** Text of the progress line. */
  readonly summary: string;
  /** Writes further rows, in the transaction that begins the next stage. */
  readonly save?: (transaction: Transaction) => Promise<void>;
}

interface Definition<Name extends keyof Outputs, Needs extends keyof Outputs> {
  readonly name: Name & StageName;
  /** Stages whose output it reads. */
  readonly needs: readonly Needs[];
  run(site: StageSite, outputs: Pick<Outputs, Needs>): Promise<Done<Outputs[Name]>>;
}

/** A stage of an update as `runUpdate` calls it; `defineStage` makes one. */
export interface UpdateStage {
  readonly name: keyof Outputs;
  run(site: StageSite, outputs: Partial<Outputs>): Promise<Done<unknown>>;
}

/**
 * Makes a stage that receives exactly the outputs it needs.
 * @example
 * defineStage({
 *   name: 'mix',
 *   needs: [],
 *   run: async ({ context, plan }) => ({ output: await mixField(context, plan), summary: 'mixed' }),
 * });
 */
export function defineStage<Name extends keyof Outputs, Needs extends keyof Outputs = never>({
  name,
  needs,
  run,
}: Definition<Name, Needs>): UpdateStage {
  return { name, run: (site, outputs) => run(site, outputsOf(outputs, needs)) };
}

/** @throws STORE_CORRUPT if a finished stage has no stored output */
export function outputsOf<Needs extends keyof Outputs>(
  outputs: Partial<Outputs>,
  needs: readonly Needs[],
): Pick<Outputs, Needs> {
  const missing = needs.find((name) => outputs[name] === undefined);
  if (missing !== undefined)
    throw new EspalierError('STORE_CORRUPT', `the run has no output of its stage ${missing}, which is over`);
  return outputs as Pick<Outputs, Needs>;
}
