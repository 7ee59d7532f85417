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
  const streams = JSON.parse(await readFile(file, 'utf8')) as Record<string, { dataset?: string; tasks: TaskDeclaration[] }>;
  const declared = streams[stream];
  if (!declared) {
    const hint = `There is: ${Object.keys(streams).join(', ')}.`;
    throw new EspalierError('DATA_FOLDER_INVALID', `no stream \`${stream}\` in ${file}`, { at: { file }, hint });
  }
  const tasks: StreamTask[] = [];
  for (const task of declared.tasks) tasks.push(await readTask(folder, declared.dataset, task, seed));
  return tasks;
}

async function readTask(folder: string, dataset: string | undefined, task: TaskDeclaration, seed: number): Promise<StreamTask> {
  const read = async (split: string) => {
    const path = join(folder, `${dataset ?? task.name}.${split}.jsonl`);
    if (!existsSync(path)) return undefined;
    const rows = (await readFile(path, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
    return rows
      .filter((row) => belongs(row, task))
      .map(({ text, label }) => ({ text, label: dataset ? String(label) : `${task.name}/${label}` }));
  };
  const [train, validation, test] = [await read('train'), await read('val'), await read('test')];
  if (!train || !test)
    throw new EspalierError('DATA_FOLDER_INVALID', `the splits train and test of ${dataset ?? task.name} are not both in ${folder}`);
  if (validation) return { name: task.name, train, validation, test };
  const mixed = shuffled(train, seededRandom(seed, 'validation', task.name));
  const held = Math.round(mixed.length * validationShare);
  return { name: task.name, train: mixed.slice(held), validation: mixed.slice(0, held), test };
}

function belongs(row: Row, task: TaskDeclaration): boolean {
  if (task.labels) return task.labels.includes(String(row.label));
  return task.domain === undefined || row.domain === task.domain;
}
