import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import {
  type ConflictSide,
  findConflicts,
  type NearConflict,
  type NearConflicts,
} from '../../library/near-conflicts.js';
import { type NearOptions, newNearCommand } from '../near-options.js';
import type { Output } from '../output.js';
import { inReadingSession, type Session, type Surroundings } from '../session.js';

export function conflictsCommand(surroundings: Surroundings): Command {
  return newNearCommand('conflicts', 'similar texts with different labels among all stored examples', 'pairs').action(
    (options: NearOptions) => inReadingSession(options, surroundings, (session) => conflicts(session, options)),
  );
}

async function conflicts(session: Session, { adapter, task, threshold, limit }: NearOptions): Promise<void> {
  const { workspace, output } = session;
  const name = adapter ?? (await onlyAdapter(workspace));
  const found = await findConflicts(session, name, { task, threshold, limit });
  const { tasks } = await readDeclaration(workspace, name);
  output.result(found, () => renderConflicts(found, tasks.length > 1, output));
}

function renderConflicts(found: NearConflicts, namesTask: boolean, output: Output): string {
  const { examples, conflicts: shown, threshold } = found;
  if (found.found === 0) return `No similar texts (${threshold}) have different labels among ${examples} examples.`;
  const head = `${found.found} pairs of similar texts (${threshold}) with different labels among ${examples} examples`;
  const hidden = found.found - shown.length;
  return [
    head,
    '',
    ...shown.map((conflict) => renderConflict(conflict, namesTask, output)),
    ...(hidden > 0 ? [`and ${hidden} more pairs`] : []),
  ].join('\n');
}

/** The similarity stands beside the earlier example only. */
function renderConflict(
  { task, similarity, earlier, later }: NearConflict,
  namesTask: boolean,
  output: Output,
): string {
  const { colours, width } = output;
  const line = (beginning: string, { id, label, text }: ConflictSide) =>
    `${beginning.padEnd(4)} ${String(id).padStart(7)}  ${clip(label, 20).padEnd(20)}  ${clip(text, width - 36)}`;
  return [
    ...(namesTask ? [colours.dim(clip(task, 24))] : []),
    line(similarity.toFixed(2), earlier),
    line('', later),
    '',
  ].join('\n');
}
