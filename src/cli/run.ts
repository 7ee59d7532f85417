/** Runs the command of this process and has its errors told. Nothing else in this room ends the process. */
import { exitCodeOf, systemCodeOf } from '../core/errors.js';
import { diskError } from '../core/files.js';
import { asksForJson } from './asks-json.js';
import { newProgram } from './program.js';
import { tellError } from './tell-error.js';

const stop = new AbortController();
/**
 * A terminal sends Ctrl-C to every process of a command, and npm or the process that looked for a current Node.js
 * passes it on as well.
 */
const onePressMilliseconds = 300;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  let first: number | undefined;
  process.on(signal, () => {
    first ??= performance.now();
    if (stop.signal.aborted && performance.now() - first > onePressMilliseconds)
      process.exit(exitCodeOf('INTERRUPTED'));
    if (stop.signal.aborted) return;
    process.stderr.write('\nstopping; press Ctrl-C again to stop at once\n');
    stop.abort();
  });
}

const words = process.argv.slice(2);
const program = await newProgram(
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    workingFolder: process.cwd(),
    signal: stop.signal,
  },
  words,
);
const json = asksForJson(program, words) ? process.stdout : undefined;

process.stdout.on('error', (thrown) => {
  // A reader that has seen enough (`| head`) is no error.
  if (systemCodeOf(thrown) === 'EPIPE') process.exit(0);
  process.exit(tellError(diskError(thrown, 'standard output'), { json: undefined, words: process.stderr }));
});
// There is nobody left to tell.
process.stderr.on('error', () => undefined);

// What is thrown where nobody waits for it leaves the work in an unknown state: it ends here. Rejections that nobody
// handles come this way too.
process.on('uncaughtException', (thrown) => process.exit(tellError(thrown, { json, words: process.stderr })));

try {
  await program.parseAsync(process.argv);
} catch (thrown) {
  process.exitCode = tellError(thrown, { json, words: process.stderr });
}
