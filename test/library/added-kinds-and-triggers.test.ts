/** A workspace brings kinds of suite, triggers, and settings of its heads, without a fork. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEspalier } from '#espalier/index.js';
import { openTestWorkspace, type TestWorkspace, testRows } from '#espalier/testing/testing.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { errorOf } from '../support/errors.js';

const extend = pathToFileURL(new URL('../../dist/library/extend.js', import.meta.url).pathname).href;
const imports = `import { accuracy, caseFields, defineHead, defineStrategy, defineSuiteKind, defineTrigger, describeCase,
  dot, evenGuess, gradientStrategy, labelledRows, matmul, parameter, readSettings, rightOrWrong, rowIsCase, scale,
  scoreOnly, text, z } from '${extend}';\n`;
const triplet = `export const triplet = defineSuiteKind({
  name: 'triplet', examines: 'encoder', scoring: 'case by case', metric: accuracy,
  schema: z.strictObject({ ...caseFields, text, near: text, far: text }),
  texts: (item) => [item.text, item.near, item.far],
  problemOf: () => undefined,
  asked: (cases) => cases.map((item) => describeCase(item, { texts: [item.text, item.near, item.far], about: item.text })),
  score: (cases, outputs) => cases.map((_, index) => {
    const [own, near, far] = outputs.slice(3 * index, 3 * index + 3).map(({ adapted }) => adapted);
    return scoreOnly(dot(own, near) > dot(own, far) ? 1 : 0);
  }),
  chance: () => 0.5,
  importing: {
    ...rowIsCase, columns: ['text', 'near', 'far'],
    read(row) {
      const content = { text: row.text('text'), near: row.text('near'), far: row.text('far') };
      if (content.near === content.far) row.refuse('far', 'it is the near text');
      return { content, claims: [{ question: content.text, answer: content.near }] };
    },
  },
  example: [{ id: '1', text: 'where is my parcel', near: 'has my parcel been sent', far: 'i want my money back' }],
});\n`;
const certain = `export const certain = defineSuiteKind({
  name: 'certain', examines: 'answers', asks: 'one label', scoring: 'case by case', metric: accuracy,
  schema: z.strictObject({ ...caseFields, text, label: text }),
  texts: (item) => [item.text],
  problemOf: () => undefined,
  asked: (cases) => cases.map((item) => ({ ...describeCase(item, { texts: [item.text] }), labels: [item.label] })),
  score: (cases, outputs, task) => cases.map(({ label }, index) => {
    const { label: said, confidence } = outputs[index].answers.get(task) ?? {};
    return rightOrWrong(label, confidence > 0.5 ? said : undefined, confidence ?? null);
  }),
  chance: evenGuess,
  importing: labelledRows,
  example: [{ id: '1', text: 'where is my parcel', label: 'delivery' }, { id: '2', text: 'money back', label: 'refund' }],
});\n`;
const newShare = `export const newShare = defineTrigger({
  name: 'newShare',
  shape: { newShare: z.number().gt(0).optional() },
  isDeclared: ({ newShare }) => newShare !== undefined,
  read: async (facts) => ({ have: await facts.newExamples(), shown: await facts.championExamples() }),
  due: ({ newShare }, { have, shown }) => have > 0 && have >= newShare * shown ? \`\${have} new beside \${shown}\` : undefined,
  next: ({ newShare }, { have, shown }) => \`at \${Math.max(newShare * shown - have, 0)} more\`,
});\n`;
const scaled = `export const scaled = defineHead({
  name: 'scaled', summary: 'softmax regression at a declared scale', trainable: 'by its own strategy',
  settings: { sharpness: z.number().int().min(1).max(9).default(2) },
  sizes: (settings) => readSettings({ sharpness: z.number().int().default(2) }, settings),
  forward: ({ inputs }, { dimension, lexical, classes, sharpness }) => ({
    scores: scale(matmul(inputs, parameter('weight', [dimension - lexical, classes])), sharpness),
  }),
});
export const scaling = defineStrategy(gradientStrategy({
  name: 'scaling', summary: 'trains it', replays: false, headKinds: ['scaled'],
  objective: ({ forward, draw }) => { const fresh = draw('fresh'); return { loss: fresh.crossEntropy(forward(fresh).scores) }; },
}));\n`;
const whole = imports + triplet + certain + newShare + scaled;

const rows = [
  ['the refund of my order', 'my refund please', 'shipping today'],
  ['shipping was late', 'about shipping', 'a refund'],
  ['refund now', 'help with a refund', 'shipping of it'],
  ['the same text', 'twice', 'twice'],
];
const csv = `text,near,far\n${rows.map((row) => row.join(',')).join('\n')}\n`;

let desk: TestWorkspace;
const file = () => join(desk.folder, 'espalier.config.mjs');
const configure = (source: string) => writeFileSync(file(), source);
const declared = () => join(desk.folder, 'adapters', 'triage', 'adapter.yaml');
let usual: string;
const declare = (more: string) => writeFileSync(declared(), usual.replace('training:\n', `training:\n${more}`));
interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly at: { file: string; line?: number; field?: string };
}
/** A module is loaded once in a process: each case is a process of its own. */
const failure = async (...words: string[]) => {
  const { stdout } = await espalier(desk.folder, [...words, '--json']);
  return (JSON.parse(stdout) as { error: Told }).error;
};

