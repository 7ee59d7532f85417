/** Intakes of rows into a store, without a workspace. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ingest } from '#espalier/intake/intake.js';
import type { IntakeReport, IntakeRequest } from '#espalier/intake/intake-report.js';
import type { Store } from '#espalier/store/database.js';
import { declare } from './declaration.js';
import { now } from './store.js';
import { jsonLines } from './suite.js';
import { temporaryFolder } from './temporary-folder.js';

export interface IntakeRow {
  readonly text: string;
  readonly label?: string;
  readonly labels?: readonly string[];
}

const folder = temporaryFolder();
let files = 0;

/** @param declared keys of adapter.yaml besides name and tasks */
export function takeRows(
  store: Store,
  rows: readonly IntakeRow[],
  declared = '',
  overrides: Partial<IntakeRequest> = {},
): Promise<IntakeReport> {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, jsonLines(rows));
  return ingest(store, {
    declaration: declare(declared),
    files: [{ path, name: basename(path), format: 'jsonl' }],
    domain: 'banking',
    source: 'test',
    fields: { text: 'text', label: 'label' },
    evalTexts: new Map(),
    rejectsFile: join(folder, `${files++}.rejects.jsonl`),
    now,
    actor: { name: 'ada', via: 'cli' },
    signal: new AbortController().signal,
    progress: () => undefined,
    ...overrides,
  });
}
