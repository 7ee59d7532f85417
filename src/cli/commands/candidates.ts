import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { readDeclaration } from '../../core/workspace.js';
import { fieldRows } from '../../gate/field.js';
import type { Report } from '../../gate/report.js';
import { approveCandidate, rejectCandidate } from '../../pipeline/decide.js';
import { type Candidate, findCandidate, listCandidates, listDecisions } from '../../store/candidates.js';
import { listContenders } from '../../store/contenders.js';
import { listResults, type PairedResult } from '../../store/results.js';
import { tableOf } from '../output.js';
import { renderField } from '../render-field.js';
import { paintVerdict, renderReport } from '../render-report.js';
import { type GlobalOptions, inSession, newCommand, newGroup, type Session, type Surroundings, wholeNumber } from '../session.js';

interface ListOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly all?: boolean;
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
      .action((options: ListOptions) => inSession(options, surroundings, (session) => list(session, options))),
  );
  group.addCommand(
    newCommand('show', 'the report of a candidate: what it gained and lost, and what the gate says')
      .argument(...number)
      .action((id: number, options: GlobalOptions) => inSession(options, surroundings, (session) => show(session, id))),
  );
  group.addCommand(
    newCommand('approve', 'make a candidate champion')
      .argument(...number)
      .requiredOption('--reason <text>', 'why; kept for ever')
      .option('--override', 'although the gate did not pass it; kept for ever too')
      .action((id: number, options: DecisionOptions) => inSession(options, surroundings, (session) => approve(session, id, options))),
  );
  group.addCommand(
    newCommand('reject', 'turn a candidate down')
      .argument(...number)
      .requiredOption('--reason <text>', 'why; kept for ever')
      .action((id: number, options: DecisionOptions) => inSession(options, surroundings, (session) => reject(session, id, options))),
  );
  return group;
}

async function list({ store, output }: Session, options: ListOptions): Promise<void> {
  const found = await listCandidates(store.queries, { adapter: options.adapter, status: options.all ? undefined : 'waiting' });
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

async function show({ store, output }: Session, id: number): Promise<void> {
  const candidate = await findCandidate(store.queries, id);
  const decisions = (await listDecisions(store.queries, candidate.adapter)).filter((decision) => decision.candidateId === id);
  const field = fieldRows(await listContenders(store.queries, candidate.runId));
  const proposed = field.find(({ chosen }) => chosen)!.strategy;
  const flips = flipsOf(await listResults(store.queries, candidate.runId, proposed));
  output.result({ ...candidate, strategy: proposed, field, decisions, flips }, () => {
    const parts = [titleOf(candidate), renderField(field, output), renderReport(candidate.report as Report, output)];
    if (flips.lost.length > 0) parts.push(`right before, wrong now (${flips.lost.length}):\n${renderFlips(flips.lost)}`);
    for (const { act, actor, at, reason } of decisions) parts.push(`${act} by ${clip(actor, 40)} at ${at}: ${clip(reason, 200)}`);
    return parts.filter((part) => part !== '').join('\n\n');
  });
}

const titleOf = (candidate: Candidate) => {
  const compared = candidate.championVersion === null ? 'no champion then' : `compared with version ${candidate.championVersion}`;
  return `candidate ${candidate.id}: ${candidate.adapter} version ${candidate.version}, ${compared}, ${candidate.status}`;
};

/** Cases whose answer turned from right to wrong, and the other way. */
function flipsOf(results: readonly PairedResult[]) {
  const answered = results.filter((result) => result.candidateAnswer !== null && result.championScore !== null);
  return {
    lost: answered.filter((result) => result.championScore === 1 && result.candidateScore === 0),
    gained: answered.filter((result) => result.championScore === 0 && result.candidateScore === 1),
  };
}

const shownFlips = 5;

function renderFlips(flips: readonly PairedResult[]): string {
  const lines = flips
    .slice(0, shownFlips)
    .map(
      (flip) =>
        `  ${clip(`${flip.suite} ${flip.caseId}`, 40)}: ${clip(flip.championAnswer ?? '', 24)} -> ${clip(flip.candidateAnswer ?? '', 24)}`,
    );
  return [...lines, ...(flips.length > shownFlips ? [`  and ${flips.length - shownFlips} more (--json has all)`] : [])].join('\n');
}

async function approve({ workspace, store, output, actor, now }: Session, id: number, options: DecisionOptions): Promise<void> {
  const { adapter } = await findCandidate(store.queries, id);
  const declaration = await readDeclaration(workspace, adapter);
  const approval = { candidateId: id, actor, reason: options.reason, at: now, on: options.override ? 'override' : 'verdict' } as const;
  const { candidate, admitted, evicted } = await approveCandidate(store, declaration, approval);
  output.result({ adapter, champion: candidate.version, admitted, evicted }, () => {
    const marked = candidate.verdict === 'pass' ? '' : output.colours.yellow(' by override');
    return `${adapter} version ${candidate.version} is champion${marked}; the buffer took ${admitted} examples in and let ${evicted} go`;
  });
}

async function reject({ store, output, actor, now }: Session, id: number, { reason }: DecisionOptions): Promise<void> {
  const candidate = await rejectCandidate(store, { candidateId: id, actor, reason, at: now });
  output.result(
    { adapter: candidate.adapter, rejected: id },
    () => `candidate ${id} of ${candidate.adapter} is rejected; its data stays new for the next update`,
  );
}
