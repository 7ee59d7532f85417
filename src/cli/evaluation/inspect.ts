/** `espalier eval list`, `show`, `history` and `validate`: what needs no encoder. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EspalierError } from '../../core/errors.js';
import { readText } from '../../core/files.js';
import { suggestAmong } from '../../core/text.js';
import { listAdapterNames, readDeclaration, type Workspace } from '../../declaration/workspace.js';
import { listSuites, readSuite } from '../../evaluation/suites.js';
import { readSuiteHistory } from '../../measuring/suite-history.js';
import { collectTrainingTexts, type SuiteValidation, validateSuite } from '../../measuring/validate-suite.js';
import type { Session } from '../session.js';
import { isInvalid, renderValidations } from './findings.js';
import { renderHistory } from './history.js';
import { type BrokenSuite, type ListedSuite, listedSuite, renderListing } from './listing.js';
import { renderSheet, suiteSheet } from './suite-sheet.js';

interface AdapterOption {
  readonly adapter?: string;
}

export async function list({ workspace, output }: Session, options: AdapterOption): Promise<void> {
  const adapter = options.adapter ?? (await loneAdapter(workspace));
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
  output.result({ adapter: adapter ?? null, suites, broken }, () => renderListing(suites, broken, adapter, output));
}

/** Where there are several none is meant. */
async function loneAdapter(workspace: Workspace): Promise<string | undefined> {
  const names = await listAdapterNames(workspace);
  return names.length === 1 ? names[0] : undefined;
}

export async function show({ workspace, output }: Session, name: string): Promise<void> {
  const folder = await folderOf(workspace, name);
  const readme = join(folder, 'README.md');
  const sheet = suiteSheet(await readSuite(folder), folder, existsSync(readme) ? await readText(readme) : '');
  output.result(sheet, () => renderSheet(sheet, output));
}

export async function history({ workspace, store, output }: Session, suite: string, { adapter }: AdapterOption): Promise<void> {
  if (adapter !== undefined) await readDeclaration(workspace, adapter);
  const lines = await readSuiteHistory(store.queries, suite, adapter);
  // One that is no longer there keeps its history.
  if (lines.length === 0) await folderOf(workspace, suite);
  output.result({ suite, lines }, () => renderHistory(suite, lines, output));
}

/** @throws SUITE_INVALID after the result was printed */
export async function validate(
  { workspace, store, output, progress }: Session,
  named: string | undefined,
  workingFolder: string,
): Promise<void> {
  const known = await listSuites(workspace.suiteFolders);
  const folders = named === undefined ? [...known.values()] : [known.get(named) ?? folderNamed(named, workingFolder, [...known.keys()])];
  progress.begin('validate');
  const trained = await collectTrainingTexts(store);
  const validations: SuiteValidation[] = [];
  for (const folder of folders) {
    validations.push(await validateSuite(folder, trained));
    progress.advance(validations.length, folders.length, 'suites');
  }
  progress.end(`${folders.length} suites against ${trained.size} training texts`);
  const invalid = validations.filter(isInvalid);
  // As JSON the result is in the error: there is one object on standard output.
  if (invalid.length === 0 || output.format === 'text') output.result(validations, () => renderValidations(validations, output));
  if (invalid.length === 0) return;
  throw new EspalierError(
    'SUITE_INVALID',
    `${invalid.length} of ${validations.length} suites: ${invalid.map(({ suite }) => suite).join(', ')}`,
    {
      hint: 'What is wrong with each, and where, is said above.',
      result: validations,
    },
  );
}

async function folderOf({ suiteFolders }: Workspace, name: string): Promise<string> {
  const known = await listSuites(suiteFolders);
  const folder = known.get(name);
  if (folder === undefined) throw notFound(name, [...known.keys()]);
  return folder;
}

function folderNamed(name: string, workingFolder: string, known: readonly string[]): string {
  const folder = resolve(workingFolder, name);
  if (!existsSync(join(folder, 'suite.yaml'))) throw notFound(name, known);
  return folder;
}

function notFound(name: string, known: readonly string[]): EspalierError {
  return new EspalierError('SUITE_NOT_FOUND', `no suite is called \`${name}\``, { hint: suggestAmong(name, known) });
}
