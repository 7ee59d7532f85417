/** Runs the real command for a benchmark, and watches what it takes. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

export interface CommandRun {
  readonly output: string;
  /** By the wall clock. */
  readonly seconds: number;
  readonly peakRssMb: number;
}

/** The real command, in a process of its own, that must succeed. */
export async function runCommand(folder: string, parameters: readonly string[]): Promise<CommandRun> {
  const start = performance.now();
  const child = spawn(process.execPath, [command, ...parameters], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let peakRssMb = 0;
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const watch = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakRssMb = Math.max(peakRssMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 50);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`espalier ${parameters.join(' ')} ended with ${code}`);
  return { output, seconds: (performance.now() - start) / 1000, peakRssMb };
}
