import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SuiteSource {
  readonly name: string;
  readonly kind: 'classification' | 'probe' | 'sts' | 'retrieval';
  readonly cases: readonly unknown[];
}

const metricOf = { classification: 'accuracy', probe: 'accuracy', sts: 'spearman', retrieval: 'ndcg@10' } as const;

export const jsonLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Writes a suite into the folder of suites `evals`, and gives back its own folder. */
export function writeSuite(evals: string, { name, kind, cases }: SuiteSource): string {
  const folder = join(evals, name);
  mkdirSync(folder, { recursive: true });
  const header = [
    `name: ${name}`,
    'version: 1',
    `kind: ${kind}`,
    'capability: A test.',
    `metric: ${metricOf[kind]}`,
    'higher_is_better: true',
    'chance: 0',
    'licence: Apache-2.0',
  ];
  writeFileSync(join(folder, 'suite.yaml'), `${header.join('\n')}\n`);
  writeFileSync(join(folder, 'cases.jsonl'), jsonLines(cases));
  return folder;
}
