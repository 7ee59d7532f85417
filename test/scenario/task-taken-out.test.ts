/**
 * A task that adapter.yaml has no more stays in the head, with its examples in the buffer, whether a text has one label
 * in it or a set.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '#espalier/gate/report.js';
import type { Prediction } from '#espalier/serving/champion.js';
import type { Manifest } from '#espalier/versions/manifest.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const money = [
  'I was charged twice',
  'the invoice is wrong',
  'my card was declined',
  'where is my refund',
  'send me a receipt',
];
const hurry = ['it is urgent', 'answer today', 'this cannot wait', 'be quick', 'we leave at noon'];
const notes = [
  ...money.map((text) => ({ text, labels: ['money'] })),
  ...hurry.map((text) => ({ text, labels: ['hurry'] })),
  ...money.flatMap((text, index) =>
    [0, 1].map((by) => ({ text: `${text} and ${hurry[(index + by) % 5]}`, labels: ['hurry', 'money'] })),
  ),
  ...['thank you all', 'have a nice day', 'greetings'].map((text) => ({ text, labels: [] })),
];
const glad = ['what a joy', 'so happy with it', 'lovely work', 'delighted', 'a wonderful day', 'it made me smile'];
const cross = ['I am angry', 'what a mess', 'never again', 'an outrage', 'terrible service', 'worst of all'];
const tones = [...glad.map((text) => ({ text, label: 'glad' })), ...cross.map((text) => ({ text, label: 'cross' }))];
const languages = tones.map(({ text }, index) => ({ text, label: index % 2 === 0 ? 'formal' : 'plain' }));

const folder = mkdtempSync(join(temporaryFolder(), 'three-'));
const topics = '{ name: topics, multiLabel: true }';
const declare = (...tasks: readonly string[]) =>
  writeFileSync(
    join(folder, 'adapters', 'three', 'adapter.yaml'),
    `name: three\ntasks: [${tasks.join(', ')}]\ntraining: { width: 128 }\ngate: { confidence: 0.8, margin: 0.9, inconclusive: allow }\n`,
  );
const ingest = (task: string, rows: readonly unknown[], hour: number) =>
  succeed(folder, ['ingest', '-', '--adapter', 'three', '--domain', 'spring', '--task', task, ...at(hour)], {
    input: jsonLines(rows),
  });
const update = async (version: number, hour: number) => {
  await succeed(folder, ['update', 'three', ...at(hour)]);
  await succeed(folder, ['candidates', 'approve', `${version}`, '--override', '--reason', 'go on', ...at(hour)]);
};
const manifestOf = (version: number) =>
  JSON.parse(
    readFileSync(join(folder, 'adapters', 'three', 'versions', `${version}`, 'manifest.json'), 'utf8'),
  ) as Manifest;

beforeAll(async () => {
  for (const part of ['replay-store', join('adapters', 'three')]) mkdirSync(join(folder, part), { recursive: true });
  declare(topics, '{ name: register }', '{ name: tone }');
  await ingest('topics', notes, 8);
  await ingest('register', languages, 8);
  await ingest('tone', tones.slice(0, 4).concat(tones.slice(6, 10)), 8);
  await update(1, 9);
});

describe('an update without two of the tasks of before', () => {
  it('goes through, with their examples in the buffer, and keeps what the head learned of them', async () => {
    declare('{ name: tone }');
    await ingest('tone', tones, 10);
    await update(2, 11);
    const [before, after] = [manifestOf(1), manifestOf(2)];
    expect(after.classes).toEqual(before.classes);
    expect([before.multiLabel, after.multiLabel]).toEqual([['topics'], ['topics']]);
  });

  it('leaves them as they were, when they come back', async () => {
    declare(topics, '{ name: register }', '{ name: tone }');
    const ask = ['predict', 'three', `${money[0]}, it is urgent, be quick`, '--task', 'topics'];
    const { probabilities } = await succeedJson<Required<Prediction>>(folder, ask);
    expect(probabilities.filter(({ probability }) => probability > 0.5)).toHaveLength(2);
    await ingest(
      'topics',
      [
        { text: 'the bill is too high', labels: ['money'] },
        { text: 'hurry up please', labels: ['hurry'] },
      ],
      12,
    );
    await succeed(folder, ['update', 'three', ...at(13)]);
    const { report } = await succeedJson<{ report: Report }>(folder, ['candidates', 'show', '3']);
    expect(report.domains.map(({ domain }) => domain)).toContain('topics/spring');
    expect(report.notes.join()).toMatch(/holdout\/topics\/spring: micro-F1 [\d.]+ -> [\d.]+ %/);
    expect(await succeed(folder, ['candidates', 'verify', '3'])).toContain('the same, to the last digit');
  });
});

it('a task of nothing but empty sets has nothing to learn', async () => {
  declare('{ name: tone }', '{ name: flags, multiLabel: true }');
  await ingest(
    'flags',
    [
      { text: 'note one', labels: [] },
      { text: 'note two', labels: [] },
    ],
    14,
  );
  const { code, stderr } = await espalier(folder, ['update', 'three', ...at(15)]);
  expect([code, stderr.replaceAll(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringMatching(/no example with a label in its task flags \[TOO_FEW_CLASSES\]/),
  ]);
});
