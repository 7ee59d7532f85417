/** `espalier eval import` */
import { basename, resolve } from 'node:path';
import { importingOf } from '../../evaluation/importing/import-kinds.js';
import type { ImportColumns } from '../../evaluation/importing/import-row.js';
import { type ImportedSuite, importFromFile, requireKind } from '../../library/import-suite.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import { renderFinding } from './findings.js';

export interface ImportOptions {
  readonly name: string;
  readonly kind: string;
  readonly format?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly textField: string;
  readonly labelField?: string;
  readonly aField: string;
  readonly bField: string;
  readonly scoreField: string;
  readonly perturbedField: string;
  readonly otherField: string;
  readonly otherLabelField: string;
  readonly queryField: string;
  readonly documentField: string;
  readonly relevanceField?: string;
  readonly groupField?: string;
  readonly clusterField?: string;
  readonly outLabel: string;
  readonly shots: number;
  readonly seed: number;
  readonly task?: string;
  readonly capability?: string;
  readonly licence: string;
  readonly workingFolder: string;
}

export async function importFile(
  session: Session,
  path: string,
  options: ImportOptions,
  stdin: NodeJS.ReadStream,
): Promise<void> {
  const { output } = session;
  const { name, outLabel, shots, seed, task, capability, licence, workingFolder, format, delimiter, encoding } =
    options;
  const { kind } = options;
  requireKind(kind);
  const named =
    path === '-' ? { path, name: 'standard input' } : { path: resolve(workingFolder, path), name: basename(path) };
  const report = await importFromFile(
    session,
    { ...named, stdin },
    {
      ...{ name, kind, columns: columnsOf(options, kind), outLabel, shots, seed },
      ...{ task, capability, licence, format, delimiter, encoding },
    },
  );
  output.result(report, () => describe(report, { output, shown: importingOf(kind).unasked ?? 'to show' }));
}

function columnsOf(options: ImportOptions, kind: string): ImportColumns {
  const label = options.labelField ?? importingOf(kind).labelColumn ?? 'label';
  return {
    ...{ text: options.textField, label, a: options.aField, b: options.bField, score: options.scoreField },
    ...{ perturbed: options.perturbedField, other: options.otherField, otherLabel: options.otherLabelField },
    ...{ query: options.queryField, document: options.documentField },
    ...{ relevance: options.relevanceField, group: options.groupField, cluster: options.clusterField },
  };
}

/** @param words `shown`: what is said of cases that are not asked */
function describe(report: ImportedSuite, words: { output: Output; shown: string }): string {
  const { suite, cases, shown, duplicates, rejected, rejectsFile, findings } = report;
  const { output } = words;
  const lines = [
    `${output.colours.bold(suite)}: ${cases - shown} cases to ask${shown > 0 ? `, ${shown} ${words.shown}` : ''}`,
  ];
  if (duplicates > 0) lines.push(`  ${duplicates} skipped: there already`);
  if (rejected > 0) lines.push(`  ${rejected} rejected: ${rejectsFile}`);
  for (const finding of findings) lines.push(renderFinding(finding, output));
  lines.push(`Next: espalier eval run ADAPTER --suites ${suite}`);
  lines.push('It is asked at every update once adapter.yaml names it under `suites`.');
  return lines.join('\n');
}
