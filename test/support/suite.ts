import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportColumns } from '#espalier/evaluation/importing/import-row.js';
import { type KnownKind, kindNamed } from '#espalier/evaluation/kinds.js';
import type { Suite } from '#espalier/evaluation/suites.js';

export interface SuiteSource {
  readonly name: string;
  readonly kind: KnownKind['name'];
  readonly cases: readonly unknown[];
}

/** Every column by the name of its role, and none of those that may be missing. */
export const importColumns: ImportColumns = {
  ...{
    text: 'text',
    label: 'label',
    a: 'a',
    b: 'b',
    score: 'score',
    perturbed: 'perturbed',
    other: 'other',
    otherLabel: 'otherLabel',
  },
  ...{ query: 'query', document: 'document', relevance: undefined, group: undefined, cluster: undefined },
};

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
    `metric: ${kindNamed(kind).metric.name}`,
    'higher_is_better: true',
    'chance: 0',
    'licence: Apache-2.0',
  ];
  writeFileSync(join(folder, 'suite.yaml'), `${header.join('\n')}\n`);
  writeFileSync(join(folder, 'cases.jsonl'), jsonLines(cases));
  return folder;
}

/** A suite as it is read, with the cases of its kind. */
export function suiteOf<Name extends Suite['kind']>(kind: Name, cases: Extract<Suite, { kind: Name }>['cases']): Suite {
  const metric = kindNamed(kind).metric.name;
  const header = {
    name: kind,
    version: 1,
    capability: '',
    group: kind,
    metric,
    chance: 0,
    ceiling: 1,
    contentHash: '',
  };
  return { ...header, kind, cases } as unknown as Suite;
}
