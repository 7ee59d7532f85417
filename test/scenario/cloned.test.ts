/** A workspace in git: what is cloned of it, and what a clone can do. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, succeed } from '../support/command.js';
import { at, billing } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const hasGit = spawnSync('git', ['--version']).status === 0;
const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.invalid'];

function git(folder: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
  return stdout;
}

let root: string;
let said: string;
beforeAll(async () => {
  root = temporaryFolder();
  said = await succeed(root, ['init', 'work', '--adapter', 'desk']);
  await succeed(join(root, 'work'), ['ingest', '-', '--adapter', 'desk', '--domain', 'd', ...at(9)], {
    input: jsonLines(billing),
  });
});

it('init says what git leaves out, and how it is backed up', () => {
  expect(said).toMatch(/left out by \.gitignore\. `espalier backup FILE` saves them at any time\.\n/);
});

describe.skipIf(!hasGit)('a clone', () => {
  let clone: string;
  beforeAll(() => {
    const work = join(root, 'work');
    git(work, 'init', '-q');
    git(work, 'add', '-A');
    git(work, ...identity, 'commit', '-qm', 'first');
    clone = join(root, 'clone');
    git(root, 'clone', '-q', work, clone);
  });

  it('has the declaration, and no text of anybody', () => {
    const files = git(clone, 'ls-files').trim().split('\n').sort();
    expect(files).toEqual(['.gitignore', 'adapters/desk/adapter.yaml', 'replay-store/.gitignore']);
  });

  it('is a workspace that has learned nothing yet', async () => {
    const { code, stderr } = await espalier(clone, ['predict', 'desk', 'where is my money']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('[NO_CHAMPION]')]);
    expect(await succeed(clone, ['status'])).toContain('desk');
    const words = ['ingest', '-', '--adapter', 'desk', '--domain', 'd', ...at(10)];
    expect(await succeed(clone, words, { input: jsonLines(billing) })).toContain(`${billing.length} accepted`);
    expect(git(clone, 'status', '--porcelain')).toBe('');
  });
});

describe('a folder that declares adapters and has no store', () => {
  it('is told what to bring, from a folder inside it too, and that an empty folder begins anew', async () => {
    const folder = join(root, 'bare');
    await succeed(root, ['init', 'bare', '--adapter', 'desk']);
    const store = join(folder, 'replay-store');
    renameSync(store, join(root, 'moved-store'));
    for (const from of [folder, join(folder, 'adapters', 'desk')]) {
      const { code, stderr } = await espalier(from, ['status']);
      expect(code).toBe(1);
      expect(stderr).toContain(`${folder} declares adapters, but has no replay-store/ [NOT_A_WORKSPACE]`);
      expect(stderr).toContain('make an empty folder replay-store/ to begin anew');
      expect(existsSync(store)).toBe(false);
    }
    mkdirSync(store);
    expect(await succeed(folder, ['status'])).toContain('desk');
    rmSync(store, { recursive: true });
    renameSync(join(root, 'moved-store'), store);
    expect(await succeed(folder, ['status'])).toContain('desk');
  });
});
