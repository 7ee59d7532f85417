/** The suites of an open workspace. */

import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { importingOf } from '../evaluation/importing/import-kinds.js';
import type { ImportColumns } from '../evaluation/importing/import-row.js';
import type { SuiteValidation } from '../measuring/validate-suite.js';
import { type ImportedSuite, type ImportSettings, importFromFile, requireKind } from './import-suite.js';
import type { OpenWorkspace } from './open-workspace.js';
import type { Call } from './site.js';
import type { SuiteSheet } from './suite-sheet.js';
import {
  listAllSuites,
  readHistory,
  readSuiteSheet,
  type SuiteHistory,
  type SuiteListing,
  validateSuites,
} from './suites.js';

/** What a caller must say of a new suite; the rest is as `espalier eval import` has it. */
export type NewSuite = Pick<ImportSettings, 'name' | 'kind'> &
  Partial<Omit<ImportSettings, 'name' | 'kind' | 'columns'>> & {
    readonly columns?: Partial<ImportColumns> | undefined;
  };

export class SuitesHandle {
  readonly #opened: OpenWorkspace;

  constructor(opened: OpenWorkspace) {
    this.#opened = opened;
  }

  /** @param query `adapter`: marks what it declares; without it the only one there is */
  list({ adapter }: { readonly adapter?: string | undefined } = {}): Promise<SuiteListing> {
    return this.#opened.run({}, (site) => listAllSuites(site, adapter));
  }

  show(suite: string): Promise<SuiteSheet> {
    return this.#opened.run({}, (site) => readSuiteSheet(site, suite));
  }

  /** How the versions scored on a suite over time. */
  history(suite: string, { adapter }: { readonly adapter?: string | undefined } = {}): Promise<SuiteHistory> {
    return this.#opened.run({}, (site) => readHistory(site, suite, adapter));
  }

  /** @param suite a suite, or the folder of one; without it all that can be found */
  validate(suite?: string): Promise<SuiteValidation[]> {
    return this.#opened.run({}, (site) => validateSuites(site, suite, process.cwd()));
  }

  /** Makes a suite of a file. */
  import(path: string, { columns = {}, ...settings }: NewSuite & Call): Promise<ImportedSuite> {
    const source = { path, name: basename(path), stdin: Readable.from([]) };
    return this.#opened.run(settings, (site) => {
      requireKind(settings.kind);
      const all = { ...usualSettings, ...settings, columns: { ...usualColumns(settings.kind), ...columns } };
      return importFromFile(site, source, all);
    });
  }
}

const usualSettings = { outLabel: 'out-of-scope', shots: 16, seed: 7, licence: 'not stated' } as const;

/**
 * Where each part of a case stands when nothing else is said. Relevance, group and cluster are read only where they are
 * named.
 */
function usualColumns(kind: ImportSettings['kind']): ImportColumns {
  return {
    ...{ text: 'text', label: importingOf(kind).labelColumn ?? 'label', a: 'a', b: 'b', score: 'score' },
    ...{ perturbed: 'perturbed', other: 'other', otherLabel: 'otherLabel', query: 'query', document: 'document' },
    ...{ relevance: undefined, group: undefined, cluster: undefined },
  };
}
