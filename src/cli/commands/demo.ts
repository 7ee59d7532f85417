import type { Command } from 'commander';
import { playDemo } from '../demo.js';
import { type GlobalOptions, newCommand, outputOf, type Surroundings } from '../session.js';

interface DemoOptions extends GlobalOptions {
  readonly keep?: boolean;
}

export function demoCommand(surroundings: Surroundings): Command {
  return newCommand(
    'demo',
    'play the sample stream in a temporary workspace: what is forgotten, and what the gate says',
  )
    .option('--keep', 'leave the workspace, to look around in it')
    .action((options: DemoOptions) =>
      playDemo(outputOf(options, surroundings), surroundings, { keep: options.keep === true }),
    );
}
