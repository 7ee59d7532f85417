/** Fetches a current Node.js from the npm registry, once, into the user's cache. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolderOf, homeFolder } from './cache-folder.js';
import { type Pin, pinFor } from './pins.js';

export interface FetchOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Undefined if no package is known for this platform. */
  readonly pin?: Pin | undefined;
  /** Called before a download. */
  readonly tell?: (words: string) => void;
}

/** Age at which a folder left by a killed download is removed. */
const abandonedMilliseconds = 3_600_000;

/** Returns the path of the program. @throws Error with the reason in one line */
export function fetchNode({
  environment,
  pin = pinFor(process.platform, process.arch),
  tell = () => undefined,
}: FetchOptions): string {
  if (pin === undefined) throw new Error(`the npm registry has none for ${process.platform} ${process.arch}`);
  const cache = cacheFolderOf(environment);
  if (cache === undefined)
    throw new Error('there is no home folder to keep it in; set ESPALIER_CACHE to a folder that can be written');
  const folder = join(cache, 'node', `${pin.name}-${pin.version}`);
  const program = join(folder, pin.program);
  if (existsSync(program)) return program;
  tell(`fetching Node.js ${pin.version} from the npm registry into ${folder}`);
  const beside = makeFolderBeside(folder);
  try {
    install(pin, beside, environment);
    moveInPlace(beside, folder, program);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return program;
}

function makeFolderBeside(folder: string): string {
  const parent = dirname(folder);
  try {
    mkdirSync(parent, { recursive: true });
    removeAbandoned(parent);
    return mkdtempSync(`${folder}.part-`);
  } catch (thrown) {
    throw new Error(`${parent} cannot be written (${codeOf(thrown)}); set ESPALIER_CACHE to a folder that can be`);
  }
}

function removeAbandoned(parent: string): void {
  const parts = readdirSync(parent).filter((name) => name.includes('.part-'));
  for (const path of parts.map((name) => join(parent, name))) {
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > abandonedMilliseconds) rmSync(path, { recursive: true, force: true });
  }
}

/** Installs by npm, which knows registry, proxy and certificates of this machine, and checks the package's hash. */
function install(pin: Pin, folder: string, environment: NodeJS.ProcessEnv): void {
  for (const [name, content] of Object.entries(pin.files)) writeFileSync(join(folder, name), content);
  const [npm, ...before] = npmCommand(environment);
  const words = [
    'ci',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-global',
    '--loglevel=error',
  ];
  const retries = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
  const { error, status, signal, stderr } = spawnSync(
    npm!,
    [...before, ...words, ...retries, ...cacheWords(folder, environment)],
    {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: before.length === 0 && process.platform === 'win32',
    },
  );
  if (error) throw new Error(`npm could not be started (${codeOf(error)})`);
  if (status !== 0) throw new Error(`npm could not fetch it (${signal ?? codeFrom(stderr)})`);
  const said = spawnSync(join(folder, pin.program), ['--version'], { encoding: 'utf8' });
  if (said.stdout?.trim() !== `v${pin.version}`) throw new Error(`the registry's does not run on this system`);
}

/** The npm that started this process, otherwise the one next to this Node.js, otherwise that of the PATH. */
function npmCommand({ npm_execpath = '' }: NodeJS.ProcessEnv): string[] {
  const place = dirname(process.execPath);
  const usual = ['node_modules', '../lib/node_modules'].map((modules) =>
    join(place, modules, 'npm', 'bin', 'npm-cli.js'),
  );
  const script = [npm_execpath, ...usual].find((path) => basename(path) === 'npm-cli.js' && existsSync(path));
  return script === undefined ? ['npm'] : [process.execPath, script];
}

/** npm keeps its cache in the home folder, and fails if that cannot be written: then it gets another one. */
function cacheWords(folder: string, { npm_config_cache }: NodeJS.ProcessEnv): string[] {
  if (npm_config_cache) return [];
  try {
    accessSync(homeFolder() ?? '', constants.W_OK);
    return [];
  } catch {
    return ['--cache', join(folder, 'npm-cache')];
  }
}

/** If another process was faster, its folder stays. */
function moveInPlace(from: string, folder: string, program: string): void {
  rmSync(join(from, 'npm-cache'), { recursive: true, force: true });
  try {
    renameSync(from, folder);
  } catch (thrown) {
    if (!existsSync(program)) throw new Error(`${folder} cannot be written (${codeOf(thrown)})`);
  }
}

const codeOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException).code ?? 'unknown';

/** Extracts the code from npm's "npm error code ENOTFOUND"; npm 9 wrote "npm ERR!". */
const codeFrom = (stderr: string) => /^npm (?:error|ERR!) code (\w+)/m.exec(stderr)?.[1] ?? 'unknown';
