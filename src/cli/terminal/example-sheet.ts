/** One example, whole, as lines of a name and a value. */
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import type { BufferSheet } from '../../library/buffer.js';
import type { ExampleHistory, ExampleRevision, LearnedAs } from '../../library/example-history.js';
import { allPolicies } from '../../replay/policies.js';
import type { Membership } from '../../store/buffer.js';
import { tasksShown } from './examples.js';

type Fact = readonly [name: string, value: string];

export const linesOfFacts = (facts: readonly Fact[]): string[] =>
  facts.map(([name, value]) => `${name.padEnd(9)} ${value}`);

export function factsOf(sheet: BufferSheet, declaration: Pick<AdapterDeclaration, 'tasks'>): Fact[] {
  return [
    ['text', clip(sheet.text, 2000)],
    ...tasksShown(declaration)(['task', sheet.task] as const),
    ['label', clip(sheet.label, 200)],
    ['domain', clip(sheet.domain, 200)],
    ['source', clip(sheet.source, 200)],
    ['received', sheet.receivedAt],
    ['from', clip(originOf(sheet), 300)],
    ['split', sheet.split],
    ['arrival', String(sheet.arrival)],
    ['hash', sheet.hash],
    ...placeOf(sheet),
    ...historyFacts(sheet),
  ];
}

function originOf({ provenance: { file, line, agreement } }: BufferSheet): string {
  const origin = `${file}, line ${line}`;
  return agreement ? `${origin}; ${agreement.agreed} of ${agreement.annotators} annotators agreed` : origin;
}

function placeOf({ membership }: BufferSheet): Fact[] {
  if (membership === null) return [['buffer', 'not offered yet']];
  return [
    ['buffer', `${membership.state} since ${membership.since}`],
    ['policy', `${clip(membership.policy, 64)}, ${scoreOf(membership)}`],
    ['reason', clip(membership.reason, 400)],
  ];
}

/** "draw 0.0123": the number by which the policy decided, under its own name for it. */
export function scoreOf({ policy, score }: Pick<Membership, 'policy' | 'score'>): string {
  const named = allPolicies().find(({ name }) => name === policy);
  return `${named?.score ?? 'score'} ${Number.isInteger(score) ? score : score.toFixed(4)}`;
}

/** What people decided and changed, and what versions learned; only what is unusual. */
export function historyFacts(history: ExampleHistory): Fact[] {
  const { weight, quarantined, pinned, note, nearDuplicateOf, revisions, learnedBy } = history;
  return [
    ...(weight === 1 ? [] : [['weight', String(weight)] as const]),
    ...(quarantined ? [['apart', 'quarantined: neither trained on nor replayed'] as const] : []),
    ...(pinned ? [['pinned', 'stays in the buffer once it is a member'] as const] : []),
    ...(note === null ? [] : [['note', clip(note, 400)] as const]),
    ...(nearDuplicateOf ? [['resembles', resemblanceOf(nearDuplicateOf)] as const] : []),
    ...named('changed', revisions.map(tellRevision)),
    ...named('learned', tellLearned(learnedBy)),
  ];
}

const resemblanceOf = ({ id, similarity }: { readonly id: number; readonly similarity: number }) =>
  `example ${id}, by ${similarity.toFixed(2)} of their character sequences`;

/** The name stands before the first line alone. */
const named = (name: string, lines: readonly string[]): Fact[] =>
  lines.map((line, index) => [index === 0 ? name : '', line]);

function tellRevision({ edit, before, after, reason, actor, at, undoneBy }: ExampleRevision): string {
  const fields = Object.keys(after) as (keyof typeof after)[];
  const changes = fields.map((field) => `${field} ${shownValue(before[field])} -> ${shownValue(after[field])}`);
  const undone = undoneBy === null ? '' : `; taken back by edit ${undoneBy}`;
  return `${changes.join(', ')}, edit ${edit} of ${clip(actor, 64)}, ${at}: ${clip(reason, 200)}${undone}`;
}

function shownValue(value: string | number | boolean | null | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? `"${clip(value, 80)}"` : value === null ? 'none' : String(value);
}

/** Versions one after another that made the same of it share a line. */
function tellLearned(learnedBy: readonly LearnedAs[]): string[] {
  const groups: { readonly what: string; readonly versions: number[] }[] = [];
  for (const learned of learnedBy) {
    const what = outcomeOf(learned);
    const last = groups.at(-1);
    if (last?.what === what) last.versions.push(learned.version);
    else groups.push({ what, versions: [learned.version] });
  }
  return groups.map(({ what, versions }) => `${versionsIn(versions)} ${what}`);
}

function outcomeOf({ leftOut, label, weight }: LearnedAs): string {
  if (leftOut !== null) return `left it out: ${leftOut}`;
  return `learned it as "${clip(label, 80)}"${weight === 1 ? '' : `, weight ${weight}`}`;
}

const versionsIn = (versions: readonly number[]) =>
  versions.length === 1
    ? `version ${versions[0]}`
    : `${versions.length} versions from ${versions[0]} to ${versions.at(-1)}`;
