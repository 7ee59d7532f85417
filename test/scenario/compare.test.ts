import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { beforeAll, describe, expect, it } from 'vitest';
import { newProgram } from '#espalier/cli/program.js';
import { renderComparison } from '#espalier/cli/terminal/comparison.js';
import { noProgress } from '#espalier/core/progress.js';
import { uniformOf } from '#espalier/core/random.js';
import { comparisonPage } from '#espalier/pages/comparison/page.js';
import { openStore, type Store } from '#espalier/store/database.js';
import type { NewExample } from '#espalier/store/examples.js';
import { type CompareContext, compareStrategies } from '#espalier/study/compare.js';
import type { Comparison } from '#espalier/study/comparison.js';
import { ownThread } from '#espalier/work/task.js';
import { espalier } from '../support/command.js';
import { declare } from '../support/declaration.js';
import { at, billing, databaseOf, rowsOf, shipping, writeDesk } from '../support/desk.js';
import { errorOf } from '../support/errors.js';
import { expectNoControls, expectReport } from '../support/plain.js';
import { newExample, stored, temporaryStore } from '../support/store.js';

const hostile = `<script>alert("1")</script> & 'co'`;

/** Every fourth is held out. */
const examples = [
  ...billing.map((row) => ({ ...row, domain: 'billing' })),
  ...shipping.map((row) => ({ ...row, domain: hostile })),
].map((row, index) => newExample({ ...row, split: index % 4 === 0 ? 'holdout' : 'train' }));

describe('espalier compare', () => {
  let desk: string;
  let comparison: Comparison;
  let page: string;
  let before: unknown;
  const census = () =>
    rowsOf(
      desk,
      'select (select count(*) from examples) as examples, (select count(*) from runs) as runs, (select count(*) from buffer) as members, (select count(*) from audit) as acts',
    );
  beforeAll(async () => {
    desk = writeDesk();
    const store = await openStore(databaseOf(desk));
    await stored(store, 'desk', examples);
    await store.close();
    before = census();
    const words = [
      'compare',
      'desk',
      '--strategies',
      'joint,finetune,replay',
      '--budgets',
      '6,20',
      '--report',
      'out/page.html',
      '--json',
    ];
    const { code, stdout, stderr } = await espalier(desk, [...words, ...at(9)]);
    expect([code, stderr]).toEqual([0, 'report: out/page.html\n']);
    comparison = JSON.parse(stdout) as Comparison;
    page = readFileSync(join(desk, 'out', 'page.html'), 'utf8');
  });

  it('plays each strategy at each budget, and one that replays nothing once', () => {
    expect(comparison.rows.map(({ strategy, budget }) => `${strategy} ${budget}`).sort()).toEqual([
      'finetune 0',
      'joint 0',
      'replay 20',
      'replay 6',
    ]);
    expect(comparison).toMatchObject({ adapter: 'desk', domains: ['billing', hostile], unmeasured: [] });
  });

  it('puts the most accurate first; naive fine-tuning forgets and joint training says so', () => {
    const accuracies = comparison.rows.map(({ averageAccuracy }) => averageAccuracy!);
    expect(accuracies).toEqual([...accuracies].sort((a, b) => b - a));
    const [joint, naive] = ['joint', 'finetune'].map(
      (name) => comparison.rows.find(({ strategy }) => strategy === name)!,
    );
    expect([joint!.role, naive!.role]).toEqual(['joint', 'naive']);
    expect(joint!.averageAccuracy).toBeGreaterThan(naive!.averageAccuracy! + 0.1);
    expect(naive!.forgetting).toBeGreaterThan(0.3);
    expect(naive).toMatchObject({ forwardTransfer: null, error: null });
    const { matrix } = comparison.matrices.find(({ strategy }) => strategy === 'finetune')!;
    expect(naive!.forgetting).toBeCloseTo(matrix[0]![0]! - matrix[1]![0]!, 12);
    expect(naive!.averageAccuracy).toBeCloseTo((matrix[1]![0]! + matrix[1]![1]!) / 2, 12);
  });

  it('changes nothing in the store but the cache of vectors', () => {
    expect(census()).toEqual(before);
    expect(rowsOf(desk, 'select hash from embeddings').length).toBe(new Set(examples.map(({ hash }) => hash)).size);
  });

  it('is a table and two matrices on a terminal of 80 columns', () => {
    const printed = renderComparison(revived(comparison), { ...plainOutput, width: 80 });
    expectReport(printed);
    expect(printed).toMatch(/^ strategy +budget +average +forgotten +BWT +FWT +seconds +kept MB$/m);
    expect(printed).toMatch(/^ finetune +- .* naive$/m);
    expect(printed).toMatch(/^ joint +- .* joint$/m);
    expect(printed.match(/ best$/gm)).toHaveLength(1);
    expect(printed).toMatch(/^naive \(finetune\) +best \(replay \d+\)$/m);
    expect(printed).toMatch(/^1 billing +\d+\.\d +· +1 billing +\d+\.\d +·$/m);
  });

  it('colours the cells of its matrices where there are colours', () => {
    const printed = renderComparison(revived(comparison), {
      ...plainOutput,
      colours: pc.createColors(true),
      width: 80,
    });
    expect(printed).toMatch(new RegExp(`${escapeCharacter}\\[4[123]m`));
    expectReport(printed.replace(new RegExp(`${escapeCharacter}\\[\\d+m`, 'g'), ''));
  });

  it('writes a page that lets nothing in: no script, no link, hostile names as text', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<img|<link|\son\w+=|https?:|url\(|@import/);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;');
    expectNoControls(page);
    expect(page).toContain('2026-11-24T09:00:00.000Z');
    expect(tagsOf(page)).toEqual([]);
  });

  it('draws a line for each domain of each strategy, with a name for those who cannot see it', () => {
    const charts = page.split('<svg').filter((chart) => chart.includes('<polyline'));
    expect(charts).toHaveLength(3);
    for (const chart of charts) expect(chart.match(/<polyline/g)).toHaveLength(2);
    for (const [svg] of page.matchAll(/<svg[^>]*>/g)) expect(svg).toMatch(/role="img" aria-label="[^"]+"/);
  });
});

