#!/usr/bin/env node
/** The entry: runs a command, tells errors, and is the only place that exits. */
import { CommanderError } from 'commander';
import { describePlace, EspalierError, exitCodeOf } from '../core/errors.js';
import { jsonOf, printable } from '../core/text.js';
import { storeError } from '../store/database.js';
import { newProgram } from './program.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.stderr.write('\nstopping; press Ctrl-C again to stop at once\n');
    stop.abort();
    process.once(signal, () => process.exit(exitCodeOf('INTERRUPTED')));
  });
}
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code === 'EPIPE') process.exit(0);
  throw thrown;
});

const surroundings = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingFolder: process.cwd(),
  signal: stop.signal,
};

try {
  await newProgram(surroundings).parseAsync(process.argv);
} catch (thrown) {
  process.exitCode = tell(thrown);
}

/** Expected errors short, unexpected ones with their stack. */
function tell(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitCodeOf('USAGE');
  const error = storeError(thrown, 'the store');
  if (!(error instanceof EspalierError)) {
    process.stderr.write(
      `espalier: this is a defect of Espalier, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return exitCodeOf('DEFECT');
  }
  const { code, message, at, hint } = error;
  if (process.argv.includes('--json')) process.stdout.write(`${jsonOf({ error: { code, message, at: at ?? null, hint } })}\n`);
  const place = describePlace(at);
  process.stderr.write(
    `espalier: ${printable(message)} [${code}]\n${place === '' ? '' : `  at    ${printable(place)}\n`}  hint  ${printable(hint)}\n`,
  );
  return exitCodeOf(code);
}
