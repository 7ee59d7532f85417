import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import { type DuplicateGroup, findDuplicates, type NearDuplicates } from '../../library/near-duplicates.js';
import { type NearOptions, newNearCommand } from '../near-options.js';
import type { Output } from '../output.js';
import { inReadingSession, type Session, type Surroundings } from '../session.js';

export function duplicatesCommand(surroundings: Surroundings): Command {
  return newNearCommand('duplicates', 'groups of similar texts among all stored examples', 'groups').action(
    (options: NearOptions) => inReadingSession(options, surroundings, (session) => duplicates(session, options)),
  );
}

async function duplicates(session: Session, { adapter, task, threshold, limit }: NearOptions): Promise<void> {
  const { workspace, output } = session;
  const name = adapter ?? (await onlyAdapter(workspace));
  const found = await findDuplicates(session, name, { task, threshold, limit });
  const { tasks } = await readDeclaration(workspace, name);
  output.result(found, () => renderDuplicates(found, tasks.length > 1, output));
}

/** Members of a group that are shown; --json tells all. */
const mostMembers = 6;

function renderDuplicates(found: NearDuplicates, namesTask: boolean, output: Output): string {
  const { examples, duplicates: more, acrossSplits, groups, threshold } = found;
  if (found.found === 0) return `No texts are similar (${threshold}) among ${examples} examples.`;
  const head = `${found.found} groups among ${examples} examples: ${more} resemble an earlier one (${threshold})`;
  const across = acrossSplits > 0 ? [`${acrossSplits} of them have examples on both sides of the holdout`] : [];
  const shown = groups.map((group) => renderGroup(group, namesTask, output));
  const hidden = found.found - groups.length;
  return [head, ...across, '', ...shown, ...(hidden > 0 ? [`and ${hidden} more groups`] : [])].join('\n');
}

function renderGroup(group: DuplicateGroup, namesTask: boolean, { colours, width }: Output): string {
  const { task, members, labels, acrossSplits } = group;
  const facts = [
    `${members.length} examples`,
    ...(namesTask ? [clip(task, 24)] : []),
    ...(labels > 1 ? [colours.yellow(`${labels} labels`)] : []),
    ...(acrossSplits ? [colours.yellow('train and holdout')] : []),
  ];
  const rows = members.slice(0, mostMembers).map(({ id, similarity, label, text }) => {
    const columns = `${similarity.toFixed(2)} ${String(id).padStart(7)}  ${clip(label, 20).padEnd(20)}`;
    return `  ${columns}  ${clip(text, width - 38)}`;
  });
  const hidden = members.length - rows.length;
  return [colours.bold(facts.join(', ')), ...rows, ...(hidden > 0 ? [`  and ${hidden} more`] : []), ''].join('\n');
}