describe('several tasks', () => {
  const declaration = declare('training: { width: 32, epochs: 2 }\nbuffer: { examples: 30 }');
  const tasks = ['intent', 'tone'].map((name) => ({ name, labels: 'open' as const }));
  const rows = (task: string, domain: string, labels: readonly string[]) =>
    labels.flatMap((label) =>
      [1, 2, 3, 4].map((n) =>
        newExample({ text: `${domain} ${label} ${n}`, task, domain, label, split: n === 4 ? 'holdout' : 'train' }),
      ),
    );
  const context = async (store: Store): Promise<CompareContext> => ({
    ...{ store, encoder: pseudoEncoder, progress: noProgress },
    signal: new AbortController().signal,
    work: ownThread,
  });

  it('are played a domain of a task after another, in the order in which they first came', async () => {
    const store = await temporaryStore();
    const batches = [
      ['tone', 'two'],
      ['intent', 'one'],
      ['tone', 'one'],
      ['intent', 'two'],
    ] as const;
    for (const [task, domain] of batches) await stored(store, 'support', rows(task, domain, ['a', 'b']));
    const asked = { declaration: { ...declaration, tasks }, strategies: ['analytic', 'replay'], budgets: [12] };
    const comparison = await compareStrategies(await context(store), asked);
    expect(comparison.domains).toEqual(batches.map(([task, domain]) => `${task}/${domain}`));
    expect(comparison).toMatchObject({
      classes: 4,
      unmeasured: [],
      examples: batches.map(() => ({ train: 6, holdout: 2 })),
    });
    for (const { matrix } of comparison.matrices) {
      // Not before a class of the task is known; from then on, also what the domain itself has not taught.
      expect(matrix[0]!.map((value) => value === undefined)).toEqual([false, true, false, true]);
      expect(matrix[1]!.every((value) => value !== undefined)).toBe(true);
    }
  });

  it('need two classes each', async () => {
    const store = await temporaryStore();
    await stored(store, 'support', [...rows('intent', 'one', ['a', 'b']), ...rows('tone', 'one', ['a'])]);
    const error = await errorOf(compareStrategies(await context(store), { declaration: { ...declaration, tasks } }));
    expect([error.code, error.message]).toEqual(['TOO_FEW_CLASSES', expect.stringContaining('in its task tone')]);
  });
});

