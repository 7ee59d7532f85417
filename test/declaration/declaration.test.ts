import { describe, expect, it } from 'vitest';
import { knownKeys, parseDeclaration } from '#espalier/declaration/declaration.js';
import { headSettings } from '#espalier/training/heads.js';
import { errorOf } from '../support/errors.js';

const file = 'adapters/support/adapter.yaml';
const start = 'name: support\ntasks:\n  - name: intent\n'; // three lines
const refusalOf = (source: string) => errorOf(() => parseDeclaration(source, file, headSettings));

describe('a declaration of a name and a task', () => {
  const declaration = parseDeclaration(start, file, headSettings);

  it('has a default for everything else', () => {
    expect(declaration).toMatchObject({
      name: 'support',
      encoder: { model: 'use-lite', prompt: '', dtype: 'fp32', normalise: true },
      tasks: [{ name: 'intent', labels: 'open' }],
      strategy: 'analytic',
      training: {
        seed: 7,
        threads: 1,
        epochs: 10,
        batchSize: 64,
        weightDecay: 0.01,
        features: 'relu',
        rank: 64,
        options: {},
      },
      holdout: { fraction: 0.2 },
      buffer: { examples: 750 },
      suites: [],
    });
  });

  it('has no gate and no schedule: neither is ever assumed', () => {
    expect(declaration.gate).toBeUndefined();
    expect(declaration.schedule).toBeUndefined();
  });
});

it('keeps what is declared, and fills a section that is declared in part', () => {
  const declaration = parseDeclaration(
    `${start}    labels: [yes-please, no-thanks]\nbuffer: { bytes: 5000 }\ntraining: { seed: 11 }\ngate:\n  margin: 0.03\n  suites: { verbs: { floor: 0.5 } }\n`,
    file,
    headSettings,
  );
  expect(declaration.tasks[0]!.labels).toEqual(['yes-please', 'no-thanks']);
  expect(declaration.buffer).toEqual({ bytes: 5000, policy: 'balanced-reservoir', options: {}, floor: 0 });
  expect(declaration.training).toMatchObject({ seed: 11, epochs: 10 });
  expect(declaration.training.width).toBeUndefined();
  expect(declaration.gate).toEqual({
    ...{ confidence: 0.95, margin: 0.03, domains: {}, suites: { verbs: { floor: 0.5 } } },
    ...{ groups: {}, slices: [], anchor: {}, majority: true, reuse: 50, retired: [], inconclusive: 'hold' },
  });
});

describe('DECLARATION_INVALID: an unknown key', () => {
  it.each([
    ['at the top', `${start}stratgy: replay\n`, 4, 'stratgy', 'strategy'],
    ['with a section under it', `${start}gaet:\n  margin: 0.1\n`, 4, 'gaet', 'gate'],
    ['in a section', `${start}training:\n  epochs: 3\n  batchsize: 8\n`, 6, 'training.batchsize', 'batchSize'],
    ['in place of one that is needed', `${start}gate:\n  margn: 0.1\n`, 5, 'gate.margn', 'margin'],
    ['in one of two forms', `${start}buffer:\n  exampels: 10\n`, 5, 'buffer.exampels', 'examples'],
    ['in a list', `${start}    lables: open\n`, 4, 'tasks.0.lables', 'labels'],
    [
      'under a suite',
      `${start}gate:\n  margin: 0.1\n  suites:\n    verbs:\n      flor: 0.5\n`,
      8,
      'gate.suites.verbs.flor',
      'floor',
    ],
  ])('%s: file, line, key and the nearest name', async (_where, source, line, field, nearest) => {
    const error = await refusalOf(source);
    expect(error.code).toBe('DECLARATION_INVALID');
    expect(error.message).toBe(`unknown key \`${field.split('.').at(-1)}\``);
    expect(error.at).toEqual({ file, line, field });
    expect(error.hint).toContain(`\`${nearest}\``);
  });

  it('that is like none gets the general advice', async () => {
    const error = await refusalOf(`${start}hyperparameters: {}\n`);
    expect(error.message).toBe('unknown key `hyperparameters`');
    expect(error.hint).toContain('docs/adapter.md');
    expect(error.hint).not.toContain('Did you mean');
  });

  it('that is known elsewhere is not offered as its own remedy', async () => {
    const error = await refusalOf(`${start}epochs: 3\n`);
    expect(error.message).toBe('unknown key `epochs`');
    expect(error.hint).not.toContain('Did you mean `epochs`');
  });
});

