/** The command under a Node.js that is too old, which here is pretended; in CI it is the machine's own. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pinFor } from '#espalier/runtime/pins.js';
import { entry, type Outcome } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const withNode = fileURLToPath(new URL('../../dist/runtime/with-node.js', import.meta.url));
const pretence = new URL('../support/old-node.mjs', import.meta.url).href;
const pin = pinFor(process.platform, process.arch);

/** A cache with this very Node.js in the place of the pinned one. */
function filledCache(): string {
  const cache = join(temporaryFolder(), 'cache');
  const program = join(cache, 'node', `${pin!.name}-${pin!.version}`, pin!.program);
  mkdirSync(dirname(program), { recursive: true });
  symlinkSync(process.execPath, program);
  return cache;
}

interface Started {
  readonly outcome: Promise<Outcome>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once it has printed `text`. */
  says(text: string): Promise<void>;
}

function start(words: readonly string[], environment: NodeJS.ProcessEnv, old = true): Started {
  const env = { ...process.env, ...environment, ...(old && { ESPALIER_TEST_OLD_NODE: '1' }) };
  const child = spawn(process.execPath, ['--import', pretence, ...words], { env });
  let [stdout, stderr] = ['', ''];
  child.stdin.end('what it is asked');
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = new Promise<Outcome>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => stdout.includes(text) && resolve());
      void outcome.then(() => reject(new Error(`it ended: ${stdout}${stderr}`)));
    });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return { outcome, kill: (signal) => void child.kill(signal), says };
}

describe('a Node.js that is too old and has no current one', () => {
  it.each([
    ['espalier', [entry, 'status', '--json']],
    ['a script of package.json', [withNode, 'vitest', 'run']],
  ])('ends %s with 1 and one line, before anything native is loaded', async (_, words) => {
    const cache = join(temporaryFolder(), 'cache');
    const away = { npm_config_registry: 'http://127.0.0.1:9', npm_config_cache: join(cache, '..', 'npm') };
    const { code, stdout, stderr } = await start(words, { ESPALIER_CACHE: cache, ...away }).outcome;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^espalier: Node\.js 20\.20\.2 is too old, and Espalier needs 22\.14 or later\. A current one was not found: .*\. Install it from https:\/\/nodejs\.org\.\n$/,
    );
  });
});

it('a Node.js that is recent enough fetches nothing', async () => {
  const cache = join(temporaryFolder(), 'cache');
  const away = { ESPALIER_CACHE: cache, npm_config_registry: 'http://127.0.0.1:9' };
  const both = await Promise.all(
    [
      [entry, '--version'],
      [withNode, process.execPath, '-p', '1'],
    ].map((words) => start(words, away, false).outcome),
  );
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(existsSync(join(cache, 'node'))).toBe(false);
});

describe.skipIf(pin === undefined || process.platform === 'win32')(
  'a command that runs under a current Node.js',
  () => {
    const run = (script: string) => start([withNode, 'node', '-e', script], { ESPALIER_CACHE: filledCache() });

    it('is the same espalier, silently', async () => {
      const { code, stdout, stderr } = await start([entry, '--version'], { ESPALIER_CACHE: filledCache() }).outcome;
      expect([code, stdout, stderr]).toEqual([0, '0.1.0\n', '']);
    });

    it('is the `node` of what it starts, and has the same input and arguments', async () => {
      const cache = filledCache();
      const script = 'console.log(process.argv[1], process.versions.node, require("fs").readFileSync(0, "utf8"))';
      const { code, stdout } = await start([withNode, 'node', '-e', script, "it's $HOME"], { ESPALIER_CACHE: cache })
        .outcome;
      expect([code, stdout]).toEqual([0, `it's $HOME ${process.versions.node} what it is asked\n`]);
      const sub = await start([withNode, 'sh', '-c', 'command -v node'], { ESPALIER_CACHE: cache }).outcome;
      expect(sub.stdout.trim()).toBe(join(cache, 'node', `${pin!.name}-${pin!.version}`, pin!.program));
      expect(readdirSync(join(cache, 'node'))).toHaveLength(1);
    });

    it.each([0, 1, 2, 70, 130])('ends with its exit code %i', async (code) => {
      expect(await run(`process.exit(${code})`).outcome).toMatchObject({ code, signal: null });
    });

    it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends by %s where it was ended so', async (signal) => {
      expect(await run(`process.kill(process.pid, '${signal}'); setTimeout(() => 0, 60000)`).outcome).toMatchObject({
        code: null,
        signal,
      });
    });

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('gets %s passed on, and may end as it likes', async (signal) => {
      const started = run(
        `process.on('${signal}', () => { console.log('got it'); process.exit(9) }); console.log('ready'); setTimeout(() => 0, 60000)`,
      );
      await started.says('ready');
      started.kill(signal);
      expect(await started.outcome).toMatchObject({ code: 9, stdout: 'ready\ngot it\n' });
    });

    it('says in one line which command there is not', async () => {
      const { code, stderr } = await start([withNode, 'no-such-command'], { ESPALIER_CACHE: filledCache() }).outcome;
      expect([code, stderr.trim().split('\n').at(-1)]).toEqual([
        1,
        'espalier: no-such-command could not be started (ENOENT)',
      ]);
    });
  },
);
