/** Every block of docs/library.md is compiled as it stands, strictly, and run in its order. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestWorkspace, type TestWorkspace, testRows } from '#espalier/testing/testing.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = [
  ...readFileSync(join(root, 'docs', 'library.md'), 'utf8').matchAll(/^```(\S+)( config)?\n([\s\S]*?)^```$/gm),
].map(([, language, config, code]) => ({ language, isConfig: config !== undefined, code: code! }));
const isImport = (line: string) => line.startsWith('import ');
const lines = blocks.filter(({ language }) => language === 'ts').flatMap(({ code }) => code.split('\n'));

let desk: TestWorkspace;
const project = temporaryFolder();

beforeAll(async () => {
  desk = await openTestWorkspace();
  for (const folder of [project, desk.folder]) {
    mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules', 'espalier'));
  }
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(project, 'node_modules', '@types', 'node'));
});
afterAll(() => desk.close());

describe('docs/library.md', () => {
  it('has a block for each of its sections', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(8);
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'js']));
  });

  it('compiles, and runs from its first block to its last', async () => {
    const config = blocks.flatMap(({ isConfig, code }) => (isConfig ? code : [])).join('\n');
    writeFileSync(join(desk.folder, 'espalier.config.mjs'), config);
    const declared = join(desk.folder, 'adapters', 'triage', 'adapter.yaml');
    const source = readFileSync(declared, 'utf8').replace('training:', 'training:\n  sharpness: 8');
    writeFileSync(declared, `${source}schedule:\n  oneForEvery: 10\n`);
    const given = [
      `const folder = ${JSON.stringify(desk.folder)};`,
      `const moreRows = ${JSON.stringify(testRows(['refund', 'shipping'], 20))};`,
      `const laterRows = ${JSON.stringify(testRows(['refund', 'invoice'], 12, 8))};`,
    ];
    writeFileSync(
      join(project, 'page.ts'),
      [...lines.filter(isImport), ...given, ...lines.filter((line) => !isImport(line))].join('\n'),
    );
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = {
      target: 'ES2022',
      module: 'NodeNext',
      lib: ['ES2023', 'ESNext.Disposable'],
      types: ['node'],
      strict: true,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['page.ts'] }));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [compiler, '-p', project]).catch(({ stdout }: { stdout: string }) =>
      expect(stdout).toBe(''),
    );
    const { stdout } = await run(process.execPath, ['page.js'], { cwd: project });
    expect(stdout).toContain("[ 'triage' ] 1");
    expect(stdout).toContain('42 accepted, 0 rejected');
    expect(stdout).toContain('where is my parcel shipping');
    expect(stdout).toContain('??? no answer: the text has no letter and no digit');
    expect(stdout).toMatch(/\[ 'gentle', '(pass|fail|inconclusive)' \]/);
    expect(stdout).toContain("[ 'near', 'triplet', 2 ]");
    expect(stdout).toContain("{ timeZone: 'UTC', oneForEvery: 10 } at 1 more examples");
    expect(stdout).toMatch(/^8\nsharply (pass|fail|inconclusive)$/m);
    expect(stdout).toContain('CANDIDATE_NOT_FOUND missing there is no candidate 99');
  });
});
