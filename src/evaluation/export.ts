/**
 * Measured suites in the shapes that other tools of the field read: EleutherAI's lm-evaluation-harness (0.4) and MTEB
 * (from 1.11).
 */
import { sha256 } from '../core/hash.js';
import type { MeasuredSuite } from './measured-suite.js';

/** What was measured, as both shapes name it. */
export interface MeasuredVersion {
  readonly adapter: string;
  readonly version: number;
  readonly measured: readonly MeasuredSuite[];
}

export const exportFormats = ['lm-eval', 'mteb'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** lm-evaluation-harness calls accuracy `acc`; what it has no name for keeps that of Espalier. */
const harnessNames: Readonly<Record<string, string>> = {
  accuracy: 'acc',
  'ndcg@10': 'ndcg_at_10',
  '1-brier': 'one_minus_brier',
};

/** MTEB names a score by how texts were compared, too; on unit vectors all of its ways of comparing rank alike. */
const mtebNames: Readonly<Record<string, readonly string[]>> = {
  accuracy: ['accuracy'],
  spearman: ['spearman', 'cosine_spearman'],
  ap: ['cosine_ap', 'max_ap'],
  'ndcg@10': ['ndcg_at_10'],
  'v-measure': ['v_measure'],
  auroc: ['auroc'],
  '1-brier': ['one_minus_brier'],
};

export type HarnessResults = Readonly<
  Record<
    'results' | 'configs' | 'versions' | 'n-shot' | 'higher_is_better' | 'n-samples',
    Readonly<Record<string, unknown>>
  >
> & { readonly config: Readonly<Record<string, unknown>> };

/** A results file of lm-evaluation-harness. `<metric>,none`: no filter stands between answer and score. */
export function harnessResults({ adapter, version, measured }: MeasuredVersion): HarnessResults {
  const byTask = (figureOf: (one: MeasuredSuite) => unknown) =>
    Object.fromEntries(measured.map((one) => [one.suite, figureOf(one)]));
  const nameOf = ({ metric }: MeasuredSuite) => harnessNames[metric] ?? metric;
  return {
    results: byTask((one) => ({
      alias: one.suite,
      [`${nameOf(one)},none`]: one.score,
      [`${nameOf(one)}_stderr,none`]: one.standardError,
    })),
    configs: byTask((one) => ({
      task: one.suite,
      output_type: one.kind,
      num_fewshot: one.shots,
      metadata: { version: one.suiteVersion },
    })),
    versions: byTask(({ suiteVersion }) => suiteVersion),
    'n-shot': byTask(({ shots }) => shots),
    higher_is_better: byTask((one) => ({ [nameOf(one)]: true })),
    'n-samples': byTask(({ cases, leftOut }) => ({ original: cases + leftOut, effective: cases })),
    config: {
      model: 'espalier',
      model_args: `adapter=${adapter},version=${version}`,
      model_name: `${adapter}-v${version}`,
    },
  };
}

export interface MtebTaskResult {
  /** Under which MTEB keeps it. */
  readonly file: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * One result file a suite. The time it took is left open: equal versions give equal bytes.
 * @param languages such as `eng-Latn`
 */
export function mtebTaskResults({ measured }: MeasuredVersion, languages: readonly string[]): MtebTaskResult[] {
  return measured.map((one) => ({
    file: `${fileNameOf(one.suite)}.json`,
    content: {
      dataset_revision: one.contentHash,
      task_name: one.suite,
      mteb_version: null,
      scores: {
        test: [
          {
            main_score: one.score,
            ...Object.fromEntries((mtebNames[one.metric] ?? [one.metric]).map((name) => [name, one.score])),
            hf_subset: 'default',
            languages,
          },
        ],
      },
      evaluation_time: null,
      kg_co2_emissions: null,
    },
  }));
}

/**
 * A holdout is named after its domain, which anybody may have named: no name leads out of the folder, and no two are
 * one file.
 */
function fileNameOf(suite: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(suite)) return suite;
  return `${suite.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80)}-${sha256(suite).slice(0, 8)}`;
}
