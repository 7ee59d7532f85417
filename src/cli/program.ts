import type { Command } from 'commander';
import { newGroup, type Surroundings } from './session.js';

type MakeCommand = (surroundings: Surroundings) => Command;

/** All commands, in the order of the help. A new one is a file of its own in commands/ and a place here. */
const commands: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  init: async () => (await import('./commands/init.js')).initCommand,
  ingest: async () => (await import('./commands/ingest.js')).ingestCommand,
  update: async () => (await import('./commands/update.js')).updateCommand,
  compare: async () => (await import('./commands/compare.js')).compareCommand,
  candidates: async () => (await import('./commands/candidates.js')).candidatesCommand,
  eval: async () => (await import('./commands/eval.js')).evalCommand,
  rollback: async () => (await import('./commands/rollback.js')).rollbackCommand,
  buffer: async () => (await import('./commands/buffer.js')).bufferCommand,
  labels: async () => (await import('./commands/labels.js')).labelsCommand,
  erase: async () => (await import('./commands/erase.js')).eraseCommand,
  examples: async () => (await import('./commands/examples.js')).examplesCommand,
  drift: async () => (await import('./commands/drift.js')).driftCommand,
  unknown: async () => (await import('./commands/unknown.js')).unknownCommand,
  predict: async () => (await import('./commands/predict.js')).predictCommand,
  embed: async () => (await import('./commands/embed.js')).embedCommand,
  export: async () => (await import('./commands/export.js')).exportCommand,
  schedule: async () => (await import('./commands/schedule.js')).scheduleCommand,
  store: async () => (await import('./commands/store.js')).storeCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  backup: async () => (await import('./commands/backup.js')).backupCommand,
  restore: async () => (await import('./commands/restore.js')).restoreCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  prune: async () => (await import('./commands/prune.js')).pruneCommand,
  demo: async () => (await import('./commands/demo.js')).demoCommand,
};

/**
 * The program with every command, or with the one that the words begin with: a command loads what it needs and nothing
 * of the others.
 * @param words of the command line; without them every command is there
 */
export async function newProgram(surroundings: Surroundings, words: readonly string[] = []): Promise<Command> {
  const program = newGroup(
    'espalier',
    'Retrain small adapters over a frozen encoder, and ship an update only when nothing was traded away unseen.',
  )
    .version('0.1.0')
    // After the name of a command `--version` is that command's own.
    .enablePositionalOptions()
    .showHelpAfterError('(run with --help for what there is)');
  const [name] = words;
  const loaders = name !== undefined && Object.hasOwn(commands, name) ? [commands[name]!] : Object.values(commands);
  for (const load of loaders) program.addCommand((await load())(surroundings));
  return program;
}
