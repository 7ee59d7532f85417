/** One strategy over one stream, in a process of its own. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BufferRule, parseDeclaration, type TrainingSettings } from '../src/declaration/declaration.js';
import { policyFor } from '../src/replay/policies.js';
import { playStream, type StreamOutcome } from '../src/study/play-stream.js';
import type { Labelled, StreamStep } from '../src/study/stream.js';
import { headSettings } from '../src/training/heads.js';
import { strategyNamed, trainJob } from '../src/training/strategies.js';

export interface StreamRequest {
  readonly file: string;
  /** Numbers of the steps, in the order in which they come. */
  readonly order: readonly number[];
  readonly strategy: string;
  /** Which examples the replay buffer holds. */
  readonly rule: BufferRule;
  readonly budget: number;
  readonly seed: number;
  readonly settings: Partial<TrainingSettings>;
}

/** What the encoded stream holds beside the vector files `<number>.<part>.f32`. */
export interface StreamStepFile {
  readonly name: string;
  readonly task: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
}

export interface StreamReply extends StreamOutcome {
  readonly peakRssMb: number;
}

process.once('message', async (request: StreamRequest) => {
  const reply = await play(request);
  process.send?.(reply, () => process.exit(0));
});

async function play({
  file,
  order,
  strategy: name,
  rule,
  budget,
  seed,
  settings,
}: StreamRequest): Promise<StreamReply> {
  const { lexical, steps } = JSON.parse(await readFile(file, 'utf8')) as { lexical: number; steps: StreamStepFile[] };
  const usual = parseDeclaration('name: bench\ntasks: [{ name: task }]\n', 'bench', headSettings).training;
  const strategy = strategyNamed(name);
  const outcome = await playStream({
    steps: await Promise.all(order.map((number) => readStep(dirname(file), steps[number]!, number))),
    strategy,
    lexical,
    settings: { ...usual, ...settings, seed },
    policy: policyFor(rule),
    budget,
    train: (job) => trainJob(job, () => undefined),
  });
  return { ...outcome, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

async function readStep(
  folder: string,
  { name, task, ...labels }: StreamStepFile,
  number: number,
): Promise<StreamStep> {
  const read = async (part: 'train' | 'test'): Promise<Labelled> => {
    const bytes = await readFile(join(folder, `${number}.${part}.f32`));
    return { vectors: new Float32Array(Uint8Array.from(bytes).buffer), labels: labels[part] };
  };
  return { name, task, train: await read('train'), test: await read('test') };
}
