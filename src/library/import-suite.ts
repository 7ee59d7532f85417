/** Makes a suite of a file, and checks it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { describeConfig } from '../core/extensions.js';
import { suggestAmong } from '../core/text.js';
import { importSuite } from '../evaluation/importing/import.js';
import { importableKinds, importingOf } from '../evaluation/importing/import-kinds.js';
import type { ImportReport } from '../evaluation/importing/import-request.js';
import { columnOf, type ImportColumns } from '../evaluation/importing/import-row.js';
import type { KindName } from '../evaluation/kinds.js';
import { collectTrainingTexts, type SuiteFinding, validateSuite } from '../measuring/validate-suite.js';
import { openInputs } from '../reading/open-input.js';
import type { Site } from './site.js';

export interface ImportSettings {
  /** What the suite is to be called. */
  readonly name: string;
  readonly kind: KindName;
  /** Where each part of a case stands in a row. */
  readonly columns: ImportColumns;
  /** out-of-scope, scope: the label of rows that are out of scope. */
  readonly outLabel: string;
  /** probe, knn, calibration, out-of-scope: cases of each label that are shown. */
  readonly shots: number;
  readonly seed: number;
  readonly task?: string | undefined;
  readonly capability?: string | undefined;
  readonly licence: string;
  readonly format?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
}

/** The file; `-` is read from `stdin`. */
export interface SuiteSource {
  readonly path: string;
  readonly name: string;
  readonly stdin: NodeJS.ReadableStream;
}

export interface ImportedSuite extends ImportReport {
  readonly findings: readonly SuiteFinding[];
}

/** @throws USAGE, SUITE_EXISTS, FILE_NOT_FOUND, INPUT_EMPTY, INPUT_FORMAT, INPUT_REJECTED, CSV_COLUMN_MISSING */
export async function importFromFile(
  { workspace, store, now, wording }: Pick<Site, 'workspace' | 'store' | 'now' | 'wording'>,
  { path, name, stdin }: SuiteSource,
  { format, delimiter, encoding, task, capability, ...settings }: ImportSettings,
): Promise<ImportedSuite> {
  requireKind(settings.kind);
  const read = importingOf(settings.kind).columns.map((role) => columnOf(settings.columns, role));
  const wanted = [...Object.values(settings.columns), ...read].filter((column) => column !== undefined);
  const inputs = await openInputs([{ path, name }], stdin, { format, delimiter, encoding, columns: wanted });
  try {
    const report = await importSuite({
      ...settings,
      task,
      capability,
      wording,
      file: inputs.files[0]!,
      suiteFolders: workspace.suiteFolders,
      rejectsFile: join(
        workspace.root,
        'replay-store',
        'rejects',
        `eval-${settings.name}-${randomUUID().slice(0, 8)}.jsonl`,
      ),
      date: now.toISOString().slice(0, 10),
    });
    const { findings } = await validateSuite(report.folder, await collectTrainingTexts(store));
    return { ...report, findings };
  } finally {
    await inputs.close();
  }
}

/** @throws USAGE where no kind has the name */
export function requireKind(name: string): void {
  const choices = importableKinds();
  if (choices.includes(name)) return;
  throw new EspalierError('USAGE', `no suite of kind \`${name}\` can be imported`, {
    hint: `${suggestAmong(name, choices)} ${describeConfig('one of that name')}`,
    choices,
  });
}
