/** `espalier eval import` */
import { randomUUID } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { EspalierError } from '../../core/errors.js';
import { suggestAmong } from '../../core/text.js';
import { importSuite } from '../../evaluation/importing/import.js';
import { type ImportableKind, importableKinds } from '../../evaluation/importing/import-kinds.js';
import type { ImportReport } from '../../evaluation/importing/import-request.js';
import { columnOf, type ImportColumns } from '../../evaluation/importing/import-row.js';
import { collectTrainingTexts, type SuiteValidation, validateSuite } from '../../measuring/validate-suite.js';
import { openInputs } from '../../reading/open-input.js';
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

export async function importFile(session: Session, path: string, options: ImportOptions, stdin: NodeJS.ReadStream): Promise<void> {
  const { workspace, store, output, now } = session;
  const { name, outLabel, shots, seed, task, capability, licence, workingFolder, format, delimiter, encoding } = options;
  const kind = kindOf(options.kind);
  const columns = columnsOf(options, kind);
  const named = { path: path === '-' ? path : resolve(workingFolder, path), name: path === '-' ? 'standard input' : basename(path) };
  const read = importableKinds[kind].columns.map((role) => columnOf(columns, role));
  const wanted = [...Object.values(columns), ...read].filter((column) => column !== undefined);
  const inputs = await openInputs([named], stdin, { format, delimiter, encoding, columns: wanted });
  try {
    const report = await importSuite({
      ...{ name, outLabel, shots, seed, task, capability, licence, kind, columns },
      file: inputs.files[0]!,
      suiteFolders: workspace.suiteFolders,
      rejectsFile: join(workspace.root, 'replay-store', 'rejects', `eval-${name}-${randomUUID().slice(0, 8)}.jsonl`),
      date: now.toISOString().slice(0, 10),
    });
    const validation = await validateSuite(report.folder, await collectTrainingTexts(store));
    output.result({ ...report, findings: validation.findings }, () =>
      describe(report, validation, { output, shown: importableKinds[kind].unasked ?? 'to show' }),
    );
  } finally {
    await inputs.close();
  }
}

function columnsOf(options: ImportOptions, kind: ImportableKind): ImportColumns {
  const label = options.labelField ?? importableKinds[kind].labelColumn ?? 'label';
  return {
    ...{ text: options.textField, label, a: options.aField, b: options.bField, score: options.scoreField },
    ...{ perturbed: options.perturbedField, other: options.otherField, otherLabel: options.otherLabelField },
    ...{ query: options.queryField, document: options.documentField },
    ...{ relevance: options.relevanceField, group: options.groupField, cluster: options.clusterField },
  };
}

function kindOf(name: string): ImportableKind {
  if (Object.hasOwn(importableKinds, name)) return name as ImportableKind;
  const known = Object.keys(importableKinds);
  throw new EspalierError('USAGE', `no suite of kind \`${name}\` can be imported`, { hint: suggestAmong(name, known) });
}

/** @param words `shown`: what is said of cases that are not asked */
function describe(report: ImportReport, { findings }: SuiteValidation, words: { output: Output; shown: string }): string {
  const { suite, cases, shown, duplicates, rejected, rejectsFile } = report;
  const { output } = words;
  const lines = [`${output.colours.bold(suite)}: ${cases - shown} cases to ask${shown > 0 ? `, ${shown} ${words.shown}` : ''}`];
  if (duplicates > 0) lines.push(`  ${duplicates} skipped: there already`);
  if (rejected > 0) lines.push(`  ${rejected} rejected: ${rejectsFile}`);
  for (const finding of findings) lines.push(renderFinding(finding, output));
  lines.push(`Next: espalier eval run ADAPTER --suites ${suite}`);
  lines.push('It is asked at every update once adapter.yaml names it under `suites`.');
  return lines.join('\n');
}
