import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calledAs, quoted } from '#espalier/cli/called-as.js';
import { entry, succeed } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();

describe('how to go on', () => {
  it('is said with the name where it was called by it, else with a file that is there', () => {
    expect(calledAs('/usr/local/bin/espalier')).toBe('espalier');
    for (const script of ['/clone/dist/cli/main.js', undefined]) expect(calledAs(script)).toBe(`node ${quoted(entry)}`);
  });

  it('by init works as it is printed, from anywhere', async () => {
    const place = join(root, "Ann's desk");
    const said = await succeed(root, ['init', place]);
    const [enter, , update] = said.trim().split('\n').slice(1);
    const output = execFileSync('sh', ['-c', `${enter} && ${update} --help`], { cwd: root, encoding: 'utf8' });
    expect(output).toContain('Usage: espalier update');
    expect(readdirSync(place)).toContain('adapters');
  });

  it.skipIf(process.platform === 'win32')('by an installed command is its name', () => {
    const bin = join(root, 'bin');
    mkdirSync(bin);
    symlinkSync(entry, join(bin, 'espalier'));
    const said = execFileSync(join(bin, 'espalier'), ['init', join(root, 'second')], { encoding: 'utf8' });
    expect(said).toContain('\n  espalier update my-adapter\n');
  });
});

it('a path is quoted where a shell would read more into it', () => {
  expect(['/a/b-c_1.0', '/a b', "/Ann's", '/a$b', ''].map(quoted)).toEqual([
    '/a/b-c_1.0',
    "'/a b'",
    "'/Ann'\\''s'",
    "'/a$b'",
    "''",
  ]);
});
