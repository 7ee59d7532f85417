/** A configuration in TypeScript is checked strictly against the seams, and its members are inferred by their parts. */
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestWorkspace, type TestWorkspace } from '#espalier/testing/testing.js';
import { espalier } from '../support/command.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const config = `import {
  accuracy, caseFields, defineSuiteKind, defineTrigger, describeCase, dot, rowIsCase, scoreOnly, text, z,
} from 'espalier/extend';

export const triplet = defineSuiteKind({
  name: 'triplet', examines: 'encoder', scoring: 'case by case', metric: accuracy,
  schema: z.strictObject({ ...caseFields, text, near: text, far: text }),
  texts: (item) => [item.text, item.near, item.far],
  problemOf: () => undefined,
  asked: (cases) => cases.map((item) => describeCase(item, { texts: [item.text, item.near, item.far] })),
  score: (cases, outputs) =>
    cases.map((_, index) => {
      const [own, near, far] = outputs.slice(3 * index, 3 * index + 3).map(({ adapted }) => adapted);
      return scoreOnly(dot(own!, near!) > dot(own!, far!) ? 1 : 0);
    }),
  chance: () => 0.5,
  importing: {
    ...rowIsCase,
    columns: ['text', 'near', 'far'],
    read: (row) => ({
      content: { text: row.text('text'), near: row.text('near'), far: row.text('far') },
      claims: [{ question: row.text('text'), answer: row.text('near') }],
    }),
  },
  example: [{ id: '1', text: 'a', near: 'b', far: 'c' }],
});

export const quiet = defineTrigger({
  name: 'quiet',
  shape: { quietDays: z.number().positive().optional() },
  isDeclared: ({ quietDays }) => quietDays !== undefined,
  read: async ({ championSince, newExamples }) => ({ since: await championSince(), have: await newExamples() }),
  due: ({ quietDays }, { since, have }, now) =>
    since && have > 0 && now.getTime() - since.getTime() > quietDays! * 86_400_000 ? \`\${have} wait\` : undefined,
  next: (_, { have }) => \`for quiet, with \${have} examples\`,
});
`;

let desk: TestWorkspace;
beforeAll(async () => {
  desk = await openTestWorkspace();
  mkdirSync(join(desk.folder, 'node_modules', '@types'), { recursive: true });
  symlinkSync(root, join(desk.folder, 'node_modules', 'espalier'));
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(desk.folder, 'node_modules', '@types', 'node'));
  writeFileSync(join(desk.folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    ...{ target: 'ES2022', module: 'NodeNext', lib: ['ES2023', 'ESNext.Disposable'], types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
  };
  writeFileSync(
    join(desk.folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['espalier.config.ts'] }),
  );
});
afterAll(() => desk.close());

const check = (source: string) => {
  writeFileSync(join(desk.folder, 'espalier.config.ts'), source);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return run(process.execPath, [compiler, '-p', desk.folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
};

describe('espalier.config.ts', () => {
  it('is accepted where it is right, and loaded where Node strips types', async () => {
    expect(await check(config)).toBe('');
    const { code, stderr } = await espalier(desk.folder, ['eval', 'import', '-', '--name', 'x', '--kind', 'triplets']);
    const strips = 'typescript' in process.features && process.features.typescript;
    expect([code, stderr]).toEqual(
      strips ? [2, expect.stringContaining('Did you mean `triplet`?')] : [1, expect.anything()],
    );
  });

  it.each([
    [
      'a field that a case does not have',
      '[item.text, item.near, item.far],\n  problemOf',
      '[item.title],\n  problemOf',
      "'title'",
    ],
    ['a key that the trigger does not own', '({ quietDays }) => quietDays !==', '({ days }) => days !==', "'days'"],
    ['a fact that nobody knows', 'await newExamples() })', 'await oldExamples() })', 'oldExamples'],
    ['a kind without its chance', '  chance: () => 0.5,\n', '', "'chance'"],
  ])('is refused by the compiler with %s', async (_, right, wrong, named) => {
    expect(config).toContain(right);
    expect(await check(config.replace(right, wrong))).toContain(named);
  });
});