describe('DECLARATION_INVALID: a wrong value', () => {
  it.each([
    ['text for a number', `${start}training:\n  epochs: many\n`, 5, 'training.epochs'],
    ['a number for text', `${start}encoder:\n  model: 3\n`, 5, 'encoder.model'],
    ['a list for a section', `${start}training: [1]\n`, 4, 'training'],
    ['a fraction of everything', `${start}holdout:\n  fraction: 1\n`, 5, 'holdout.fraction'],
    ['a margin of nothing', `${start}gate:\n  margin: 0\n`, 5, 'gate.margin'],
    ['a confidence that is none', `${start}gate: { margin: 0.1, confidence: 0.3 }\n`, 4, 'gate.confidence'],
    ['not a number', `${start}training: { learningRate: .nan }\n`, 4, 'training.learningRate'],
    ['half an example', `${start}buffer: { examples: 2.5 }\n`, 4, 'buffer.examples'],
    ['a pooling that there is not', `${start}encoder:\n  pooling: [mean, min]\n`, 5, 'encoder.pooling.1'],
    ['an output without a name', `${start}encoder:\n  pooling: ['output:']\n`, 5, 'encoder.pooling.0'],
    ['a pooling that is no text', `${start}encoder:\n  pooling: [3]\n`, 5, 'encoder.pooling.0'],
    ['no pooling', `${start}encoder:\n  pooling: []\n`, 5, 'encoder.pooling'],
    ['n-grams alone', `${start}encoder:\n  pooling: ['ngrams:4096']\n`, 5, 'encoder.pooling'],
    [
      'n-grams that are not the last',
      `${start}encoder:\n  pooling:\n    - mean\n    - ngrams:4096\n    - max\n`,
      7,
      'encoder.pooling.1',
    ],
    ['n-grams twice', `${start}encoder:\n  pooling: [mean, 'ngrams:256', 'ngrams:512']\n`, 5, 'encoder.pooling.2'],
    [
      'buckets that are no power of two',
      `${start}encoder:\n  pooling: [mean, 'ngrams:1000']\n`,
      5,
      'encoder.pooling.1',
    ],
    ['a suite twice', `${start}suites:\n  - tones\n  - tones\n`, 6, 'suites.1'],
    ['a single label', `${start}    labels: [one]\n`, 4, 'tasks.0.labels'],
    ['no task', `name: a\ntasks: []\n`, 2, 'tasks'],
    ['two tasks of one name', `name: a\ntasks:\n  - name: one\n  - name: two\n  - name: one\n`, 5, 'tasks.2.name'],
    [
      '33 tasks',
      `name: a\ntasks:\n${Array.from({ length: 33 }, (_, index) => `  - name: t${index}\n`).join('')}`,
      3,
      'tasks',
    ],
    ['a task whose name climbs', `name: a\ntasks:\n  - name: a/b\n`, 3, 'tasks.0.name'],
    ['a name that climbs', `name: ../up\ntasks: [{ name: intent }]\n`, 1, 'name'],
  ])('%s', async (_what, source, line, field) => {
    const error = await refusalOf(source);
    expect(error.code).toBe('DECLARATION_INVALID');
    expect(error.at).toEqual({ file, line, field });
  });

  it.each([
    ["[mean, 'ngrams:256', max]", 'ngrams:256 is not the last of the list', 'Move ngrams:256 to the end'],
    ["[mean, 'ngrams:256', 'ngrams:512']", 'ngrams is named twice', 'Keep one'],
    ["[mean, 'ngrams:128']", '"ngrams:128" does not say', 'a power of two from 256 to 65536'],
    ["[mean, 'ngrams:0256']", '"ngrams:0256" does not say', 'a power of two from 256 to 65536'],
    ["[mean, 'ngrams:131072']", '"ngrams:131072" does not say', 'a power of two from 256 to 65536'],
    ['[ngrams]', '"ngrams" does not say', 'such as ngrams:4096'],
    ["['ngrams:256']", 'no pooling is named', 'at least one of mean, max'],
    ['[median]', 'there is no pooling "median"', 'mean, max, sqrt, cls, last'],
  ])('the recipe %s: what is wrong, and what to do', async (recipe, message, hint) => {
    const error = await refusalOf(`${start}encoder:\n  pooling: ${recipe}\n`);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it.each([
    ['no name', 'tasks: [{ name: intent }]\n', 'name'],
    ['no tasks', 'name: support\n', 'tasks'],
    ['a gate without a margin', `${start}gate:\n  confidence: 0.9\n`, 'gate.margin'],
  ])('%s: the key that is missing', async (_what, source, field) => {
    const error = await refusalOf(source);
    expect(error).toMatchObject({ code: 'DECLARATION_INVALID', at: { file, field } });
  });

  it.each([
    ['nothing', ''],
    ['a comment', '# to do\n'],
    ['a list', '- name: support\n'],
    ['a word', 'support\n'],
  ])('a file that holds %s', async (_what, source) => {
    expect((await refusalOf(source)).code).toBe('DECLARATION_INVALID');
  });
});

describe('DECLARATION_INVALID: what is not YAML', () => {
  it.each([
    ['a list that never closes', `${start}suites: [verbs\nstrategy: replay\n`, 5],
    ['a key said twice', `${start}name: again\n`, 4],
    ['a cron line without quotes', `${start}schedule:\n  cron: */5 * * * *\n`, 5],
    ['a mapping inside a line', 'name: support: again\n', 1],
  ])('%s: the line', async (_what, source, line) => {
    const error = await refusalOf(source);
    expect(error.code).toBe('DECLARATION_INVALID');
    expect(error.at).toMatchObject({ file, line });
    expect(error.message).not.toContain('\n');
  });

  it('an alias of nothing', async () => {
    const error = await refusalOf(`${start}strategy: *mine\n`);
    expect(error.code).toBe('DECLARATION_INVALID');
    expect(error.at?.file).toBe(file);
    expect(error.message).toContain('mine');
  });

  it('aliases that would grow without end', async () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((key, index) => {
        const before = 'abcdefgh'[index]!;
        return `${key}: &${key} [${Array(9).fill(`*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    expect((await refusalOf(`${start}${bomb}\n`)).code).toBe('DECLARATION_INVALID');
  });
});

it('a recipe may hold every kind of part, and comes back as it was written', () => {
  const recipe = [
    'output:sentence_embedding',
    'mean',
    'max',
    'sqrt',
    'cls',
    'last',
    'sqrt:first_hidden_state',
    'ngrams:65536',
  ];
  expect(
    parseDeclaration(`${start}encoder:\n  pooling: ${JSON.stringify(recipe)}\n`, file, headSettings).encoder.pooling,
  ).toEqual(recipe);
});

it('knownKeys holds every key that a full declaration uses', () => {
  const keys =
    'name encoder model pooling prompt dtype normalise tasks labels strategy training seed holdout fraction buffer examples bytes suites gate margin floor schedule cron timeZone newExamples';
  expect(knownKeys).toEqual(expect.arrayContaining(keys.split(' ')));
});
