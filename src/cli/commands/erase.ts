import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { bytesInWords } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import {
  type ErasurePlan,
  type ErasureReport,
  erase,
  readErasures,
  resumeErasure,
  verifyCertificate,
} from '../../library/erase.js';
import { type EditOptions, withEditOptions } from '../edit-report.js';
import { type ChoiceOptions, choiceOf, withChoice } from '../example-filters.js';
import { type Output, tableOf } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  inSession,
  newCommand,
  newGroup,
  type Surroundings,
  wholeNumber,
} from '../session.js';
import { adapterOf, withinEdit } from './buffer-curate.js';

interface EraseOptions extends EditOptions, ChoiceOptions {}

export function eraseCommand(surroundings: Surroundings): Command {
  const group = newGroup('erase', 'take examples out of everything that is kept, and prove it');
  group.addCommand(
    withChoice(withEditOptions(newCommand('examples', 'erase examples, and train a candidate without them'))).action(
      (ids: string[], options: EraseOptions) =>
        withinEdit(options, surroundings, async (session) => {
          const asked = { ...options, of: choiceOf(ids, options) };
          const done = await erase(session, await adapterOf(session, options), asked);
          session.output.result(done, () => render(done, session.output));
        }),
    ),
    { isDefault: true },
  );
  group.addCommand(
    newCommand('resume', 'go on with an erasure that was stopped')
      .argument('<erasure>', 'its number', wholeNumber)
      .action((id: number, options: GlobalOptions) =>
        inSession(options, surroundings, async (session) => {
          const done = await resumeErasure(session, id);
          session.output.result(done, () => render(done, session.output));
        }),
      ),
  );
  group.addCommand(
    newCommand('list', 'all erasures').action((options: GlobalOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const all = await readErasures(session);
        session.output.result(all, () => renderList(all, session.output));
      }),
    ),
  );
  group.addCommand(
    newCommand('verify', 'examine whether what a certificate says still holds')
      .argument('<certificate>', 'its file')
      .action((file: string, options: GlobalOptions) =>
        inReadingSession(options, surroundings, async (session) => {
          const { output } = session;
          const found = await verifyCertificate(session, file);
          if (!found.holds) {
            const failed = found.findings
              .filter(({ holds }) => !holds)
              .map(({ check, detail }) => `${check}: ${detail}`);
            throw new EspalierError('ERASURE_INCOMPLETE', failed.join('; '), { result: found });
          }
          output.result(found, () =>
            found.findings.map(({ check, detail }) => `✓ ${check}: ${clip(detail, 200)}`).join('\n'),
          );
        }),
      ),
  );
  return group;
}

function render(done: ErasurePlan | ErasureReport, output: Output): string {
  return done.applied ? renderErased(done, output) : renderPlan(done, output);
}

const mostRows = 20;

const count = (number: number) => `${number} ${number === 1 ? 'example' : 'examples'}`;

function renderPlan({ examples, first, versions }: ErasurePlan, { colours, width }: Output): string {
  const columns = [{ title: 'id', align: 'right' }, { title: 'label' }, { title: 'text' }] as const;
  const rows = first
    .slice(0, mostRows)
    .map(({ id, label, text }) => [String(id), clip(label, 24), clip(text, width - 40)]);
  const more = examples > rows.length ? `\nand ${examples - rows.length} more` : '';
  const learned =
    versions.length === 0
      ? 'No version has learned any of them.'
      : `Learned by version ${versions.join(', ')}: a candidate is trained without them, and these go when it serves.`;
  return `${count(examples)} would be erased for ever\n\n${tableOf(columns, rows, colours)}${more}\n\n${learned}`;
}

function renderErased({ erasure, certificate, file, rejects }: ErasureReport, { colours }: Output): string {
  const { examples, versions, candidate, noCandidate, search } = certificate;
  const retrained = candidate
    ? `candidate ${candidate.id} (version ${candidate.version}) was trained without them`
    : `no candidate: ${noCandidate}`;
  const lines = [
    ['store', `removed with all that refers to them; ${rejects.length} files of rejected rows were rid of them`],
    ['training', retrained],
    ['versions', describeVersions(versions)],
    [
      'search',
      `${search.texts} texts in ${search.files} files, ${bytesInWords(search.bytes)}: ${describeFound(search.found)}`,
    ],
    ['proof', file],
  ];
  return `${colours.bold(`Erasure ${erasure}`)}: ${count(examples)}\n${lines.map(([name, value]) => `  ${name!.padEnd(9)} ${value}`).join('\n')}`;
}

function describeVersions({ tainted, removed, stillServing }: ErasureReport['certificate']['versions']): string {
  if (tainted.length === 0) return 'none had learned them';
  const gone = removed.length === 0 ? 'none removed yet' : `${removed.join(', ')} removed`;
  return stillServing === null ? gone : `${gone}; ${stillServing} serves until another is approved`;
}

const describeFound = (found: readonly string[]) =>
  found.length === 0 ? 'none found' : `found in ${found.slice(0, 5).join(', ')}: remove them there yourself`;

function renderList(all: Awaited<ReturnType<typeof readErasures>>, { colours, width }: Output): string {
  if (all.length === 0) return 'Nothing was ever erased.';
  const columns = [
    { title: 'erasure', align: 'right' },
    { title: 'adapter' },
    { title: 'at' },
    { title: 'examples', align: 'right' },
    { title: 'step' },
    { title: 'why' },
  ] as const;
  const rows = all.map(({ erasure, adapter, at, examples, step, reason }) => [
    ...[String(erasure), clip(adapter, 16), at.slice(0, 16).replace('T', ' '), String(examples), step],
    clip(reason, width - 66),
  ]);
  return tableOf(columns, rows, colours);
}
