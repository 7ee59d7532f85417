/** Reads a data folder of benchmark streams; docs/benchmarks.md states the format. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from '../src/core/errors.js';
import { seededRandom, shuffled } from '../src/core/random.js';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

export interface StreamTask {
  readonly name: string;
  /** Labels of different tasks never compete. */
  readonly task: string;
  readonly train: readonly LabelledText[];
  readonly validation: readonly LabelledText[];
  readonly test: readonly LabelledText[];
}

interface TaskDeclaration {
  readonly name: string;
  readonly labels?: readonly string[];
  readonly domain?: string;
}

interface Row {
  readonly text: string;
  readonly label: string | number;
  readonly domain?: string;
}

/** Share of train that stands in for a validation split where upstream has none. */
const validationShare = 0.1;

/** @throws DATA_FOLDER_INVALID */
export async function readStream(folder: string, stream: string, seed: number): Promise<StreamTask[]> {
  const file = join(folder, 'streams.json');
  if (!existsSync(file)) throw new EspalierError('DATA_FOLDER_INVALID', `${file} does not exist`, { at: { file } });
  const streams = JSON.parse(await readFile(file, 'utf8')) as Record<
    string,
    { dataset?: string; tasks: TaskDeclaration[] }
  >;
  const declared = streams[stream];
  if (!declared) {
    const hint = `There is: ${Object.keys(streams).join(', ')}.`;
    throw new EspalierError('DATA_FOLDER_INVALID', `no stream \`${stream}\` in ${file}`, { at: { file }, hint });
  }
  const tasks: StreamTask[] = [];
  for (const task of declared.tasks) tasks.push(await readTask(folder, declared.dataset, task, seed));
  return tasks;
}

async function readTask(
  folder: string,
  dataset: string | undefined,
  task: TaskDeclaration,
  seed: number,
): Promise<StreamTask> {
  const read = async (split: string) => {
    const path = join(folder, `${dataset ?? task.name}.${split}.jsonl`);
    if (!existsSync(path)) return undefined;
    const rows = (await readFile(path, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
    return rows.filter((row) => belongs(row, task)).map(({ text, label }) => ({ text, label: String(label) }));
  };
  const [train, validation, test] = [await read('train'), await read('val'), await read('test')];
  if (!train || !test)
    throw new EspalierError(
      'DATA_FOLDER_INVALID',
      `the splits train and test of ${dataset ?? task.name} are not both in ${folder}`,
    );
  const names = { name: task.name, task: dataset ?? task.name };
  if (validation) return { ...names, train, validation, test };
  const mixed = shuffled(train, seededRandom(seed, 'validation', task.name));
  const held = Math.round(mixed.length * validationShare);
  return { ...names, train: mixed.slice(held), validation: mixed.slice(0, held), test };
}

function belongs(row: Row, task: TaskDeclaration): boolean {
  if (task.labels) return task.labels.includes(String(row.label));
  return task.domain === undefined || row.domain === task.domain;
}

/** Every second class keeps one of `ratio` training examples. */
export function imbalanced(tasks: readonly StreamTask[], ratio: number, seed: number): StreamTask[] {
  return tasks.map((task) => {
    const labels = [...new Set(task.train.map(({ label }) => label))];
    const isRare = (label: string) => labels.indexOf(label) % 2 === 1;
    const kept = new Map<string, number>();
    const train = shuffled(task.train, seededRandom(seed, 'imbalance', task.name)).filter(({ label }) => {
      const before = kept.get(label) ?? 0;
      const room = isRare(label)
        ? Math.max(1, Math.round(task.train.filter((row) => row.label === label).length / ratio))
        : Number.POSITIVE_INFINITY;
      kept.set(label, before + 1);
      return before < room;
    });
    return { ...task, train };
  });
}

/** The first domain brings half of its training examples at first, and comes back with the rest at the end. */
export function returning(tasks: readonly StreamTask[]): StreamTask[] {
  const [first, ...others] = tasks as [StreamTask, ...StreamTask[]];
  const half = (odd: number) => first.train.filter((_, index) => index % 2 === odd);
  return [{ ...first, train: half(0) }, ...others, { ...first, train: half(1), validation: [], test: [] }];
}
