import type { Command } from 'commander';
import { bufferCommand } from './commands/buffer.js';
import { candidatesCommand } from './commands/candidates.js';
import { compareCommand } from './commands/compare.js';
import { demoCommand } from './commands/demo.js';
import { embedCommand } from './commands/embed.js';
import { evalCommand } from './commands/eval.js';
import { examplesCommand } from './commands/examples.js';
import { exportCommand } from './commands/export.js';
import { ingestCommand } from './commands/ingest.js';
import { initCommand } from './commands/init.js';
import { predictCommand } from './commands/predict.js';
import { rollbackCommand } from './commands/rollback.js';
import { scheduleCommand } from './commands/schedule.js';
import { statusCommand } from './commands/status.js';
import { updateCommand } from './commands/update.js';
import { newGroup, type Surroundings } from './session.js';

/** All commands. A new one is a file of its own in commands/ and a place in this array. */
const commands = [
  initCommand,
  ingestCommand,
  updateCommand,
  compareCommand,
  candidatesCommand,
  evalCommand,
  rollbackCommand,
  bufferCommand,
  examplesCommand,
  predictCommand,
  embedCommand,
  exportCommand,
  scheduleCommand,
  statusCommand,
  demoCommand,
];

export function newProgram(surroundings: Surroundings): Command {
  const program = newGroup(
    'espalier',
    'Retrain small adapters over a frozen encoder, and ship an update only when nothing was traded away unseen.',
  )
    .version('0.1.0')
    // After the name of a command `--version` is that command's own.
    .enablePositionalOptions()
    .showHelpAfterError('(run with --help for what there is)');
  for (const make of commands) program.addCommand(make(surroundings));
  return program;
}
