/**
 * Writes measured suites in the formats of other tools: EleutherAI's lm-evaluation-harness (0.4) and MTEB (from 1.11).
 */
import { sha256 } from '../core/hash.js';
import type { MeasuredSuite } from './measured-suite.js';

/** A measured version, in the terms that both formats use. */
export interface MeasuredVersion {
  readonly adapter: string;
  readonly version: number;
  readonly measured: readonly MeasuredSuite[];
}

export const exportFormats = ['lm-eval', 'mteb'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** lm-evaluation-harness calls accuracy `acc`; a metric that it has no name for keeps Espalier's. */
const harnessNames: Readonly<Record<string, string>> = {
  accuracy: 'acc',
  'ndcg@10': 'ndcg_at_10',
  '1-brier': 'one_minus_brier',
};

/**
 * MTEB also names a score after the similarity that compared the texts; on unit vectors all its similarities rank
 * alike.
 */
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

/** A results file of lm-evaluation-harness. `<metric>,none` means that no filter is applied to the answers. */
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
  /** Path under which MTEB stores the file. */
  readonly file: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * One result file per suite. The evaluation time is omitted, so that equal versions give equal bytes.
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
 * A holdout is named after its domain, which is the user's choice: no name may lead out of the folder, and no two names
 * may give the same file.
 */
function fileNameOf(suite: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(suite)) return suite;
  return `${suite.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80)}-${sha256(suite).slice(0, 8)}`;
}
