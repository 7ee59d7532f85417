import type { Command } from 'commander';
import { restoreSnapshot } from '../../library/restore-snapshot.js';
import { compareSnapshots } from '../../library/snapshot-diff.js';
import { readSnapshot, readSnapshots } from '../../library/snapshots.js';
import { type EditOptions, withEditOptions } from '../edit-report.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { inReadingSession, newCommand, newGroup, type Surroundings, wholeNumber } from '../session.js';
import { renderRestoration, renderSnapshot, renderSnapshotDiff, renderSnapshots } from '../terminal/snapshots.js';
import { withinEdit } from './buffer-curate.js';

const adapterOption = ['--adapter <name>', 'the adapter; default: the only one there is'] as const;

export function snapshotGroup(surroundings: Surroundings): Command {
  const group = newGroup('snapshot', 'the members when each version was trained, and what it was trained on');
  for (const command of [listCommand, showCommand, diffCommand, restoreCommand])
    group.addCommand(command(surroundings));
  return group;
}

function listCommand(surroundings: Surroundings): Command {
  return newCommand('list', 'the snapshot of each version')
    .option(...adapterOption)
    .action((options: AdapterOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const { name } = await askedAdapter(session, options);
        const snapshots = await readSnapshots(session, name);
        session.output.result(snapshots, () => renderSnapshots(snapshots, session.output));
      }),
    );
}

function showCommand(surroundings: Surroundings): Command {
  return newCommand('show', 'the members of one, and whether what its version was trained on still holds')
    .argument('<version>', 'the version', wholeNumber)
    .option(...adapterOption)
    .action((version: number, options: AdapterOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const declaration = await askedAdapter(session, options);
        const sheet = await readSnapshot(session, declaration.name, version);
        session.output.result(sheet, () => renderSnapshot(sheet, declaration, session.output));
      }),
    );
}

function diffCommand(surroundings: Surroundings): Command {
  return newCommand('diff', 'which members came, went or changed between two versions')
    .argument('<version1>', 'the first version', wholeNumber)
    .argument('<version2>', 'the second version', wholeNumber)
    .option(...adapterOption)
    .action((first: number, second: number, options: AdapterOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const { name } = await askedAdapter(session, options);
        const diff = await compareSnapshots(session, name, [first, second]);
        session.output.result(diff, () => renderSnapshotDiff(diff, session.output));
      }),
    );
}

function restoreCommand(surroundings: Surroundings): Command {
  return withEditOptions(newCommand('restore', 'make the members of one those of the buffer again'))
    .argument('<version>', 'the version', wholeNumber)
    .action((version: number, options: EditOptions) =>
      withinEdit(options, surroundings, async (session) => {
        const { name } = await askedAdapter(session, options);
        const done = await restoreSnapshot(session, name, version, options);
        session.output.result(done, () => renderRestoration(done, session.output));
        if (done.applied) session.output.note('The next approval fills the buffer as adapter.yaml declares.');
      }),
    );
}