beforeAll(async () => {
  desk = await openTestWorkspace();
  usual = readFileSync(declared(), 'utf8');
  configure(whole);
  writeFileSync(join(desk.folder, 'triplets.csv'), csv);
  const labelled = testRows(['refund', 'shipping'], 12, 3).map(({ text, label }) => `${text},${label}\n`);
  writeFileSync(join(desk.folder, 'certain.csv'), `text,label\n${labelled.join('')}`);
});
afterAll(() => desk.close());

describe('a kind of suite of the workspace', () => {
  it('is imported from rows, listed, shown and validated as the built-in ones are', async () => {
    const made = await succeedJson<object>(desk.folder, [
      ...['eval', 'import', 'triplets.csv', '--name', 'near', '--kind', 'triplet'],
    ]);
    expect(made).toMatchObject({ cases: 3, shown: 0, rejected: 1 });
    const { suites } = await desk.espalier.suites.list();
    expect(suites.find(({ name }) => name === 'near')).toMatchObject({
      ...{ kind: 'triplet', metric: 'accuracy', examines: 'encoder', chance: 0.5, cases: 3 },
    });
    expect(await succeed(desk.folder, ['eval', 'list'])).toContain('triplet, accuracy, examines the encoder');
    expect(await desk.espalier.suites.show('near')).toMatchObject({ kind: 'triplet', shown: 0 });
    expect(await desk.espalier.suites.validate('near')).toMatchObject([
      { suite: 'near', findings: [{ severity: 'warning', what: expect.stringContaining('only 3 cases') }] },
    ]);
    await succeed(desk.folder, ['eval', 'import', 'certain.csv', '--name', 'sure', '--kind', 'certain']);
  });

  it('keeps its texts out of training, and is asked at every update that declares it', async () => {
    writeFileSync(declared(), `${usual}suites: [near, sure]\n`);
    const triage = await desk.espalier.adapter();
    const { accepted, leaked } = await triage.ingest(
      [{ text: 'refund now', label: 'refund' }, ...testRows(['refund', 'shipping'], 20)],
      { domain: 'desk' },
    );
    expect([accepted, leaked]).toEqual([40, 1]);
    const update = await triage.update();
    expect(update.report.rows.find(({ suite }) => suite === 'sure')).toMatchObject({ metric: 'accuracy' });
    const { measured } = await triage.evaluate({ suites: ['near', 'sure'], version: update.plan.version });
    expect(measured).toMatchObject([
      { suite: 'near', kind: 'triplet', metric: 'accuracy', cases: 3 },
      { suite: 'sure', kind: 'certain', chance: 0.5, cases: 24 },
    ]);
    expect(await succeedJson(desk.folder, ['candidates', 'verify', '1'])).toMatchObject({ candidate: 1 });
  });

  it('that is gone is named with the file that asks for it; what it measured can be read', async () => {
    const at = { file: join(desk.folder, 'evals', 'near', 'suite.yaml'), field: 'kind' };
    const gone = { code: 'SUITE_INVALID', message: 'no kind of suite is called `triplet`', at };
    const notLoaded = expect.stringContaining('No configuration is loaded that could add one of that name.');
    for (const words of [
      ['eval', 'show', 'near'],
      ['update', 'triage'],
      ['eval', 'run', 'triage', '--version', '1'],
    ])
      expect(await failure(...words, '--no-config')).toMatchObject({ ...gone, hint: notLoaded });
    expect(
      await failure('eval', 'import', 'triplets.csv', '--name', 'x', '--kind', 'triplet', '--no-config'),
    ).toMatchObject({ code: 'USAGE', hint: notLoaded, choices: expect.arrayContaining(['sts']) });
    configure(imports + certain + newShare + scaled);
    expect((await failure('eval', 'show', 'near')).hint).toContain(
      'espalier.config.mjs does not add one of that name.',
    );
    expect(await succeed(desk.folder, ['eval', 'history', 'near'])).toContain('triage');
    expect(await succeed(desk.folder, ['candidates', 'show', '1'])).toContain('sure');
    expect(await succeedJson(desk.folder, ['candidates', 'verify', '1'])).toMatchObject({ candidate: 1 });
    configure(whole);
  });

  it.each([
    [
      'throws',
      'return scoreOnly(dot(own, near)',
      'throw new Error("no luck"); return scoreOnly(dot(own, near)',
      'no luck',
    ],
    [
      'gives too few judgements',
      '> dot(own, far) ? 1 : 0);\n  }),',
      '> 0 ? 1 : 0);\n  }).slice(1),',
      'for each of 3 cases',
    ],
    [
      'gives what is not a number',
      'scoreOnly(dot(own, near) > dot(own, far) ? 1 : 0)',
      'scoreOnly(undefined)',
      'not a number',
    ],
  ])('whose score %s is told as the mistake of its code', async (_, right, wrong, message) => {
    expect(whole).toContain(right);
    configure(whole.replace(right, wrong));
    const error = await failure('eval', 'run', 'triage', '--version', '1', '--suites', 'near');
    expect(error).toMatchObject({ code: 'EXTENSION_FAILED', message: expect.stringContaining(message) });
    expect(error.message).toMatch(/^the suite kind `triplet` failed in `score`: /);
    expect(error.at).toMatchObject({ file: file(), field: 'suite kind triplet' });
    if (message === 'no luck') expect(error.at.line).toBe(whole.slice(0, whole.indexOf(right)).split('\n').length);
    configure(whole);
  });

  it.each([
    [
      'the name of a built-in kind',
      "name: 'triplet'",
      "name: 'sts'",
      'the suite kind `sts` cannot be added',
      'suite kind sts',
    ],
    [
      'a metric that Espalier does not know',
      'metric: accuracy',
      "metric: { name: 'luck' }",
      '`metric.name` is one of: accuracy',
      'suite kind triplet',
    ],
    [
      'an example that its schema refuses',
      "example: [{ id: '1',",
      'example: [{ id: 1,',
      'its schema refuses its own example',
      'suite kind triplet',
    ],
    [
      'no word of what it examines',
      "examines: 'encoder'",
      "examines: 'luck'",
      '`examines` is one of: answers, encoder',
      'suite kind triplet',
    ],
    ['no scores', 'score: (cases', 'scores: (cases', '`score` of a suite kind must be of the type function', 'triplet'],
    [
      'a chance that is none',
      'chance: () => 0.5',
      'chance: () => 1',
      '`chance` of its example is 1',
      'suite kind triplet',
    ],
    [
      'a schema that throws',
      'near: text, far: text }),',
      'near: text, far: text.refine(() => no.such) }),',
      'failed in `safeParse`',
      'suite kind triplet',
    ],
    [
      'a lack that throws',
      'problemOf: () => undefined',
      'problemOf: () => no.such',
      'failed in `problemOf`',
      'suite kind triplet',
    ],
  ])('with %s is refused when it is loaded', async (_, right, wrong, message, field) => {
    configure(whole.replace(right, wrong));
    expect(await failure('status')).toMatchObject({
      message: expect.stringContaining(message),
      at: { file: file(), field },
    });
    configure(whole);
  });
});

