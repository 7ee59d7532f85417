/** Outliers, planes and maps, held to the definitions written out; then both commands. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noProgress } from '#espalier/core/progress.js';
import { seededRandom } from '#espalier/core/random.js';
import { dot } from '#espalier/core/vectors.js';
import type { Encoder } from '#espalier/encoder/encoder.js';
import { centred, meanOf } from '#espalier/inspecting/centred.js';
import { countOn, frameOf, project } from '#espalier/inspecting/density-map.js';
import { findOutliers } from '#espalier/inspecting/outliers.js';
import { planeOf } from '#espalier/inspecting/plane.js';
import { saveEmbeddings } from '#espalier/store/embeddings.js';
import { testRows } from '#espalier/testing/testing.js';
import { openDesk } from '../curation/support.js';
import { espalier, succeed } from '../support/command.js';
import { errorOf } from '../support/errors.js';
import { temporaryStore } from '../support/store.js';

const width = 16;
const encoder = { dense: width, denseFingerprint: 'test' } as Encoder;
const signal = new AbortController().signal;

async function outliersOf(vectors: readonly Float32Array[], labels: readonly string[], isMultiLabel = false) {
  const store = await temporaryStore();
  const rows = labels.map((label, index) => ({ id: index + 1, text: `t${index}`, hash: `h${1000 + index}`, label }));
  await saveEmbeddings(
    store,
    'test',
    rows.map(({ hash }, index) => ({ hash, vector: vectors[index]! })),
  );
  return findOutliers({ store, encoder, signal, progress: noProgress }, rows, { isMultiLabel });
}

function drawn(count: number): Float32Array[] {
  const random = seededRandom('outliers test', count);
  return Array.from({ length: count }, () => Float32Array.from({ length: width }, () => random.normal() + 1));
}

describe('outliers', () => {
  it('are ranked by the distance to the fifth nearest of the label, less its median', async () => {
    const vectors = drawn(60);
    const labels = vectors.map((_, index) => `l${index % 3}`);
    const { outliers, tooFew } = await outliersOf(vectors, labels);
    const all = Float32Array.from(vectors.flatMap((vector) => [...vector]));
    const unit = centred(all, meanOf(all, width));
    const at = (row: number) => unit.subarray(row * width, (row + 1) * width);
    const distances = labels.map((label, row) => {
      const others = labels.flatMap((own, other) =>
        own === label && other !== row ? [1 - dot(at(row), at(other))] : [],
      );
      return others.sort((a, b) => a - b)[4]!;
    });
    const usual = (label: string) => {
      const own = distances.filter((_, row) => labels[row] === label).sort((a, b) => a - b);
      return (own[9]! + own[10]!) / 2;
    };
    expect(tooFew).toBe(0);
    expect(outliers).toHaveLength(60);
    for (const { row, label, distance, usual: median, score } of outliers) {
      expect(distance).toBeCloseTo(distances[row.id - 1]!, 5);
      expect(median).toBeCloseTo(usual(label), 5);
      expect(score).toBeCloseTo(distance - median, 9);
    }
    expect(outliers.map(({ score }) => score)).toEqual(outliers.map(({ score }) => score).sort((a, b) => b - a));
  });

  it('all have the score 0 where all vectors are equal', async () => {
    const { outliers } = await outliersOf(
      new Array<Float32Array>(8).fill(new Float32Array(width).fill(0.25)),
      new Array(8).fill('a'),
    );
    expect(outliers.map(({ score }) => score)).toEqual(new Array(8).fill(0));
  });

  it('are not told of a label with one or two examples', async () => {
    const { outliers, tooFew } = await outliersOf(drawn(6), ['a', 'a', 'b', 'c', 'c', 'c']);
    expect([outliers.length, tooFew]).toEqual([3, 3]);
    expect(await outliersOf([], [])).toEqual({ outliers: [], tooFew: 0 });
  });

  it('of a set are as far as from the label that suits best', async () => {
    const vectors = drawn(24).map((vector, index) =>
      vector.map((value, column) => value + (column % 2 === index % 2 ? 9 : 0)),
    );
    const sets = vectors.map((_, index) =>
      JSON.stringify(index === 0 ? ['even', 'odd'] : [index % 2 === 0 ? 'even' : 'odd']),
    );
    const { outliers } = await outliersOf(vectors, sets, true);
    expect(outliers).toHaveLength(24);
    expect(outliers.find(({ row }) => row.id === 1)!.label).toBe('even');
  });
});

describe('the plane of centres', () => {
  it('has two directions at right angles, and shows all of centres that lie in a plane', () => {
    const centres = [
      [3, 0, 0, 1],
      [0, 2, 0, 1],
      [-3, 0, 0, 1],
      [0, -2, 0, 1],
    ].map((values) => Float32Array.from(values));
    const { axes, share } = planeOf(centres, [1, 1, 1, 1]);
    expect(share).toBeCloseTo(1, 6);
    expect([...axes[0]]).toEqual([1, 0, 0, 0].map((value) => expect.closeTo(value, 5)));
    expect([...axes[1]]).toEqual([0, 1, 0, 0].map((value) => expect.closeTo(value, 5)));
  });

  it('shows no less of the spread than any two columns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 2, max: 9 }), (seed, count) => {
        const random = seededRandom('plane test', seed);
        const centres = Array.from({ length: count }, () => Float32Array.from({ length: 5 }, () => random.normal()));
        const sizes = centres.map(() => 1 + random.integer(9));
        const { axes, share } = planeOf(centres, sizes);
        expect(Math.abs(dot(axes[0], axes[1]))).toBeLessThan(1e-3);
        const all = sizes.reduce((sum, size) => sum + size, 0);
        const spreads = Array.from({ length: 5 }, (_, column) => {
          const mean = centres.reduce((sum, centre, index) => sum + centre[column]! * sizes[index]!, 0) / all;
          return centres.reduce((sum, centre, index) => sum + sizes[index]! * (centre[column]! - mean) ** 2, 0);
        });
        const total = spreads.reduce((sum, own) => sum + own, 0);
        const [one, two] = spreads.sort((a, b) => b - a);
        expect(share).toBeGreaterThan((one! + two!) / total - 1e-3);
      }),
    );
  });

  it('of one centre, or of equal ones, has no direction', () => {
    const one = Float32Array.of(1, 2, 3);
    for (const centres of [[one], [one, one]]) {
      const { axes, share } = planeOf(
        centres,
        centres.map(() => 2),
      );
      expect([share, ...axes[0], ...axes[1]]).toEqual([1, 0, 0, 0, 0, 0, 0]);
    }
  });
});

describe('the counts of a map', () => {
  it('hold every point once, also those outside of the frame', () => {
    const points = Array.from({ length: 500 }, (_, index) => ({ x: index ** 2, y: -index }));
    const grid = { columns: 10, rows: 4 };
    const counts = countOn(grid, frameOf(points), points);
    expect(counts.flat().reduce((sum, count) => sum + count, 0)).toBe(500);
    expect([counts.length, counts[0]!.length]).toEqual([4, 10]);
    // y falls, and row 0 is the top.
    expect(counts[0]![0]).toBeGreaterThan(0);
    expect(counts[3]![9]).toBeGreaterThan(0);
  });

  it('put equal points into the middle', () => {
    const points = [
      { x: 2, y: 2 },
      { x: 2, y: 2 },
    ];
    expect(countOn({ columns: 3, rows: 3 }, frameOf(points), points)[1]).toEqual([0, 2, 0]);
    expect(project(new Float32Array(0), { axes: [new Float32Array(0), new Float32Array(0)], share: 1 })).toEqual([]);
  });
});

describe('the commands', () => {
  const labels = ['refund', 'shipping', 'invoice'];
  const strange = 'zebra quartz violin \u202e <b>';

  async function filledDesk(members: number) {
    const desk = await openDesk({ declare: (source) => source.replace('examples: 100', `examples: ${members}`) });
    await desk.triage.ingest([...testRows(labels, 24), { text: strange, label: 'refund' }], { domain: 'd' });
    await desk.ship();
    return desk;
  }

  it('list a strange text first, unless it is quarantined', async () => {
    const desk = await filledDesk(100);
    const train = await desk.triage.listExamples({ split: 'train' });
    const found = await desk.triage.buffer.outliers();
    expect(found.examples).toBe(train.length);
    const own = train.find(({ text }) => text.startsWith('zebra'));
    if (own) expect(found.outliers[0]!.id).toBe(own.id);
    const filtered = await desk.triage.buffer.outliers({ label: 'invoice', limit: 2 });
    expect(filtered.outliers.map(({ label }) => label)).toEqual(['invoice', 'invoice']);
    const { id } = found.outliers[0]!;
    await desk.triage.buffer.curate({ act: 'quarantine', of: { ids: [id] }, reason: 'strange' });
    expect((await desk.triage.buffer.outliers()).outliers.map((outlier) => outlier.id)).not.toContain(id);
    const { stdout } = await espalier(desk.folder, ['buffer', 'outliers', '--limit', '30']);
    expect(stdout).not.toContain('\u202e');
    for (const line of stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
  });

  it('map what is stored, with the regions that have no member first', async () => {
    const desk = await filledDesk(4);
    const { tasks } = await desk.triage.buffer.coverage();
    const [found] = tasks;
    const train = await desk.triage.listExamples({ split: 'train' });
    expect(found).toMatchObject({ task: 'label', examples: train.length, stored: train.length, members: 4 });
    expect(found!.regions.reduce((sum, { stored }) => sum + stored, 0)).toBe(train.length);
    expect(found!.regions.reduce((sum, { members }) => sum + members, 0)).toBe(4);
    expect(found!.map.stored.flat().reduce((sum, count) => sum + count, 0)).toBe(train.length);
    expect(found!.map.members.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
    const within = found!.regions.filter(({ members }) => members > 0).reduce((sum, { stored }) => sum + stored, 0);
    expect(found!.covered).toBeCloseTo(within / train.length, 9);
    expect(await desk.triage.buffer.coverage()).toEqual({ adapter: 'triage', tasks });
    const shown = await succeed(desk.folder, ['buffer', 'coverage']);
    expect(shown).toMatch(/training examples, 4 members\n\d of \d regions have a member; they hold \d+\.\d % /);
    expect(shown).not.toContain('\u001b');
    for (const line of shown.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
  });

  it('work with one example, with none, and before there is a champion', async () => {
    const desk = await openDesk();
    expect(await desk.triage.buffer.coverage()).toMatchObject({
      tasks: [{ stored: 0, members: 0, regions: [], covered: null, nearest: null }],
    });
    expect(await succeed(desk.folder, ['buffer', 'coverage'])).toContain('no training example is stored');
    expect(await desk.triage.buffer.outliers()).toMatchObject({ examples: 0, tooFew: 0, outliers: [] });
    await desk.triage.ingest(testRows(['refund'], 1), { domain: 'd' });
    const [one] = (await desk.triage.buffer.coverage()).tasks;
    expect(one!.stored).toBe((await desk.triage.listExamples({ split: 'train' })).length);
    expect((await desk.triage.buffer.outliers()).outliers).toEqual([]);
    expect(await errorOf(desk.triage.buffer.coverage({ task: 'other' }))).toMatchObject({ code: 'TASK_UNKNOWN' });
  });
});
