/**
 * Checks a suite without scoring it: whether it is consistent, can decide anything, and shares texts with an adapter's
 * training data.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EspalierError, type Place } from '../core/errors.js';
import { sameTextHash } from '../core/text.js';
import { chanceOf } from '../evaluation/chance.js';
import { askedCases } from '../evaluation/score-suite.js';
import { readSuite, type Suite, textsOf } from '../evaluation/suites.js';
import { tangoBounds } from '../gate/statistics/tango.js';
import type { Store } from '../store/database.js';
import { listTrainingTexts } from '../store/examples.js';

export interface SuiteFinding {
  /** invalid: its scores must not be trusted. warning: they say less than they seem to. */
  readonly severity: 'invalid' | 'warning';
  readonly what: string;
  readonly at: Place | undefined;
  readonly hint: string | undefined;
}

export interface SuiteValidation {
  readonly suite: string;
  readonly folder: string;
  /** Number of cases that are scored; null if the suite cannot be read. */
  readonly cases: number | null;
  readonly findings: readonly SuiteFinding[];
}

/** With fewer cases a suite decides little: see the table of docs/gate.md. */
const fewestCases = 100;
/** Tolerance for a chance level that is written with two digits. */
const chanceTolerance = 0.01;

/** Hash of a text's normal form -> the adapter that trains on the text, over all adapters of the store. */
export type TrainingTexts = ReadonlyMap<string, string>;

export async function collectTrainingTexts(store: Store): Promise<TrainingTexts> {
  return new Map((await listTrainingTexts(store.queries)).map(({ adapter, text }) => [sameTextHash(text), adapter]));
}

export async function validateSuite(folder: string, trained: TrainingTexts): Promise<SuiteValidation> {
  try {
    const suite = await readSuite(folder);
    const cases = askedCases(suite).length;
    const findings = [
      leakageOf(suite, folder, trained),
      sizeOf(cases),
      chanceMismatch(suite, folder),
      ...checkDocuments(suite, folder),
    ];
    return { suite: suite.name, folder, cases, findings: findings.filter((finding) => finding !== undefined) };
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    const { message, at, hint } = thrown;
    return {
      suite: basename(folder),
      folder,
      cases: null,
      findings: [{ severity: 'invalid', what: message, at, hint }],
    };
  }
}

function warning(what: string, hint: string, at?: Place): SuiteFinding {
  return { severity: 'warning', what, at, hint };
}

function leakageOf(suite: Suite, folder: string, trained: TrainingTexts): SuiteFinding | undefined {
  const leaked = textsOf(suite).flatMap((text) => trained.get(sameTextHash(text)) ?? []);
  if (leaked.length === 0) return undefined;
  return {
    severity: 'invalid',
    what: `${leaked.length} of its texts ${leaked.length === 1 ? 'is' : 'are'} training data of ${[...new Set(leaked)].sort().join(', ')}`,
    at: { file: join(folder, 'cases.jsonl') },
    hint: 'Take these cases out, and raise the version: what was trained on measures memory.',
  };
}

function sizeOf(cases: number): SuiteFinding | undefined {
  if (cases >= fewestCases) return undefined;
  const points = (-tangoBounds({ cases, gained: 0, lost: 0 }, { lower: 0.95, upper: 0.95 }).lower * 100).toFixed(1);
  return warning(
    `only ${cases} cases are asked: with no answer flipped they cannot exclude a loss below ${points} points, at 95 % confidence`,
    `Bring ${fewestCases} or more; docs/gate.md says how many cases a margin needs.`,
  );
}

function chanceMismatch(suite: Suite, folder: string): SuiteFinding | undefined {
  const expected = chanceOf(suite);
  if (Math.abs(expected - suite.chance) <= chanceTolerance) return undefined;
  const hint = `Set \`chance\` to ${Number(expected.toFixed(4))}, unless you know why it is not.`;
  return warning(`chance is ${suite.chance}, but guessing scores ${expected.toFixed(3)} on these cases`, hint, {
    file: join(folder, 'suite.yaml'),
    field: 'chance',
  });
}

function checkDocuments(suite: Suite, folder: string): SuiteFinding[] {
  const findings: SuiteFinding[] = [];
  if (!existsSync(join(folder, 'README.md')))
    findings.push(warning('there is no README.md', 'Say where its cases come from, and what they do not tell.'));
  if (suite.log === undefined) {
    const hint = `Add \`log\` with an entry for version ${suite.version} and sha256 ${suite.contentHash}.`;
    findings.push(warning('suite.yaml has no log: cases may change without a new version', hint));
  }
  return findings;
}