describe('a trigger of the workspace', () => {
  const schedule = (lines: string) => writeFileSync(declared(), `${usual}schedule:\n${lines}`);
  interface Status {
    readonly next: string;
    readonly schedule: object;
    readonly checks: readonly object[];
  }

  it('owns its key in adapter.yaml, starts an update, and says what it waits for', async () => {
    schedule('  newShare: 0.5\n');
    const [waiting] = await succeedJson<Status[]>(desk.folder, ['schedule', 'status']);
    expect(waiting).toMatchObject({ schedule: { newShare: 0.5, timeZone: 'UTC' }, next: 'at 0 more' });
    expect((await (await desk.espalier.adapter()).declaration()).schedule).toMatchObject({ newShare: 0.5 });
    const [check] = await desk.espalier.schedule.runOnce();
    expect(check).toMatchObject({ trigger: 'newShare', outcome: 'candidate' });
    expect(check!.reason).toMatch(/^\d+ new beside 0; candidate 2 waits/);
    await desk.espalier.candidates.approve(2, { reason: 'a test', override: true });
    const [after] = await desk.espalier.schedule.status();
    expect(after!.next).toMatch(/^at \d+ more$/);
    expect(after!.next).not.toBe('at 0 more');
  });

  it('is known to adapters that are read piece by piece, and to a champion that is asked later', async () => {
    await using opened = await openEspalier({ workspace: desk.folder, environment: {} });
    const triage = await opened.adapter();
    const read: string[] = [];
    for await (const { text } of triage.examples()) read.push(text);
    expect(read).toHaveLength(40);
    await using champion = await triage.champion({ follow: true });
    await triage.ingest(testRows(['refund', 'shipping'], 10, 9), { domain: 'later' });
    const { candidateId } = await triage.update();
    await opened.candidates.approve(candidateId, { reason: 'a test', override: true });
    const before = champion.version;
    expect(await champion.predict(['a refund'])).toHaveLength(1);
    expect(champion.version).toBeGreaterThan(before);
  });

  it('that is gone is named with file, line and key; what it began is still told', async () => {
    const line = usual.split('\n').length + 1;
    const at = { file: declared(), line, field: 'schedule.newShare' };
    configure(imports + triplet + certain + scaled);
    expect(await failure('update', 'triage')).toMatchObject({
      ...{ code: 'DECLARATION_INVALID', message: 'unknown key `newShare`', at },
      hint: expect.stringContaining('espalier.config.mjs does not add a trigger that has it.'),
    });
    schedule('  newExamples: 100\n');
    const [status] = await succeedJson<Status[]>(desk.folder, ['schedule', 'status']);
    expect(status!.checks).toMatchObject([{ trigger: 'newShare', outcome: 'candidate' }]);
    configure(whole);
  });

  it('has its keys checked with file, line and key', async () => {
    schedule('  newShare: -1\n');
    const line = usual.split('\n').length + 1;
    expect(await failure('status')).toBeUndefined();
    expect(await failure('update', 'triage')).toMatchObject({
      ...{ code: 'DECLARATION_INVALID', at: { file: declared(), line, field: 'schedule.newShare' } },
    });
    schedule('  newShares: 1\n');
    expect((await failure('update', 'triage')).hint).toContain('Did you mean `newShare`?');
  });

  it.each([
    ['throws', 'have > 0 && have', 'no.such && have', 'is not defined'],
    ['gives what is no sentence', 'have > 0 && have', 'true || have', 'it must give a sentence or undefined'],
  ])('that %s is told as the mistake of its code, and stops no other adapter', async (_, right, wrong, message) => {
    schedule('  newShare: 0.5\n');
    configure(whole.replace(right, wrong).replace(/`[^`]* new beside [^`]*` : undefined/, 'true : true'));
    const { code, stderr } = await espalier(desk.folder, ['schedule', 'start', '--once']);
    expect(code).toBe(1);
    const said = stderr.replace(/\s+/g, ' ');
    expect(said).toContain('the trigger `newShare` failed in `due`');
    expect(said).toContain(message);
    expect(stderr).toContain('[EXTENSION_FAILED]');
    expect(stderr).toContain('espalier.config.mjs');
    configure(whole);
  });

  it.each([
    ['a key of another trigger', '{ newShare: z.', '{ championAge: z.', 'its key `championAge` is taken'],
    ['a key that must stand', '.gt(0).optional()', '.gt(0)', 'its key `newShare` may be left out'],
    ['a key without a schema', 'z.number().gt(0).optional()', '3', 'its key `newShare` must have a schema of `z`'],
    ['the name of a built-in trigger', "name: 'newShare'", "name: 'cron'", 'the trigger `cron` cannot be added'],
    ['the name of what resumes a run', "name: 'newShare'", "name: 'unfinished'", 'cannot be added'],
  ])('with %s is refused when it is loaded', async (_, right, wrong, message) => {
    configure(whole.replace(right, wrong));
    expect(await failure('status')).toMatchObject({
      ...{ code: 'CONFIG_INVALID', message: expect.stringContaining(message) },
      at: { file: file(), field: expect.stringMatching(/^trigger /) },
    });
    configure(whole);
  });
});

