/** `espalier eval list`, `show`, `history` and `validate`: what needs no encoder. */
import { EspalierError } from '../../core/errors.js';
import { isInvalid, listAllSuites, readHistory, readSuiteSheet, validateSuites } from '../../library/suites.js';
import type { Session } from '../session.js';
import { renderValidations } from './findings.js';
import { renderHistory } from './history.js';
import { renderListing } from './listing.js';
import { renderSheet } from './suite-sheet.js';

interface AdapterOption {
  readonly adapter?: string;
}

export async function list(session: Session, options: AdapterOption): Promise<void> {
  const listing = await listAllSuites(session, options.adapter);
  const { suites, broken, adapter } = listing;
  session.output.result(listing, () => renderListing(suites, broken, adapter ?? undefined, session.output));
}

export async function show(session: Session, name: string): Promise<void> {
  const sheet = await readSuiteSheet(session, name);
  session.output.result(sheet, () => renderSheet(sheet, session.output));
}

export async function history(session: Session, suite: string, { adapter }: AdapterOption): Promise<void> {
  const found = await readHistory(session, suite, adapter);
  session.output.result(found, () => renderHistory(suite, found.lines, session.output));
}

/** @throws SUITE_INVALID after the result was printed */
export async function validate(session: Session, named: string | undefined, workingFolder: string): Promise<void> {
  const { output } = session;
  const validations = await validateSuites(session, named, workingFolder);
  const invalid = validations.filter(isInvalid);
  // As JSON the result is in the error: there is one object on standard output.
  if (invalid.length === 0 || output.format === 'text')
    output.result(validations, () => renderValidations(validations, output));
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
