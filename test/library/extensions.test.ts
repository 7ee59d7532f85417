/** A workspace brings strategies of its own, without a fork. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEspalier } from '#espalier/index.js';
import { openTestWorkspace, type TestWorkspace, testRows } from '#espalier/testing/testing.js';
import { espalier, succeedJson } from '../support/command.js';

const extend = pathToFileURL(new URL('../../dist/library/extend.js', import.meta.url).pathname).href;
const careful = `import { defineStrategy, gradientStrategy } from '${extend}';
export const careful = defineStrategy(gradientStrategy({
  name: 'careful', summary: 'softmax head, trained on what is new', replays: false,
  objective: ({ forward, draw }) => { const fresh = draw('fresh'); return { loss: fresh.crossEntropy(forward(fresh).scores) }; },
}));
`;

let desk: TestWorkspace;
const configure = (source: string, name = 'espalier.config.mjs') => writeFileSync(join(desk.folder, name), source);
/** A module is loaded once in a process: each case is a process of its own. */
const failure = async (...words: string[]) => {
  const { stdout } = await espalier(desk.folder, ['status', '--json', ...words]);
  return (JSON.parse(stdout) as { error: { code: string; message: string; at: { file: string; field?: string } } })
    .error;
};

beforeAll(async () => {
  desk = await openTestWorkspace();
  configure(careful);
  const triage = await desk.espalier.adapter();
  await triage.ingest(testRows(['refund', 'shipping'], 20), { domain: 'desk' });
});
afterAll(() => desk.close());

describe('a strategy of the workspace', () => {
  it('trains in the worker thread, beside the built-in ones, from the command and from the library', async () => {
    const update = await succeedJson<{ strategy: string; field: { strategy: string; error: unknown }[] }>(desk.folder, [
      ...['update', 'triage', '--tournament', 'careful,analytic'],
    ]);
    expect(update.field.map(({ strategy, error }) => [strategy, error]).sort()).toEqual([
      ['analytic', null],
      ['careful', null],
    ]);
    const triage = await desk.espalier.adapter();
    expect(await triage.update({ field: ['careful'] })).toMatchObject({ strategy: 'careful' });
    expect(
      (await triage.compare({ strategies: ['careful'] }).catch((thrown: unknown) => thrown)) as object,
    ).toMatchObject({
      code: 'NOTHING_TO_COMPARE',
    });
  });

  it('whose code throws is out of the field, with the configuration and its line, and the others go on', async () => {
    configure(careful.replace("const fresh = draw('fresh');", "const fresh = no.such; const other = draw('fresh');"));
    const update = await succeedJson<{ strategy: string; field: { strategy: string; error: object | null }[] }>(
      desk.folder,
      ['update', 'triage', '--tournament', 'careful,analytic'],
    );
    expect(update.strategy).toBe('analytic');
    expect(update.field.find(({ strategy }) => strategy === 'careful')?.error).toMatchObject({
      code: 'EXTENSION_FAILED',
      message: 'the strategy `careful` failed in `train`: no is not defined',
    });
    const { stderr } = await espalier(desk.folder, ['update', 'triage', '--strategy', 'careful']);
    expect(stderr.replace(/\s+/g, ' ')).toContain('[EXTENSION_FAILED]');
    configure(careful);
  });

  it('is not there for another workspace of the same process, nor where the configuration is refused', async () => {
    await using other = await openTestWorkspace();
    const elsewhere = await other.espalier.adapter();
    await elsewhere.ingest(testRows(['refund', 'shipping'], 20), { domain: 'desk' });
    await using closed = await openEspalier({ workspace: desk.folder, config: false });
    const here = await closed.adapter();
    const attempts = await Promise.allSettled([
      elsewhere.update({ field: ['careful'] }),
      here.update({ field: ['careful'] }),
    ]);
    for (const attempt of attempts)
      expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'STRATEGY_UNKNOWN' } });
    for (const refusal of [['--no-config'], []]) {
      const environment = refusal.length === 0 ? { ESPALIER_NO_CONFIG: '1' } : {};
      const { code, stderr } = await espalier(desk.folder, ['update', 'triage', '--strategy', 'careful', ...refusal], {
        environment,
      });
      expect([code, stderr]).toEqual([1, expect.stringContaining('[STRATEGY_UNKNOWN]')]);
    }
  });
});

