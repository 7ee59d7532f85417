/** Scores one suite with one adapter, case by case. */
import { EspalierError } from '../core/errors.js';
import type { AdapterOutput } from './adapter.js';
import { dot, mean, ndcg, spearman } from './metrics.js';
import { fitProbe } from './probe.js';
import type { ClassificationCase, ProbeCase, RetrievalCase, StsCase, Suite } from './suites.js';

export interface CaseScore {
  readonly caseId: string;
  /** 1 or 0 for a right or wrong answer; the cosine of a pair; nDCG of a query. */
  readonly score: number;
  /** What the adapter said, where it says something in words. */
  readonly answer: string | undefined;
}

/** @param outputs for every text of the suite, in the order of textsOf. @param task which answer a classification asks for */
export function scoreSuite(suite: Suite, outputs: readonly AdapterOutput[], task: string): CaseScore[] {
  switch (suite.kind) {
    case 'classification':
      return scoreClassification(suite.cases, outputs, task);
    case 'probe':
      return scoreProbe(suite.cases, outputs);
    case 'sts':
      return scorePairs(suite.cases, outputs);
    case 'retrieval':
      return scoreRetrieval(suite.cases, outputs);
    default:
      return suite satisfies never;
  }
}

/** The suite's metric over its scored cases. */
export function summariseSuite(suite: Pick<Suite, 'kind'>, scores: readonly number[], gold: readonly number[]): number {
  return suite.kind === 'sts' ? spearman(scores, gold) : mean(scores);
}

/** What the score of an sts case is held against; empty for the other kinds. */
export function goldOf(suite: Suite): Map<string, number> {
  return new Map(suite.kind === 'sts' ? suite.cases.map(({ id, score }) => [id, score]) : []);
}

/** What has not learned the task yet has no answer, which is a wrong one. */
function scoreClassification(cases: readonly ClassificationCase[], outputs: readonly AdapterOutput[], task: string): CaseScore[] {
  return cases.map(({ id, label }, index) => rightOrWrong(id, label, outputs[index]!.answers.get(task)?.label));
}

function rightOrWrong(caseId: string, label: string, answer: string | undefined): CaseScore {
  return { caseId, score: label === answer ? 1 : 0, answer };
}

function scoreProbe(cases: readonly ProbeCase[], outputs: readonly AdapterOutput[]): CaseScore[] {
  const rows = cases.map((item, index) => ({ item, vector: outputs[index]!.adapted }));
  const shots = rows.filter(({ item }) => item.split === 'train');
  const probe = fitProbe(
    shots.map(({ vector }) => vector),
    shots.map(({ item }) => item.label),
  );
  return rows
    .filter(({ item }) => item.split === 'test')
    .map(({ item, vector }) => rightOrWrong(item.id, item.label, probe.classify(vector)));
}

function scorePairs(cases: readonly StsCase[], outputs: readonly AdapterOutput[]): CaseScore[] {
  return cases.map(({ id }, index) => ({
    caseId: id,
    score: dot(outputs[2 * index]!.adapted, outputs[2 * index + 1]!.adapted),
    answer: undefined,
  }));
}

const depth = 10;

function scoreRetrieval(cases: readonly RetrievalCase[], outputs: readonly AdapterOutput[]): CaseScore[] {
  const rows = cases.map((item, index) => ({ item, vector: outputs[index]!.adapted }));
  const documents = rows.filter(({ item }) => item.kind === 'document');
  return rows.flatMap(({ item, vector }) => {
    if (item.kind !== 'query') return [];
    const found = documents.map((document) => ({ id: document.item.id, similarity: dot(vector, document.vector) }));
    // Ties are broken by id, so that equal vectors give equal rankings.
    found.sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1));
    const score = ndcg(
      found.map(({ id }) => item.relevant[id] ?? 0),
      Object.values(item.relevant),
      depth,
    );
    return [{ caseId: item.id, score, answer: found[0]?.id }];
  });
}

/** @throws SUITE_INVALID where a score is not a number: a suite that measures nothing must not pass for one that found nothing */
export function requireNumbers(suite: string, scores: readonly CaseScore[]): readonly CaseScore[] {
  const bad = scores.find(({ score }) => !Number.isFinite(score));
  if (bad)
    throw new EspalierError('SUITE_INVALID', `the case \`${bad.caseId}\` of ${suite} has no score: the adapter's output is not a number`);
  return scores;
}
