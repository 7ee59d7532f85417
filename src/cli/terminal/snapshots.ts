/** Snapshots of the replay buffer as text. */
import { clip, wrap } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { nameWithin } from '../../declaration/tasks.js';
import type { Restoration } from '../../library/restore-snapshot.js';
import type { SnapshotChange, SnapshotDiff, SnapshotSide } from '../../library/snapshot-diff.js';
import type { SnapshotMember, SnapshotSheet, SnapshotSummary } from '../../library/snapshots.js';
import { type Output, tableOf } from '../output.js';
import { comeAndGone, tableOfLabels } from './reselected.js';

/** Rows of a table; the others are told with --json. */
const mostRows = 30;

export function renderSnapshots(snapshots: readonly SnapshotSummary[], { colours }: Output): string {
  if (snapshots.length === 0) return 'No version has a snapshot.';
  const columns = [
    { title: 'version', align: 'right' },
    { title: 'trained' },
    { title: 'members', align: 'right' },
    { title: 'erased', align: 'right' },
    { title: 'trained on', align: 'right' },
    { title: 'hash' },
    { title: '' },
  ] as const;
  const rows = snapshots.map(({ version, at, isChampion, members, gone, trainedOn }) => [
    String(version),
    at.slice(0, 16).replace('T', ' '),
    String(members),
    String(gone),
    String(trainedOn.examples),
    trainedOn.sha256.slice(0, 12),
    isChampion ? 'champion' : '',
  ]);
  return tableOf(columns, rows, colours);
}

export function renderSnapshot(
  sheet: SnapshotSheet,
  { tasks }: Pick<AdapterDeclaration, 'tasks'>,
  { colours, width }: Output,
): string {
  const { adapter, version, at, members, gone, exact, trainedOn } = sheet;
  const total = members.length + gone;
  const lost = gone === 0 ? '' : `; ${gone} of them have been erased, so it is incomplete`;
  const unlike = exact || gone > 0 ? '' : '; they are not those that the version recorded';
  const check = trainedOn.holds ? 'The store still has it, unchanged.' : `It does not hold now: ${trainedOn.why}.`;
  const head = [
    `${colours.bold(clip(adapter, 64))}, version ${version}, trained ${at}`,
    wrap(`Buffer: ${total} members then${lost}${unlike}.`, width),
    wrap(`Trained on: ${trainedOn.examples} examples, SHA-256 ${trainedOn.sha256}.`, width),
    wrap(check, width),
  ].join('\n');
  if (members.length === 0) return head;
  const counts = countLabels(members, (member) => nameWithin(tasks, member.task, member.label));
  const rows = counts
    .slice(0, mostRows)
    .map(({ label, members, still }) => [clip(label, 44), String(members), String(still)]);
  const columns = [
    { title: 'label' },
    { title: 'then', align: 'right' },
    { title: 'still members', align: 'right' },
  ] as const;
  const more = counts.length > mostRows ? `\nand ${counts.length - mostRows} more labels` : '';
  return `${head}\n\n${tableOf(columns, rows, colours)}${more}`;
}

interface LabelCount {
  readonly label: string;
  readonly members: number;
  readonly still: number;
}

/** The most frequent label first. */
function countLabels(members: readonly SnapshotMember[], nameOf: (member: SnapshotMember) => string): LabelCount[] {
  const counts = new Map<string, { members: number; still: number }>();
  for (const member of members) {
    const count = counts.get(nameOf(member)) ?? { members: 0, still: 0 };
    count.members++;
    if (member.now.state === 'member') count.still++;
    counts.set(nameOf(member), count);
  }
  return [...counts]
    .map(([label, count]) => ({ label, ...count }))
    .sort((a, b) => b.members - a.members || (a.label < b.label ? -1 : 1));
}

export function renderSnapshotDiff(diff: SnapshotDiff, { colours, width }: Output): string {
  const { adapter, from, to, changes } = diff;
  const counts = `${diff.in} came in, ${diff.out} went out, ${diff.changed} changed`;
  const head = `${colours.bold(clip(adapter, 64))}: ${counts}\n\n${sideOf(from)}\n${sideOf(to)}`;
  if (changes.length === 0) return head;
  const columns = [{ title: '' }, { title: 'id', align: 'right' }, { title: 'domain' }, { title: 'label' }] as const;
  const rows = changes
    .slice(0, mostRows)
    .map((change) => [change.change, String(change.id), clip(change.domain, 14), clip(labelsOf(change), width - 36)]);
  const more = changes.length > mostRows ? `\nand ${changes.length - mostRows} more` : '';
  return `${head}\n\n${tableOf(columns, rows, colours)}${more}`;
}

const sideOf = ({ version, members, gone }: SnapshotSide) =>
  `version ${version}: ${members} members${gone === 0 ? '' : `, of which ${gone} have been erased`}`;

/** "late -> refund, weight 1 -> 2" */
function labelsOf({ label, before, after }: SnapshotChange): string {
  if (!before || !after) return label;
  const labels = before.label === after.label ? label : `${before.label} -> ${after.label}`;
  return before.weight === after.weight ? labels : `${labels}, weight ${before.weight} -> ${after.weight}`;
}

export function renderRestoration(done: Restoration, { colours, width }: Output): string {
  const { adapter, champion, snapshot, labels } = done;
  const parts = [
    `${colours.bold(clip(adapter, 64))}, version ${champion}: the snapshot of version ${snapshot}\n${comeAndGone(done)}`,
    ...left(done).map((line) => wrap(line, width)),
    ...(labels.length === 0 ? [] : [tableOfLabels(labels, colours)]),
  ];
  return parts.join('\n\n');
}

/** What cannot be as it was, each in a sentence. */
function left({ gone, quarantined, pinned }: Restoration): string[] {
  return [
    ...(gone > 0 ? [`${gone} of its members have been erased.`] : []),
    ...(quarantined.length > 0 ? [`Quarantined members stay out: ${numbersOf(quarantined)}.`] : []),
    ...(pinned.length > 0 ? [`Pinned members stay, which it does not have: ${numbersOf(pinned)}.`] : []),
  ];
}

const numbersOf = (ids: readonly number[]) =>
  ids.length > 10 ? `${ids.slice(0, 10).join(', ')} and ${ids.length - 10} more` : ids.join(', ');
