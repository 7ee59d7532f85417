import { describe, expect, it } from 'vitest';
import { harnessResults, mtebTaskResults } from '#espalier/evaluation/export.js';
import type { MeasuredSuite } from '#espalier/evaluation/measured-suite.js';

const tones: MeasuredSuite = {
  ...{
    suite: 'tones',
    suiteVersion: 3,
    contentHash: 'c'.repeat(64),
    kind: 'probe',
    metric: 'accuracy',
    task: 'intent',
    domain: null,
  },
  ...{
    cases: 40,
    leftOut: 0,
    shots: 16,
    score: 0.75,
    lower: 0.588,
    upper: 0.873,
    standardError: 0.069,
    chance: 0.5,
    ceiling: 1,
  },
};
const likeness: MeasuredSuite = { ...tones, suite: 'likeness', kind: 'sts', metric: 'spearman', shots: 0, score: 0.6 };
const holdout: MeasuredSuite = { ...tones, suite: 'holdout/../../billing', kind: 'classification', leftOut: 2 };
const version = { adapter: 'desk', version: 2, measured: [tones, likeness, holdout] };

describe('scores for lm-evaluation-harness', () => {
  const exported = harnessResults(version);

  it('stand under the metric and its filter, with the standard error beside them', () => {
    expect(exported.results).toMatchObject({
      tones: { alias: 'tones', 'acc,none': 0.75, 'acc_stderr,none': 0.069 },
      likeness: { alias: 'likeness', 'spearman,none': 0.6, 'spearman_stderr,none': 0.069 },
    });
    expect(exported.higher_is_better).toMatchObject({ tones: { acc: true }, likeness: { spearman: true } });
  });

  it('say of each task its version, its shots and how many cases were asked', () => {
    expect(exported).toMatchObject({
      versions: { tones: 3 },
      'n-shot': { tones: 16, likeness: 0 },
      'n-samples': { tones: { original: 40, effective: 40 }, 'holdout/../../billing': { original: 42, effective: 40 } },
      config: { model: 'espalier', model_args: 'adapter=desk,version=2' },
    });
  });
});

describe('scores for MTEB', () => {
  const files = mtebTaskResults(version, ['deu-Latn']);

  it('are one task result a suite, with what MTEB asks of one, and no time that would differ from run to run', () => {
    expect(files[0]).toEqual({
      file: 'tones.json',
      content: {
        dataset_revision: 'c'.repeat(64),
        task_name: 'tones',
        mteb_version: null,
        scores: { test: [{ main_score: 0.75, accuracy: 0.75, hf_subset: 'default', languages: ['deu-Latn'] }] },
        evaluation_time: null,
        kg_co2_emissions: null,
      },
    });
  });

  it('carry the names that MTEB gives a metric', () => {
    const { scores } = files[1]!.content as { scores: { test: [Record<string, unknown>] } };
    expect(scores.test[0]).toMatchObject({ main_score: 0.6, spearman: 0.6, cosine_spearman: 0.6 });
  });

  it('stay in their folder, whatever a domain is called', () => {
    const names = mtebTaskResults(
      { ...version, measured: [holdout, { ...holdout, suite: 'holdout/..?..?billing' }] },
      [],
    ).map(({ file }) => file);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]+\.json$/);
    expect(new Set(names).size).toBe(2);
  });
});
