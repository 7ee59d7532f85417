/**
 * The package as it is published: packed, unpacked in an empty project, and used by its commands, by a typed program,
 * and with a strategy of its own. Its dependencies are linked, not installed: an installation builds native modules for
 * minutes, and needs a registry.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const project = temporaryFolder();
const modules = join(project, 'node_modules');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

let packed: string[];

beforeAll(async () => {
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', project],
    { cwd: root },
  );
  const [tarball] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  packed = tarball!.files.map(({ path }) => path);
  mkdirSync(join(modules, 'espalier'), { recursive: true });
  await run('tar', [
    'xzf',
    join(project, tarball!.filename),
    '-C',
    join(modules, 'espalier'),
    '--strip-components',
    '1',
  ]);
  mkdirSync(join(modules, '.bin'));
  symlinkSync('../espalier/dist/cli/main.js', join(modules, '.bin', 'espalier'));
  // What the package needs to run, what the compiler needs of Node, and nothing that only this project has.
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
});

const program = `import { EspalierError, openEspalier, resultVersion, type Results } from 'espalier';
import { defineStrategy, gradientStrategy } from 'espalier/extend';
import { openTestWorkspace, testRows } from 'espalier/testing';

const own = defineStrategy(gradientStrategy({
  name: 'own', summary: 'a test', replays: false,
  objective({ forward, draw }) {
    const fresh = draw('fresh');
    return { loss: fresh.crossEntropy(forward(fresh).scores) };
  },
}));

await using desk = await openTestWorkspace();
await using espalier = await openEspalier({ workspace: desk.folder, actor: 'ana' });
const triage = await espalier.adapter();
const intake: Results['ingest'] = await triage.ingest(testRows(['refund', 'shipping'], 20), { domain: 'week-3' });
const update = await triage.update({ onProgress: (event) => void event.stage });
if (update.report.mayApprove) await espalier.candidates.approve(update.candidateId, { reason: 'passes' });
const [answer] = await triage.predict(['the shipping order'], { alwaysAnswer: true });
const label: string | null | undefined = answer?.label;
const refused = await espalier.candidates.show(9).catch((thrown: unknown) => (thrown instanceof EspalierError ? thrown.code : thrown));
console.log(JSON.stringify([own.name, resultVersion, intake.accepted, label, refused]));
`;

describe('the packed package', () => {
  it('holds what it runs on, and nothing else', () => {
    const beside = (path: string) => path.split('/')[0]!;
    expect([...new Set(packed.map(beside))].sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'adapters',
        'dist',
        'evals',
        'package.json',
        'replay-store',
        'runtime',
      ].sort(),
    );
    const migrations = readdirSync(join(root, 'replay-store', 'migrations'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.sql'))
      .map((name) => `replay-store/migrations/${name}`);
    const sample = readdirSync(join(root, 'adapters', 'support-triage', 'data')).map(
      (name) => `adapters/support-triage/data/${name}`,
    );
    expect(packed).toEqual(expect.arrayContaining([...migrations, ...sample, 'adapters/support-triage/adapter.yaml']));
    expect(packed.filter((path) => /^adapters\/.*\/(versions|runs)\/|\.db$|rejects\//.test(path))).toEqual([]);
  });

  it('makes a workspace by npx, with its own suites', async () => {
    await run('npx', ['--no-install', 'espalier', 'init', 'desk'], { cwd: project });
    const { stdout } = await run('npx', ['--no-install', 'espalier', 'eval', 'list', '--json'], {
      cwd: join(project, 'desk'),
    });
    expect((JSON.parse(stdout) as { suites: unknown[] }).suites.length).toBeGreaterThan(10);
  });

  it('is called by a program that is compiled strictly, the declarations of all packages among it', async () => {
    writeFileSync(join(project, 'program.ts'), program);
    const compilerOptions = {
      ...{
        target: 'ES2022',
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        lib: ['ES2023', 'ESNext.Disposable'],
        types: ['node'],
      },
      ...{
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        noEmit: true,
      },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['program.ts'] }));
    await run(process.execPath, [compiler, '-p', project]).catch(({ stdout }: { stdout: string }) =>
      expect(stdout).toBe(''),
    );
    await run(process.execPath, [compiler, '-p', project, '--noEmit', 'false']);
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: project });
    expect(JSON.parse(stdout)).toEqual(['own', 1, 40, 'shipping', 'CANDIDATE_NOT_FOUND']);
  });

  it('learns by a strategy of the workspace', async () => {
    const desk = join(project, 'desk');
    const config = `import { defineStrategy, strategyNamed } from 'espalier/extend';
export const own = defineStrategy({ ...strategyNamed('replay'), name: 'own', summary: 'replay, under another name' });\n`;
    writeFileSync(join(desk, 'espalier.config.js'), config);
    const file = join(desk, 'adapters', 'my-adapter', 'adapter.yaml');
    const declared = readFileSync(file, 'utf8').replace(/^suites:.*\n(?: {2}- .*\n)*/m, 'suites: []\n');
    writeFileSync(file, declared.replace(/^ {4}language:.*\n(?: {6}.*\n)*/m, ''));
    const rows = [...'abcdefghijklmnop'].flatMap((name) => [
      `{"text":"refund ${name}","label":"refund"}`,
      `{"text":"parcel ${name}","label":"parcel"}`,
    ]);
    writeFileSync(join(desk, 'rows.jsonl'), rows.join('\n'));
    const espalier = (...words: string[]) =>
      run('npx', ['--no-install', 'espalier', ...words, '--json'], { cwd: desk });
    await espalier('ingest', 'rows.jsonl', '--adapter', 'my-adapter', '--domain', 'first');
    const { stdout } = await espalier('update', 'my-adapter', '--strategy', 'own');
    expect(JSON.parse(stdout)).toMatchObject({ strategy: 'own', candidateId: 1 });
  });
});
