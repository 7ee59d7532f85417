/** docs/extending.md is followed in a copy of the source: every block goes where its step says, is compiled, and runs. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs', 'extending.md'), 'utf8');
const sections = new Map(page.split(/^## /m).map((section) => [section.split('\n')[0]!, section]));
const copy = temporaryFolder();

const edit = (path: string, change: (source: string) => string) => {
  const source = readFileSync(join(copy, path), 'utf8');
  const changed = change(source);
  expect(changed, path).not.toBe(source);
  writeFileSync(join(copy, path), changed);
};
const importing = (name: string, from: string) => (source: string) =>
  source.replace(/^import /m, `import { ${name} } from '${from}';\nimport `);

interface Written {
  readonly path: string;
  readonly code: string;
  /** What the file exports first that is a value. */
  readonly name: string;
}

/** The file that the section's first step writes. */
function writeFirstBlock(section: string): Written {
  const [, path] = /^1\. Write `(src\/[\w/-]+\.ts)`/m.exec(section)!;
  const code = blocksOf(section)[0]!;
  writeFileSync(join(copy, path!), code);
  const [, name] = /^export (?:const|async function) (\w+)/m.exec(code)!;
  return { path: path!, code, name: name! };
}

const blocksOf = (section: string) => [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);

/** "Import it in `src/x.ts` and put it into `array`". */
function addMember(section: string, { path, name }: Written): void {
  const [, file, array] = /^2\. Import it in `(src\/[\w/.-]+)` and put it into `(\w+)`/m.exec(section)!;
  const room = file!.split('/').slice(0, -1).join('/');
  const from = `.${path.slice(room.length).replace(/\.ts$/, '.js')}`;
  edit(file!, importing(name, from));
  edit(file!, (source) =>
    source.replace(new RegExp(`(export const ${array}\\b[^=]*= \\[)([^\\]]*?),?\\s*\\]`), `$1$2, ${name}]`),
  );
}

function addStage(section: string, { path, name }: Written): void {
  const [, field, type] = /`readonly (\w+): (\w+);`/.exec(section)!;
  const [, order] = /`\[([^\]]*), \.\.\.\]`/.exec(section)!;
  const stage = path.split('/').at(-1)!.replace('.ts', '');
  const before = order!.split(', ').at(-1)!;
  edit('src/update/stage.ts', importing(`type ${type}`, `./stages/${stage}.js`));
  edit('src/update/stage.ts', (source) => source.replace('interface Outputs {', `$&\n  readonly ${field}: ${type};`));
  edit('src/update/stages.ts', importing(name, `./stages/${stage}.js`));
  edit('src/update/stages.ts', (source) => {
    const at = source.indexOf(`  defineStage({\n    name: ${before},`);
    return `${source.slice(0, at)}${blocksOf(section)[1]}${source.slice(at)}`;
  });
  edit('src/store/runs.ts', (source) => source.replace(/stages = \['encode', 'mix'/, `stages = [${order}`));
}

const members = ['A head', 'A kind of suite', 'A replay policy', 'A trigger'] as const;

beforeAll(async () => {
  for (const part of [
    'src',
    'evals',
    'replay-store/migrations',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const title of members) addMember(sections.get(title)!, writeFirstBlock(sections.get(title)!));
  addStage(sections.get('A stage of an update')!, writeFirstBlock(sections.get('A stage of an update')!));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [compiler, '-p', join(copy, 'tsconfig.build.json')]).catch(
    ({ stdout }: { stdout: string }) => expect(stdout).toBe(''),
  );
});

describe('docs/extending.md', () => {
  it('has a table row for each of its sections, and no block that no step names', () => {
    const rows = [...page.matchAll(/^\| \[(.*?)\]\(/gm)].map(([, title]) => title!);
    const titles = [...sections.keys()].slice(1);
    expect(rows.map((title) => title[0]!.toUpperCase() + title.slice(1)).sort()).toEqual([...titles].sort());
    const withBlocks = [...sections].filter(([, section]) => blocksOf(section).length > 0).map(([title]) => title);
    expect(withBlocks).toEqual([...members, 'A stage of an update']);
  });

  it('adds members that train, measure, keep, wait and look, in one workspace', async () => {
    const script = `
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTestWorkspace, testRows } from './dist/testing/testing.js';

const changes = [
  ['buffer:\\n  examples: 100', 'buffer:\\n  examples: 8\\n  policy: longest'],
  ['strategy: analytic', 'strategy: finetune'],
  ['  width: 64', '  head: prototype\\n  sharpness: 6'],
];
const declare = (source) => changes.reduce((text, [from, to]) => text.replace(from, to), source) + 'schedule: { newShare: 0.5 }\\n';
const desk = await openTestWorkspace({ declare });
const triage = await desk.espalier.adapter();
const rows = [{ text: 'a refund', near: 'my refund', far: 'shipping' }, { text: 'about shipping', near: 'shipping now', far: 'refund' }];
writeFileSync(join(desk.folder, 'rows.json'), JSON.stringify(rows));
await desk.espalier.suites.import(join(desk.folder, 'rows.json'), { name: 'near', kind: 'triplet' });
await triage.ingest(testRows(['refund', 'shipping'], 20), { domain: 'desk' });
const [check] = await desk.espalier.schedule.runOnce();
await desk.espalier.candidates.approve(1, { reason: 'a test', override: true });
const { measured } = await triage.evaluate({ suites: ['near'] });
const members = await triage.buffer.list();
await triage.ingest(testRows(['refund', 'shipping'], 5, 11), { domain: 'later' });
const [{ next }] = await desk.espalier.schedule.status();
const ends = [];
await triage.update({ onProgress: ({ kind, stage, summary }) => kind === 'end' && ends.push(stage + ': ' + summary) });
const manifest = readFileSync(join(desk.folder, 'adapters', 'triage', 'versions', '1', 'manifest.json'), 'utf8');
console.log(JSON.stringify({
  check, measured, next, survey: ends[1], sharpness: /"sharpness": ?6/.test(manifest) && /"prototype"/.test(manifest),
  policies: [...new Set(members.map(({ membership }) => membership.policy))], members: members.length,
}));
await desk[Symbol.asyncDispose]();
`;
    writeFileSync(join(copy, 'try.mjs'), script);
    const { stdout } = await run(process.execPath, ['try.mjs'], { cwd: copy });
    expect(JSON.parse(stdout)).toMatchObject({
      check: { trigger: 'newShare', outcome: 'candidate' },
      measured: [{ suite: 'near', kind: 'triplet', cases: 2 }],
      next: expect.stringMatching(/^at \d+ more examples$/),
      survey: expect.stringMatching(/^survey: \d+ new texts, the longest of \d+ characters$/),
      ...{ sharpness: true, policies: ['longest'], members: 8 },
    });
  });
});
