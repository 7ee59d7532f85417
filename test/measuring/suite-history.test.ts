import { beforeAll, describe, expect, it } from 'vitest';
import { type HistoryLine, readSuiteHistory } from '#espalier/measuring/suite-history.js';
import { saveVersionScores, type VersionScore } from '#espalier/store/version-scores.js';
import { now, temporaryStore } from '../support/store.js';

const store = await temporaryStore();
const measured: VersionScore = {
  ...{
    adapter: 'desk',
    version: 1,
    suite: 'tones',
    suiteVersion: 1,
    contentHash: 'old',
    cases: 40,
    metric: 'accuracy',
    task: 'intent',
  },
  ...{ score: 0.5, lower: 0.3, upper: 0.7, at: now.toISOString() },
};

describe('the history of a suite', () => {
  let lines: HistoryLine[];
  beforeAll(async () => {
    await saveVersionScores(store.queries, [
      { ...measured, version: 3, score: 0.7 },
      measured,
      { ...measured, version: 3, contentHash: 'new', suiteVersion: 2, score: 0.6 },
      { ...measured, version: 4, cases: 44, score: 0.8 },
      { ...measured, adapter: 'till', score: 0.9 },
      { ...measured, suite: 'other', score: 0.1 },
    ]);
    lines = await readSuiteHistory(store.queries, 'tones');
  });

  it('joins the versions of an adapter on the same cases, in order', () => {
    expect(lines[0]).toMatchObject({
      adapter: 'desk',
      suiteVersion: 1,
      contentHash: 'old',
      cases: 40,
      metric: 'accuracy',
    });
    expect(lines[0]!.points.map(({ version, score }) => [version, score])).toEqual([
      [1, 0.5],
      [3, 0.7],
    ]);
  });

  it('never joins figures of another content, another number of cases or another adapter', () => {
    const rest = lines
      .slice(1)
      .map(({ adapter, contentHash, cases, points }) => [adapter, contentHash, cases, points.length]);
    expect(rest).toEqual([
      ['desk', 'new', 40, 1],
      ['desk', 'old', 44, 1],
      ['till', 'old', 40, 1],
    ]);
  });

  it('is that of one adapter where one is named', async () => {
    expect((await readSuiteHistory(store.queries, 'tones', 'till')).map(({ adapter }) => adapter)).toEqual(['till']);
  });

  it('holds a version once on the same cases: measured again, the figure replaces itself', async () => {
    await saveVersionScores(store.queries, [
      { ...measured, adapter: 'till', score: 0.91, at: '2026-11-25T00:00:00.000Z' },
    ]);
    const [line] = await readSuiteHistory(store.queries, 'tones', 'till');
    expect(line!.points).toEqual([
      { version: 1, score: 0.91, at: '2026-11-25T00:00:00.000Z', measuredBy: 'eval run', status: null },
    ]);
  });
});
