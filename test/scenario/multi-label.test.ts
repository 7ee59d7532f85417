/**
 * A task of which a text may have several labels, or none, through the real command: two updates, the second with a
 * label that is new.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import type { Report } from '#espalier/gate/report.js';
import type { Flips } from '#espalier/measuring/flips.js';
import type { Prediction } from '#espalier/serving/champion.js';
import { espalier, succeed, succeedJson } from '../support/command.js';
import { at } from '../support/desk.js';
import { expectReport } from '../support/plain.js';
import { jsonLines } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What guests of a hotel write, clause by clause. */
const clauses: Readonly<Record<string, readonly string[]>> = {
  noise: [
    'the street kept us awake until three',
    'the walls are thin as paper',
    'music from the bar came through the floor',
    'doors banged from six',
  ],
  breakfast: [
    'the eggs were cold',
    'the best bread of the whole trip',
    'we queued for a plate of bacon',
    'the jam was made in the house',
  ],
  price: [
    'a lot of money for one night',
    'the bill had a fee nobody mentioned',
    'half the rate of the hotel next door',
    'parking cost as much as dinner',
  ],
  location: [
    'two minutes from the harbour',
    'miles from anything, in a car park',
    'the tram stops in front of the door',
    'a steep hill with luggage',
  ],
};
const openings = [
  'We stayed two nights',
  'It was our third visit',
  'Booked for a wedding',
  'A short stop on the way south',
];

interface Row {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Texts of some of the labels, in any order, each once. */
function write(labels: readonly string[], count: number, always?: string): Row[] {
  const random = seededRandom('guests', labels.length);
  const pick = (among: readonly string[]) => among[random.integer(among.length)]!;
  const rows = new Map<string, Row>();
  while (rows.size < count) {
    const own = labels.filter((label) => label === always || random.uniform() < 0.4);
    const parts = shuffled(own, random).map((label) => pick(clauses[label]!));
    const text = `${[pick(openings), ...parts].join('. ')}.`;
    rows.set(text, { text, labels: own });
  }
  return [...rows.values()];
}

const spring = write(['noise', 'breakfast', 'price'], 90);
const summer = write(['noise', 'breakfast', 'price', 'location'], 60, 'location');
const csv = (rows: readonly Row[]) =>
  `text,labels\n${rows.map(({ text, labels }) => `"${text}",${labels.join('|')}\n`).join('')}`;

const declaration = `name: guests
tasks:
  - name: topics
    multiLabel: true
training: { width: 512 }
buffer: { examples: 40 }
gate: { margin: 0.2 }
`;

const folder = mkdtempSync(join(temporaryFolder(), 'guests-'));
const ingest = (file: string, domain: string) => ['ingest', file, '--adapter', 'guests', '--domain', domain];
let [first, second]: Report[] = [];
beforeAll(async () => {
  for (const part of ['replay-store', join('adapters', 'guests')]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'adapters', 'guests', 'adapter.yaml'), declaration);
  writeFileSync(join(folder, 'spring.jsonl'), jsonLines(spring));
  writeFileSync(join(folder, 'summer.csv'), csv(summer));
  await succeed(folder, [...ingest('spring.jsonl', 'spring'), ...at(8)]);
  first = (await succeedJson<{ report: Report }>(folder, ['update', 'guests', ...at(9)])).report;
  await succeed(folder, ['candidates', 'approve', '1', '--reason', 'the first', ...at(10)]);
  await succeed(folder, [...ingest('summer.csv', 'summer'), ...at(11)]);
  second = (await succeedJson<{ report: Report }>(folder, ['update', 'guests', ...at(12)])).report;
});

const rowOf = (report: Report | undefined, suite: string) => report!.rows.find((row) => row.suite === suite)!;

describe('rows with sets of labels', () => {
  const known = spring.find(({ labels }) => labels.length > 1)!;

  it('are the same set in any order, from a list and from a cell that bars part', async () => {
    const input = jsonLines(
      [known.labels.toReversed(), known.labels.join('|')].map((labels) => ({ text: known.text, labels })),
    );
    expect(await succeedJson(folder, [...ingest('-', 'spring'), ...at(13)], { input })).toMatchObject({
      duplicates: 2,
      rejected: 0,
    });
  });

  it('are rejected, each with its line and reason, where they are none, or say another set of a text that is there', async () => {
    const rows: [object, RegExp][] = [
      [{ text: 'one', label: 'noise' }, /no field `labels`; it has `text`, `label`: name one with --label-field label/],
      [{ text: 'two', labels: ['noise', 'noise'] }, /`noise` stands there twice/],
      [{ text: 'three', labels: ['noise', null] }, /label 2: the field is null/],
      [{ text: 'four', labels: { noise: true } }, /not text/],
      [{ text: 'five', labels: ['noise', String.fromCharCode(7)] }, /label 2: the field is empty/],
      [{ text: 'six', labels: Array.from({ length: 101 }, (_, index) => `label ${index}`) }, /101 labels/],
      [{ text: known.text, labels: [] }, /the same text is labelled .* this row says `\[\]`/],
      // As many as are rejected: an input of which nothing is taken and most is wrong is an error.
      ...Array.from({ length: 7 }, (): [object, RegExp] => [{ text: known.text, labels: known.labels }, /^$/]),
    ];
    const input = jsonLines(rows.map(([row]) => row));
    const report = await succeedJson<{ rejected: number; rejectsFile: string }>(
      folder,
      [...ingest('-', 'spring'), ...at(13)],
      { input },
    );
    expect(report).toMatchObject({ duplicates: 7, rejected: 7 });
    const rejects = readFileSync(report.rejectsFile, 'utf8').trim().split('\n');
    for (const { line, field, reason } of rejects.map(
      (one) => JSON.parse(one) as { line: number; field: string; reason: string },
    ))
      expect([field, reason]).toEqual(['labels', expect.stringMatching(rows[line - 1]![1])]);
  });
});

