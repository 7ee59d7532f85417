/**
 * Looks after suites: what there is, what each measures, and whether it holds together. None of it needs an encoder.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { readText } from '../core/files.js';
import { suggestAmong } from '../core/text.js';
import { listAdapterNames, readDeclaration, type Workspace } from '../declaration/workspace.js';
import { listSuites, readSuite } from '../evaluation/suites.js';
import { type HistoryLine, readSuiteHistory } from '../measuring/suite-history.js';
import { collectTrainingTexts, type SuiteValidation, validateSuite } from '../measuring/validate-suite.js';
import type { Site } from './site.js';
import { type BrokenSuite, type ListedSuite, listedSuite, type SuiteSheet, suiteSheet } from './suite-sheet.js';

export interface SuiteListing {
  /** The adapter whose declared suites are marked; null where none was named, and there is not just one. */
  readonly adapter: string | null;
  readonly suites: readonly ListedSuite[];
  readonly broken: readonly BrokenSuite[];
}

/** @param named the adapter whose declared suites are marked; without it the only one there is */
export async function listAllSuites(
  { workspace }: Pick<Site, 'workspace'>,
  named: string | undefined,
): Promise<SuiteListing> {
  const adapter = named ?? (await loneAdapter(workspace));
  const declared = adapter === undefined ? undefined : new Set((await readDeclaration(workspace, adapter)).suites);
  const suites: ListedSuite[] = [];
  const broken: BrokenSuite[] = [];
  for (const [name, folder] of await listSuites(workspace.suiteFolders)) {
    try {
      suites.push(listedSuite(await readSuite(folder), folder, declared?.has(name) ?? null));
    } catch (thrown) {
      if (!(thrown instanceof EspalierError)) throw thrown;
      broken.push({ name, folder, error: thrown.message });
    }
  }
  return { adapter: adapter ?? null, suites, broken };
}

async function loneAdapter(workspace: Workspace): Promise<string | undefined> {
  const names = await listAdapterNames(workspace);
  return names.length === 1 ? names[0] : undefined;
}

/** @throws SUITE_NOT_FOUND, SUITE_INVALID */
export async function readSuiteSheet({ workspace }: Pick<Site, 'workspace'>, name: string): Promise<SuiteSheet> {
  const folder = await folderOf(workspace, name);
  const readme = join(folder, 'README.md');
  return suiteSheet(await readSuite(folder), folder, existsSync(readme) ? await readText(readme) : '');
}

export interface SuiteHistory {
  readonly suite: string;
  readonly lines: readonly HistoryLine[];
}

/**
 * A suite that is no longer there keeps its history.
 * @param adapter undefined: of all.
 * @throws SUITE_NOT_FOUND, ADAPTER_NOT_FOUND
 */
export async function readHistory(
  { workspace, store }: Pick<Site, 'workspace' | 'store'>,
  suite: string,
  adapter: string | undefined,
): Promise<SuiteHistory> {
  if (adapter !== undefined) await readDeclaration(workspace, adapter);
  const lines = await readSuiteHistory(store.queries, suite, adapter);
  if (lines.length === 0) await folderOf(workspace, suite);
  return { suite, lines };
}

/**
 * Every finding is told; none is thrown.
 * @param named a suite, or the folder of one; undefined: all that can be found
 * @param baseFolder what a relative folder is looked up from
 * @throws SUITE_NOT_FOUND
 */
export async function validateSuites(
  { workspace, store, progress }: Pick<Site, 'workspace' | 'store' | 'progress'>,
  named: string | undefined,
  baseFolder: string,
): Promise<SuiteValidation[]> {
  const known = await listSuites(workspace.suiteFolders);
  const folders =
    named === undefined ? [...known.values()] : [known.get(named) ?? folderNamed(named, baseFolder, [...known.keys()])];
  progress.begin('validate');
  const trained = await collectTrainingTexts(store);
  const validations: SuiteValidation[] = [];
  for (const folder of folders) {
    validations.push(await validateSuite(folder, trained));
    progress.advance(validations.length, folders.length, 'suites');
  }
  progress.end(`${folders.length} suites against ${trained.size} training texts`);
  return validations;
}

/** Whether the figures of a suite must not be believed. */
export const isInvalid = ({ findings }: SuiteValidation): boolean =>
  findings.some(({ severity }) => severity === 'invalid');

async function folderOf({ suiteFolders }: Workspace, name: string): Promise<string> {
  const known = await listSuites(suiteFolders);
  const folder = known.get(name);
  if (folder === undefined) throw notFound(name, [...known.keys()]);
  return folder;
}

function folderNamed(name: string, baseFolder: string, known: readonly string[]): string {
  const folder = resolve(baseFolder, name);
  if (!existsSync(join(folder, 'suite.yaml'))) throw notFound(name, known);
  return folder;
}

function notFound(name: string, known: readonly string[]): EspalierError {
  return new EspalierError('SUITE_NOT_FOUND', `no suite is called \`${name}\``, { hint: suggestAmong(name, known) });
}
