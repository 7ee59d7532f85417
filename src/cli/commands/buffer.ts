import type { Command } from 'commander';
import { newGroup, type Surroundings } from '../session.js';
import { bakeoffCommand } from './buffer-bakeoff.js';
import { browseCommand } from './buffer-browse.js';
import { conflictsCommand } from './buffer-conflicts.js';
import { coverageCommand } from './buffer-coverage.js';
import { curateGroup } from './buffer-curate.js';
import { diffCommand } from './buffer-diff.js';
import { duplicatesCommand } from './buffer-duplicates.js';
import { exportCommand } from './buffer-export.js';
import { listCommand } from './buffer-list.js';
import { outliersCommand } from './buffer-outliers.js';
import { reselectCommand } from './buffer-reselect.js';
import { showCommand, whyCommand } from './buffer-show.js';
import { similarCommand } from './buffer-similar.js';
import { snapshotGroup } from './buffer-snapshot.js';
import { sqlCommand } from './buffer-sql.js';
import { statsCommand } from './buffer-stats.js';
import { suspectsCommand } from './buffer-suspects.js';

export function bufferCommand(surroundings: Surroundings): Command {
  const group = newGroup('buffer', 'inspect the replay buffer, and choose its members anew');
  const commands = [
    ...[statsCommand, listCommand, browseCommand, showCommand, whyCommand, diffCommand, exportCommand, sqlCommand],
    ...[duplicatesCommand, conflictsCommand, suspectsCommand, similarCommand, outliersCommand, coverageCommand],
    ...[reselectCommand, bakeoffCommand],
  ];
  for (const command of curateGroup(surroundings)) group.addCommand(command);
  for (const command of commands) group.addCommand(command(surroundings));
  group.addCommand(snapshotGroup(surroundings));
  return group;
}
