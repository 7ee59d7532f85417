/** Asks on the terminal what becomes of an unfinished run. */
import { createInterface } from 'node:readline';
import type { Intention } from '../update/intentions.js';

/** What a question is asked through. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

const intentions: readonly Intention[] = ['resume', 'fresh', 'stop'];

/** Asks until it is answered, by a word or its beginning. The end of the input and Ctrl-C are `stop`. */
export async function askOnTerminal({ stdin, stderr, signal }: Terminal): Promise<Intention> {
  const lines = createInterface({
    input: stdin,
    output: stderr,
    signal,
    prompt: 'resume it, begin afresh, or stop? [resume/fresh/stop] ',
  });
  lines.on('SIGINT', () => lines.close());
  try {
    lines.prompt();
    for await (const line of lines) {
      const word = line.trim().toLowerCase();
      const meant = word === '' ? undefined : intentions.find((intention) => intention.startsWith(word));
      if (meant) return meant;
      lines.prompt();
    }
    return 'stop';
  } finally {
    lines.close();
  }
}
