import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import { clip, wrap } from '../../core/text.js';
import {
  approve,
  listProposed,
  readCandidate,
  readConfusedTexts,
  reject,
  verifyVerdict,
} from '../../library/candidates.js';
import { sayNewLabels } from '../../pages/report/new-labels.js';
import { renderReportPage } from '../../pages/report/page.js';
import type { Candidate, Verdict } from '../../store/candidates.js';
import { tableOf } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  inSession,
  newCommand,
  newGroup,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';
import { renderAdvice } from '../terminal/advice.js';
import { renderField } from '../terminal/contest.js';
import { renderFlips } from '../terminal/flips.js';
import { paintVerdict, renderReport } from '../terminal/report.js';

interface ListOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly all?: boolean;
}

interface ShowOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly html?: string;
}

interface DecisionOptions extends GlobalOptions {
  readonly reason: string;
  readonly override?: boolean;
}

export function candidatesCommand(surroundings: Surroundings): Command {
  const group = newGroup('candidates', 'look at what was proposed, and decide');
  const number = ['<number>', 'the candidate', wholeNumber] as const;
  group.addCommand(
    newCommand('list', 'candidates that wait for a decision')
      .option('--adapter <name>', 'of this adapter only')
      .option('--all', 'decided ones too')
      .action((options: ListOptions) => inReadingSession(options, surroundings, (session) => list(session, options))),
  );
  group.addCommand(
    newCommand('show', 'the report of a candidate: what it gained and lost, and what the gate says')
      .argument(...number)
      .option('--all', 'every suite and every flip')
      .option('--html <file>', 'write the report as a page, too')
      .action((id: number, options: ShowOptions) =>
        inReadingSession(options, surroundings, (session) => show(session, id, options)),
      ),
  );
  group.addCommand(
    newCommand('verify', 'work its verdict out again from the stored results')
      .argument(...number)
      .action((id: number, options: GlobalOptions) =>
        inReadingSession(options, surroundings, (session) => verify(session, id)),
      ),
  );
  group.addCommand(
    newCommand('approve', 'make a candidate champion')
      .argument(...number)
      .requiredOption('--reason <text>', 'why; kept for ever')
      .option('--override', 'although the gate did not pass it; kept for ever too')
      .action((id: number, options: DecisionOptions) =>
        inSession(options, surroundings, (session) => approveOne(session, id, options)),
      ),
  );
  group.addCommand(
    newCommand('reject', 'turn a candidate down')
      .argument(...number)
      .requiredOption('--reason <text>', 'why; kept for ever')
      .action((id: number, options: DecisionOptions) =>
        inSession(options, surroundings, (session) => rejectOne(session, id, options)),
      ),
  );
  return group;
}

async function list({ output, ...session }: Session, options: ListOptions): Promise<void> {
  const found = await listProposed(session, options);
  output.result(found, () => {
    if (found.length === 0) return options.all ? 'There are no candidates.' : 'No candidate waits for a decision.';
    const columns = [
      { title: 'no.', align: 'right' },
      { title: 'adapter' },
      { title: 'version', align: 'right' },
      { title: 'verdict' },
      { title: 'status' },
      { title: 'made' },
    ] as const;
    const rows = found.map((candidate) => [
      String(candidate.id),
      candidate.adapter,
      String(candidate.version),
      paintVerdict(candidate.verdict, output.colours),
      candidate.status,
      candidate.createdAt.slice(0, 16).replace('T', ' '),
    ]);
    return tableOf(columns, rows, output.colours);
  });
}

async function show({ output, ...session }: Session, id: number, options: ShowOptions): Promise<void> {
  const candidate = await readCandidate(session, id);
  const { report, strategy, field, decisions, flips } = candidate;
  const texts = await readConfusedTexts(session, report);
  if (options.html !== undefined) {
    await writeFileAtomic(options.html, renderReportPage({ candidate, strategy, field, decisions, flips, texts }));
    output.note(`the report is in ${options.html}`);
  }
  output.result(candidate, () => {
    const parts = [titleOf(candidate), renderField(field, output), renderReport(report, output, options)];
    parts.push(sayNewLabels(report, texts, (paragraph) => wrap(paragraph, output.width)));
    parts.push(renderFlips(flips, output, options));
    for (const { act, actor, at, reason } of decisions)
      parts.push(`${act} by ${clip(actor, 40)} at ${at}: ${clip(reason, 200)}`);
    if (candidate.status === 'waiting') parts.push(renderAdvice(report, candidate, output));
    return parts.filter((part) => part !== '').join('\n\n');
  });
}

const titleOf = (candidate: Candidate) => {
  const compared =
    candidate.championVersion === null ? 'no champion then' : `compared with version ${candidate.championVersion}`;
  return `candidate ${candidate.id}: ${candidate.adapter} version ${candidate.version}, ${compared}, ${candidate.status}`;
};

async function verify(session: Session, id: number): Promise<void> {
  const { output } = session;
  const verification = await verifyVerdict(session, id);
  const render = () =>
    verification.contenders
      .map(({ strategy, verdict, differences }) => {
        const outcome =
          differences.length === 0
            ? output.colours.green('the same, to the last digit')
            : output.colours.red(describeDifferences(differences));
        return `${strategy}: ${paintVerdict(verdict as Verdict, output.colours)}, worked out again from the stored results: ${outcome}`;
      })
      .join('\n');
  const spoilt = verification.contenders.filter(({ differences }) => differences.length > 0);
  // As JSON the result is in the error: there is one object on standard output.
  if (spoilt.length === 0 || output.format === 'text') output.result(verification, render);
  if (spoilt.length === 0) return;
  const names = spoilt.map(({ strategy }) => strategy).join(', ');
  throw new EspalierError('VERDICT_DIFFERS', `candidate ${id}: ${names}`, { result: verification });
}

function describeDifferences(differences: readonly string[]): string {
  const rest = differences.length > 3 ? ` and ${differences.length - 3} more` : '';
  return `another report: ${differences.slice(0, 3).join(', ')}${rest}`;
}

async function approveOne({ output, ...session }: Session, id: number, options: DecisionOptions): Promise<void> {
  const approved = await approve(session, id, options);
  const { adapter, champion, act, admitted, evicted } = approved;
  output.result(approved, () => {
    const marked = act === 'approve' ? '' : output.colours.yellow(' by override');
    return `${adapter} version ${champion} is champion${marked}; the buffer added ${admitted} examples and removed ${evicted}`;
  });
}

async function rejectOne({ output, ...session }: Session, id: number, { reason }: DecisionOptions): Promise<void> {
  const rejected = await reject(session, id, reason);
  output.result(
    rejected,
    () => `candidate ${id} of ${rejected.adapter} is rejected; its data stays new for the next update`,
  );
}
