import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AdapterDeclaration } from '#espalier/declaration/declaration.js';
import type { Plan, UpdateContext } from '#espalier/update/context.js';
import { listAsked } from '#espalier/update/suites.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { newExample, stored, temporaryStore } from '../support/store.js';
import { writeSuite } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const evals = temporaryFolder();
const cases = ['refund', 'glad', 'unknown'].map((label) => ({ id: label, text: `a text of ${label}`, label }));
writeSuite(evals, { name: 'first', kind: 'classification', cases });
appendFileSync(
  join(writeSuite(evals, { name: 'second', kind: 'classification', cases }), 'suite.yaml'),
  'task: tone\n',
);

const known = {
  classes: [
    { task: 'intent', label: 'refund' },
    { task: 'intent', label: 'cancel' },
    { task: 'tone', label: 'glad' },
    { task: 'tone', label: 'cross' },
    { task: 'tone', label: 'refund' },
  ],
  domains: [
    { task: 'intent', domain: 'shop' },
    { task: 'tone', domain: 'shop' },
  ],
};
const rows = [
  { text: 'one', task: 'intent', label: 'refund' },
  { text: 'one', task: 'tone', label: 'glad' },
  { text: 'two', task: 'intent', label: 'glad' },
  { text: 'three', task: 'tone', label: 'refund', domain: 'street' },
];

async function ask(tasks: readonly string[], suites: readonly string[]) {
  const store = await temporaryStore();
  const held = rows.map((row) => newExample({ domain: 'shop', ...row, split: 'holdout' }));
  await stored(store, 'support', held);
  const declaration: AdapterDeclaration = {
    ...declare(),
    tasks: tasks.map((name) => ({ name, labels: 'open' })),
    suites: [...suites],
  };
  const context = {
    store,
    workspace: { suiteFolders: [evals] },
    encoder: { denseFingerprint: 'none' },
  } as unknown as UpdateContext;
  const plan = { declaration, throughExample: 99 } as Plan;
  const domains = known.domains.filter(({ task }) => tasks.includes(task));
  const asked = await listAsked(context, plan, { ...known, domains }, { classes: known.classes, throughExample: 99 });
  return asked.map(({ suite, task, domain }) => [
    suite.name,
    task,
    domain?.domain,
    suite.cases.map((item) => ('label' in item && 'text' in item ? [item.text, item.label] : [])),
  ]);
}

describe('what an update is measured on', () => {
  it('of several tasks: the holdout of each domain of each, by the labels of its own task', async () => {
    expect(await ask(['intent', 'tone'], [])).toEqual([
      ['holdout/intent/shop', 'intent', 'shop', [['one', 'refund']]],
      ['holdout/tone/shop', 'tone', 'shop', [['one', 'glad']]],
    ]);
  });

  it('of one task: the holdouts go by their domains alone', async () => {
    expect(await ask(['intent'], [])).toEqual([['holdout/shop', 'intent', 'shop', [['one', 'refund']]]]);
  });

  it('a suite asks the first task, or the one it names, without the labels that this task does not know', async () => {
    const texts = (...labels: string[]) => labels.map((label) => [`a text of ${label}`, label]);
    expect((await ask(['intent', 'tone'], ['first', 'second'])).slice(2)).toEqual([
      ['first', 'intent', undefined, texts('refund')],
      ['second', 'tone', undefined, texts('refund', 'glad')],
    ]);
  });

  it('a suite that asks a task which is not declared is refused: it would measure nothing', async () => {
    const error = await errorOf(ask(['intent'], ['second']));
    expect([error.code, error.message]).toEqual(['SUITE_INVALID', expect.stringContaining('asks the task `tone`')]);
  });
});
