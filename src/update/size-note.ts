/** Announces before training that a version will be large: with thousands of classes it needs hundreds of megabytes. */
import { groupBy } from '../core/grouping.js';
import type { Encoder } from '../encoder/encoder.js';
import type { HeadShape } from '../training/job.js';
import { strategyNamed } from '../training/strategies.js';
import { settingsOf } from './contest.js';
import { type Mix, type Mixes, type Plan, readChampionManifest, type UpdateContext } from './context.js';

/** Size in bytes from which a version is announced as large. */
const largeVersion = 200_000_000;

/** One sentence for each contender whose version will be large. */
export async function noteSizes({ versions, encoder }: UpdateContext, plan: Plan, mixes: Mixes): Promise<string[]> {
  const champion = await readChampionManifest(versions, plan);
  return Object.entries(mixes).flatMap(([name, mix]) => {
    const parent = mix.continues ? champion?.headShape : undefined;
    const bytes = estimateVersion(plan, name, { mix, encoder, parent });
    return bytes > largeVersion ? [describeSize(name, bytes)] : [];
  });
}

interface Sized {
  readonly mix: Mix;
  readonly encoder: Pick<Encoder, 'dimension' | 'lexical'>;
  readonly parent: HeadShape | undefined;
}

/** Estimated bytes of the version; 0 if the strategy stores little. */
function estimateVersion(plan: Plan, name: string, { mix, encoder, parent }: Sized): number {
  const strategy = strategyNamed(name);
  const classes = [...groupBy(mix.classes, ({ task }) => task).values()].map(({ length }) => length);
  const { dimension, lexical } = encoder;
  return (
    strategy.estimateBytes?.(settingsOf(plan, strategy), { fresh: mix.fresh, parent, dimension, lexical, classes }) ?? 0
  );
}

function describeSize(strategy: string, bytes: number): string {
  const megabytes = Math.round(bytes / 1_000_000).toLocaleString('en');
  return `the version by ${strategy} will take about ${megabytes} MB: a smaller \`training.width\`, or another strategy such as slda, takes less`;
}