describe('a candidate', () => {
  it('is measured by how much of each held-out set it gives, above what giving all the commonest set would', () => {
    const { metric, candidate, chance } = { chance: 0.5, ...rowOf(first, 'holdout/spring') };
    expect(metric).toBe('jaccard');
    expect(candidate).toBeGreaterThan(chance + 0.2);
  });

  it('learns a label that is new, beside what the champion knew', () => {
    expect(rowOf(second, 'holdout/summer').candidate).toBeGreaterThan(0.7);
    expect(rowOf(second, 'holdout/spring').difference).toBeGreaterThan(-0.1);
  });

  it('shows each label as a slice of its own, a case in each of its labels', () => {
    const labels = second!.slices.filter(({ by }) => by === 'label').map(({ value }) => value);
    expect(labels).toEqual(expect.arrayContaining(['breakfast', 'noise', 'price']));
    expect(labels.some((label) => label.startsWith('['))).toBe(false);
  });

  it('is shown whole, with flips of sets, and its verdict worked out again', async () => {
    expectReport(await succeed(folder, ['candidates', 'show', '2', '--all']));
    const { flips } = await succeedJson<{ flips: Flips }>(folder, ['candidates', 'show', '2']);
    const ofHoldouts = [...flips.lost, ...flips.gained].filter(({ suite }) => suite.startsWith('holdout/'));
    for (const { expected } of ofHoldouts) expect(JSON.parse(expected!)).toBeInstanceOf(Array);
    await succeed(folder, ['candidates', 'verify', '2']);
  });
});

describe('the champion', () => {
  beforeAll(async () => {
    await succeed(folder, ['candidates', 'approve', '2', '--override', '--reason', 'few cases', ...at(14)]);
  });

  it('gives every label that is likelier than not, with its probability, and none where none is', async () => {
    const ask = (text: string) => succeedJson<Prediction>(folder, ['predict', 'guests', text]);
    const both = await ask('The jam was made in the house, and the tram stops in front of the door.');
    expect(both.labels).toEqual(['breakfast', 'location']);
    expect(both.label).toBe('["breakfast","location"]');
    expect(both.probabilities!.map(({ label }) => label).sort()).toEqual(['breakfast', 'location', 'noise', 'price']);
    for (const { label, probability } of both.probabilities!)
      expect(probability >= 0.5).toBe(both.labels!.includes(label));
    expect((await ask('We stayed two nights.')).labels).toEqual([]);
    const lines = await succeed(folder, ['predict', 'guests'], {
      input: 'We stayed two nights.\nthe eggs were cold\n',
    });
    expect(lines).toMatch(/^\(none\) +\d+\.\d %.*\nbreakfast \d+\.\d %/);
  });

  it('has a buffer that counts an example for each of its labels, and finds it by any', async () => {
    const { members, cells } = await succeedJson<{ members: number; cells: { label: string; members: number }[] }>(
      folder,
      [...['buffer', 'stats', '--adapter', 'guests']],
    );
    expect(members).toBe(40);
    expect(new Set(cells.map(({ label }) => label))).toEqual(new Set(['(none)', ...Object.keys(clauses)]));
    const listed = await succeedJson<{ label: string }[]>(folder, [
      ...['buffer', 'list', '--adapter', 'guests', '--label', 'price', '--limit', '100'],
    ]);
    expect(listed.length).toBe(
      cells.filter(({ label }) => label === 'price').reduce((sum, cell) => sum + cell.members, 0),
    );
    for (const { label } of listed) expect(JSON.parse(label)).toContain('price');
  });

  it('has a task that stays as it began: neither examples nor updates of another form', async () => {
    const file = join(folder, 'adapters', 'guests', 'adapter.yaml');
    writeFileSync(file, declaration.replace('    multiLabel: true\n', ''));
    const input = jsonLines([{ text: 'a single label', label: 'noise' }]);
    const refused = [
      await espalier(folder, [...ingest('-', 'autumn')], { input }),
      await espalier(folder, ['compare', 'guests']),
    ];
    writeFileSync(file, declaration);
    for (const { code, stderr } of refused)
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/sets of labels, such as(.|\n)*\[DECLARATION_INVALID\](.|\n)*multiLabel: true/),
      ]);
  });
});

describe('a comparison of strategies', () => {
  it('plays what can learn sets, and says what cannot', async () => {
    const { rows } = await succeedJson<{
      rows: { strategy: string; averageAccuracy: number | null; error: { code: string } | null }[];
    }>(folder, [...['compare', 'guests', '--strategies', 'analytic,finetune,slda', '--budgets', '40']]);
    const by = (name: string) => rows.find(({ strategy }) => strategy === name)!;
    expect(by('analytic').averageAccuracy!).toBeGreaterThan(by('finetune').averageAccuracy!);
    expect(by('slda').error!.code).toBe('DECLARATION_INVALID');
  });
});