describe('what cannot be compared', () => {
  const declaration = declare('training: { width: 32, epochs: 2 }\nbuffer: { examples: 30 }');
  let store: Store;
  beforeAll(async () => {
    store = await temporaryStore();
    const rows = (domain: string, split: NewExample['split'], labels: readonly string[]) =>
      labels.flatMap((label) =>
        [1, 2, 3, 4].map((n) => newExample({ text: `${domain} ${split} ${label} ${n}`, domain, split, label })),
      );
    await stored(store, 'support', [...rows('one', 'train', ['a', 'b']), ...rows('one', 'holdout', ['a', 'b'])]);
    await stored(store, 'support', rows('two', 'train', ['c', 'd']));
    await stored(store, 'alone', [...rows('only', 'train', ['a', 'b']), ...rows('only', 'holdout', ['a', 'b'])]);
    await stored(store, 'blind', [...rows('one', 'train', ['a']), ...rows('two', 'train', ['b'])]);
  });
  const context = (more: Partial<CompareContext> = {}): CompareContext => ({
    store,
    encoder: pseudoEncoder,
    progress: noProgress,
    signal: new AbortController().signal,
    work: ownThread,
    ...more,
  });

  it('is one domain, or no example held out: it says what to bring', async () => {
    const alone = await errorOf(compareStrategies(context(), { declaration: { ...declaration, name: 'alone' } }));
    expect(alone).toMatchObject({
      code: 'NOTHING_TO_COMPARE',
      hint: expect.stringContaining('more examples of alone, of the `domain` that you name'),
      parameters: ['domain'],
    });
    const blind = await errorOf(compareStrategies(context(), { declaration: { ...declaration, name: 'blind' } }));
    expect(blind).toMatchObject({
      code: 'NOTHING_TO_COMPARE',
      message: expect.stringContaining('no held-out examples'),
    });
  });

  it('is a strategy that nobody knows, or a budget that is no number of examples', async () => {
    const unknown = await errorOf(compareStrategies(context(), { declaration, strategies: ['repley'] }));
    expect(unknown).toMatchObject({ code: 'STRATEGY_UNKNOWN', hint: expect.stringContaining('replay') });
    const { stdin, stdout, stderr } = process;
    const surroundings = {
      stdin,
      stdout,
      stderr,
      environment: {},
      workingFolder: '.',
      signal: new AbortController().signal,
    };
    for (const budgets of ['0', '1.5', '-3', '', '20,x']) {
      const words = ['node', 'espalier', 'compare', 'support', `--budgets=${budgets}`];
      expect(await errorOf((await newProgram(surroundings)).parseAsync(words)), budgets).toMatchObject({
        code: 'USAGE',
      });
    }
  });

  it('is a domain of which nothing is held out: it is learned, left out of the measures, and named', async () => {
    const comparison = await compareStrategies(context(), { declaration, strategies: ['finetune'] });
    expect(comparison.unmeasured).toEqual(['two']);
    expect(comparison.matrices[0]!.matrix.map((row) => row[1])).toEqual([undefined, undefined]);
    expect(renderComparison(comparison, plainOutput)).toMatch(/Nothing is\s+held out of two/);
    expect(comparisonPage(comparison, new Date(0)).match(/<polyline/g)).toHaveLength(1);
  });

  it('is a strategy that diverges: a row says so with its code, and the others are played', async () => {
    const wild = { ...declaration, training: { ...declaration.training, learningRate: 1e30 } };
    const comparison = await compareStrategies(context(), {
      declaration: wild,
      strategies: ['finetune', 'analytic'],
      budgets: [5],
    });
    expect(comparison.rows.map(({ strategy, error }) => [strategy, error?.code])).toEqual([
      ['analytic', undefined],
      ['finetune', 'TRAINING_DIVERGED'],
    ]);
    const printed = renderComparison(comparison, plainOutput);
    expectReport(printed);
    expect(printed).toContain('finetune failed [TRAINING_DIVERGED]');
    expect(comparisonPage(comparison, new Date(0))).toContain('failed [TRAINING_DIVERGED]');
  });

  it('is what was stopped', async () => {
    const stop = new AbortController();
    const progress = {
      ...noProgress,
      advance: (_: number, __: number, unit: string) => unit === 'updates' && stop.abort(),
    };
    const stopped = compareStrategies(context({ signal: stop.signal, progress }), {
      declaration,
      strategies: ['finetune'],
    });
    expect(await errorOf(stopped)).toMatchObject({ code: 'INTERRUPTED', hint: expect.stringContaining('begins anew') });
  });
});

const escapeCharacter = '\u001b';

const plainOutput = {
  format: 'text',
  colours: pc.createColors(false),
  width: 80,
  result: () => undefined,
  note: () => undefined,
} as const;

/** JSON has null where nothing was measured. */
function revived(comparison: Comparison): Comparison {
  const matrices = comparison.matrices.map((play) => ({
    ...play,
    matrix: play.matrix.map((row) => row.map((value) => value ?? undefined)),
  }));
  return { ...comparison, matrices };
}

/** Tags that are not closed in their order. */
function tagsOf(page: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, , alone] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*?)?)(\/?)>/g)) {
    if (alone === '/' || name === 'meta') continue;
    if (closing === '') open.push(name!);
    else if (open.at(-1) === name) open.pop();
    else return [...open, `</${name}>`];
  }
  return open;
}

/** Vectors drawn from the text. */
const vectorsOf = (texts: readonly string[]) =>
  Float32Array.from(texts.flatMap((text) => Array.from({ length: 8 }, (_, axis) => uniformOf(axis, text) - 0.5)));

const pseudoEncoder: CompareContext['encoder'] = {
  declaration: { model: 'pseudo', pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true },
  fingerprint: 'pseudo',
  denseFingerprint: 'pseudo',
  dimension: 8,
  dense: 8,
  lexical: 0,
  encodeDense: async (texts) => vectorsOf(texts),
  encode: async (texts) => vectorsOf(texts),
  knowsAny: () => true,
  readingOf: () => ({ isCut: false, knowsAny: true }),
  close: async () => undefined,
};
