/**
 * V-measure (Rosenberg & Hirschberg, EMNLP 2007): harmonic mean of homogeneity (a cluster contains one class) and
 * completeness (a class lies in one cluster). The score of a case is the number of its cluster, its gold the number of
 * its class.
 */
import { type Metric, requireGold } from '../metric.js';

export const vMeasure: Metric = {
  name: 'v-measure',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const [cluster, class_] = [numberedFromZero(scores), numberedFromZero(requireGold(gold))];
    const cells = cluster.numbers.map((number, index) => number * class_.count + class_.numbers[index]!);
    const counts = new Float64Array(cluster.count * class_.count);
    return (weights) => {
      counts.fill(0);
      for (let index = 0; index < weights.length; index++) counts[cells[index]!]! += weights[index]!;
      return vMeasureOf(counts, class_.count);
    };
  },
};

/** @param counts [clusters, classes] */
function vMeasureOf(counts: Float64Array, classes: number): number {
  const clusterTotals = new Float64Array(counts.length / classes);
  const classTotals = new Float64Array(classes);
  for (let cluster = 0; cluster < clusterTotals.length; cluster++) {
    for (let class_ = 0; class_ < classes; class_++) {
      const count = counts[cluster * classes + class_]!;
      clusterTotals[cluster]! += count;
      classTotals[class_]! += count;
    }
  }
  const [joint, ofClusters, ofClasses] = [entropy(counts), entropy(clusterTotals), entropy(classTotals)];
  const shared = ofClusters + ofClasses - joint;
  // With h = shared / ofClasses and c = shared / ofClusters, this is 2hc / (h + c); one class in one cluster is
  // perfect.
  return ofClusters + ofClasses === 0 ? 1 : (2 * shared) / (ofClusters + ofClasses);
}

/** Entropy in nats. */
function entropy(counts: Float64Array): number {
  let [total, sum] = [0, 0];
  for (const count of counts) {
    if (count === 0) continue;
    total += count;
    sum += count * Math.log(count);
  }
  return Math.log(total) - sum / total;
}

function numberedFromZero(values: ArrayLike<number>): { numbers: Int32Array; count: number } {
  const known = new Map<number, number>();
  const numbers = Int32Array.from(values, (value) => {
    if (!known.has(value)) known.set(value, known.size);
    return known.get(value)!;
  });
  return { numbers, count: known.size };
}