describe('the settings of a head of the workspace', () => {
  it('stand in adapter.yaml, checked with file, line and key', async () => {
    declare('  sharpness: 4\n');
    await using opened = await openEspalier({ workspace: desk.folder, environment: {} });
    const triage = await opened.adapter();
    expect((await triage.declaration()).training).toMatchObject({ sharpness: 4, width: 64 });
    await triage.ingest(testRows(['refund', 'shipping'], 10, 11), { domain: 'later still' });
    const update = await triage.update({ field: ['scaling'] });
    expect(update.strategy).toBe('scaling');
    const manifest = join(desk.folder, 'adapters', 'triage', 'versions', String(update.plan.version), 'manifest.json');
    expect(readFileSync(manifest, 'utf8')).toMatch(/"sharpness": ?4/);
    const line = usual.split('\n').indexOf('training:') + 2;
    const at = { file: declared(), line, field: 'training.sharpness' };
    declare('  sharpness: 10\n');
    expect(await failure('update', 'triage')).toMatchObject({ code: 'DECLARATION_INVALID', at });
    expect(await errorOf(triage.declaration())).toMatchObject({ code: 'DECLARATION_INVALID', at });
    declare('  sharpnes: 4\n');
    expect((await failure('update', 'triage')).hint).toContain('Did you mean `sharpness`?');
  });

  it('are unknown where the head is', async () => {
    declare('  sharpness: 4\n');
    expect(await failure('update', 'triage', '--no-config')).toMatchObject({
      ...{ code: 'DECLARATION_INVALID', message: 'unknown key `sharpness`' },
      hint: expect.stringContaining('No configuration is loaded that could add a head that has it.'),
    });
    rmSync(file());
    await using opened = await openEspalier({ workspace: desk.folder, environment: {} });
    expect(await errorOf(opened.adapter())).toMatchObject({ code: 'DECLARATION_INVALID' });
    configure(whole);
  });

  it.each([
    ['a key of every training', 'settings: { sharpness: z', 'settings: { seed: z', 'its key `seed` is taken'],
    ['a key of a built-in head', 'settings: { sharpness: z', 'settings: { width: z', 'its key `width` is taken'],
    ['a key that must stand', '.max(9).default(2)', '.max(9)', 'its key `sharpness` may be left out'],
  ])('cannot be %s', async (_, right, wrong, message) => {
    configure(whole.replace(right, wrong));
    expect(await failure('status')).toMatchObject({
      ...{ code: 'CONFIG_INVALID', message: expect.stringContaining(message) },
      at: { file: file(), field: 'head scaled' },
    });
    configure(whole);
  });
});