describe('a kind of head and a replay policy of the workspace', () => {
  const own = `import { add, defineHead, definePolicy, defineStrategy, gradientStrategy, matmul, parameter, takeWithin } from '${extend}';
export const plain = defineHead({
  name: 'plain', summary: 'softmax regression, by its own hand', trainable: true,
  forward: ({ inputs }, { dimension, lexical, classes }) => ({
    scores: add(matmul(inputs, parameter('weight', [dimension - lexical, classes])), parameter('bias', [classes])),
  }),
});
export const plainly = defineStrategy(gradientStrategy({
  name: 'plainly', summary: 'trains the head of the workspace', replays: true, headKinds: ['plain'],
  objective: ({ forward, draw }) => { const fresh = draw('fresh'); return { loss: fresh.crossEntropy(forward(fresh).scores) }; },
}));
export const shortest = definePolicy({
  name: 'shortest', summary: 'the shortest texts', score: 'bytes', wantsVectors: false,
  choose: ({ offers, budget }) => ({
    members: takeWithin([...offers].sort((a, b) => a.bytes - b.bytes || a.exampleId - b.exampleId), budget),
    scoreOf: ({ bytes }) => bytes,
    whyNot: 'shorter texts fill the buffer',
  }),
});
`;

  it('are trained, kept and explained under their own names', async () => {
    await using other = await openTestWorkspace({
      declare: (source) => source.replace('examples: 100', 'examples: 6\n  policy: shortest'),
    });
    writeFileSync(join(other.folder, 'espalier.config.mjs'), own);
    const triage = await other.espalier.adapter();
    const short = ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'].map((text) => ({ text, label: 'refund' }));
    await triage.ingest([...testRows(['refund', 'shipping'], 20), ...short], { domain: 'desk' });
    const update = await triage.update({ field: ['plainly'] });
    expect(update).toMatchObject({ strategy: 'plainly' });
    await other.espalier.candidates.approve(update.candidateId, { reason: 'a test', override: true });
    const [answer] = await triage.predict([testRows(['refund'], 1)[0]!.text], { alwaysAnswer: true });
    expect(['refund', 'shipping']).toContain(answer!.label);
    const members = await triage.buffer.list();
    expect(members.map(({ membership }) => [membership?.policy, membership?.score])).toEqual(
      Array.from({ length: 6 }, () => ['shortest', 2]),
    );
    const { stdout } = await espalier(other.folder, ['buffer', 'why', String(members[0]!.id)]);
    expect(stdout).toMatch(/rule +shortest, bytes 2, since/);
  });
});

describe('a configuration', () => {
  it.each([
    ['that throws', "throw new Error('no luck');", 'no luck', undefined],
    [
      'with an export that no define function made',
      'export const stray = { name: "stray" };',
      'the export stray',
      'stray',
    ],
    ['with a strategy that lacks its training', careful.replace('gradientStrategy({', '({'), '`headKinds`', 'careful'],
    [
      'with the name of a built-in strategy',
      careful.replace("name: 'careful'", "name: 'replay'"),
      'strategy `replay`',
      'strategy replay',
    ],
    [
      'with a name that no path could have',
      careful.replace("name: 'careful'", "name: '../careful'"),
      'its name must be',
      'careful',
    ],
  ])('%s is refused with its place', async (_, source, message, field) => {
    configure(source);
    const error = await failure();
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) });
    expect(error.at.file).toBe(join(desk.folder, 'espalier.config.mjs'));
    expect(error.at.field).toBe(field);
    expect((await espalier(desk.folder, ['status', '--no-config'])).code).toBe(0);
  });

  it('stands alone', async () => {
    configure(careful);
    configure(careful, 'espalier.config.js');
    expect(await failure()).toMatchObject({ code: 'CONFIG_INVALID', message: 'there are two configurations' });
    rmSync(join(desk.folder, 'espalier.config.js'));
  });

  it('in TypeScript is read where Node can, and refused in words where it cannot', async () => {
    rmSync(join(desk.folder, 'espalier.config.mjs'));
    configure(`${careful}const one: number = 1; void one;\n`, 'espalier.config.ts');
    const { code, stderr } = await espalier(desk.folder, ['status']);
    const reads = 'typescript' in process.features && process.features.typescript;
    expect([code, stderr]).toEqual(
      reads ? [0, expect.anything()] : [1, expect.stringContaining('cannot read TypeScript')],
    );
    rmSync(join(desk.folder, 'espalier.config.ts'));
  });

  it('is not looked for above or below the workspace', async () => {
    configure("throw new Error('not here');", 'adapters/espalier.config.mjs');
    expect((await espalier(join(desk.folder, 'adapters'), ['status'])).code).toBe(0);
  });
});
