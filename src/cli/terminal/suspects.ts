/** Probably wrong labels as people read them, and the commands that mend them. */
import { readLabelSet } from '../../core/label-sets.js';
import { clip, printable, wrap } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import type { Suspect } from '../../inspecting/suspects.js';
import type { SuspectListing } from '../../library/suspects.js';
import { calledAs, quoted } from '../called-as.js';
import type { Output } from '../output.js';
import { tasksShown } from './examples.js';

type Tasks = Pick<AdapterDeclaration, 'tasks'>;

export function renderSuspects(found: SuspectListing, declaration: Tasks, output: Output): string {
  const { adapter, version, suspects } = found;
  const head = `${output.colours.bold(clip(adapter, 64))}, version ${version}: ${found.found} suspects`;
  const tasks = found.tasks.map((task) => wrap(describeTask(task, declaration), output.width));
  if (suspects.length === 0) return [head, ...tasks].join('\n');
  const rows = suspects.map((suspect) => renderSuspect(suspect, declaration, output));
  const hidden = found.found - suspects.length;
  return [
    head,
    ...tasks,
    '',
    output.colours.dim(`${'score'.padStart(7)}  ${'id'.padStart(7)}  given -> proposed`),
    ...rows,
    ...(hidden > 0 ? [`and ${hidden} more; see them with --limit`] : []),
    '',
    ...nextSteps(found),
  ].join('\n');
}

function describeTask(task: SuspectListing['tasks'][number], declaration: Tasks): string {
  const { examined, references, estimate, neighboursAlone, revised } = task;
  const name = tasksShown(declaration)(`${clip(task.task, 24)}: `).join('');
  const told = revised > 0 ? `; ${revised} were changed since it learned them, and are not told` : '';
  const witnesses =
    neighboursAlone === null
      ? `about ${Math.round(estimate!)} wrong labels by confident learning`
      : `ranked by neighbours alone, since ${neighboursAlone}`;
  return `${name}${examined} learned examples, neighbours among ${references}; ${witnesses}${told}`;
}

function renderSuspect(suspect: Suspect, declaration: Tasks, { width, colours }: Output): string {
  const { score, id, text, labelProbability, proposedProbability, disagreement } = suspect;
  const half = Math.floor((width - 24) / 2);
  const [given, proposed] = answersOf(suspect).map((label) => clip(label, half));
  const share = disagreement === null ? 'no neighbours' : `${Math.round(disagreement * 100)} % of neighbours differ`;
  const probabilities =
    labelProbability === null ? [] : [`${labelProbability.toFixed(3)} -> ${proposedProbability!.toFixed(3)}`];
  const facts = [...tasksShown(declaration)(clip(suspect.task, 24)), ...probabilities, share].join(', ');
  return [
    `${score.toFixed(2).padStart(7)}  ${String(id).padStart(7)}  ${given} -> ${colours.yellow(proposed!)}`,
    `${' '.repeat(18)}${colours.dim(facts)}`,
    `${' '.repeat(18)}${clip(text, width - 18)}`,
  ].join('\n');
}

/** Of a set the labels that come or go. */
function answersOf({ label, proposed, about }: Suspect): [string, string] {
  if (about === null) return [label, proposed];
  return readLabelSet(proposed).length > readLabelSet(label).length
    ? [`without ${about}`, `with ${about}`]
    : [`with ${about}`, `without ${about}`];
}

/** Numbers that one line holds. */
const mostIds = 8;

function nextSteps({ adapter, suspects }: SuspectListing): string[] {
  const call = `${calledAs()} buffer`;
  const end = `--adapter ${quoted(adapter)} --reason '...'`;
  const relabel = suspects.map(relabelWords).find((words) => words !== undefined);
  const ids = suspects.slice(0, mostIds).map(({ id }) => id);
  return [
    'Read them, then mend those that are wrong; the next update corrects the adapter:',
    ...(relabel === undefined ? [] : [`  ${call} ${relabel} ${end}`]),
    `  ${call} quarantine ${ids.join(' ')} ${end}`,
  ];
}

/** Undefined where the label cannot be typed in a shell, or where no label would be left. */
function relabelWords({ id, proposed, about }: Suspect): string | undefined {
  const labels = about === null ? [proposed] : readLabelSet(proposed);
  if (labels.length === 0 || labels.some((label) => printable(label) !== label || label.startsWith('-')))
    return undefined;
  return `relabel ${id} --to ${labels.map(quoted).join(' ')}`;
}
