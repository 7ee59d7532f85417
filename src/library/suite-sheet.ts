/** Everything that is known of one suite without scoring it. */
import { type KindName, kindNamed } from '../evaluation/kinds.js';
import { askedCases } from '../evaluation/score-suite.js';
import type { Suite, SuiteVersion } from '../evaluation/suites.js';

export interface ListedSuite {
  readonly name: string;
  readonly folder: string;
  readonly version: number;
  readonly kind: KindName;
  /**
   * What it puts to the test: the head's answers, or the encoder, which only a head that moves the embedding can
   * change.
   */
  readonly examines: 'answers' | 'encoder';
  readonly group: string;
  readonly metric: string;
  readonly capability: string;
  /** That are asked. */
  readonly cases: number;
  readonly chance: number;
  readonly ceiling: number;
  /** By the adapter; null: none was named, and there is not just one. */
  readonly declared: boolean | null;
}

/** One that cannot be read. */
export interface BrokenSuite {
  readonly name: string;
  readonly folder: string;
  readonly error: string;
}

export function listedSuite(suite: Suite, folder: string, declared: boolean | null): ListedSuite {
  const { name, version, kind, group, metric, capability, chance, ceiling } = suite;
  return {
    name,
    folder,
    version,
    kind,
    examines: kindNamed(kind).examines,
    group,
    metric,
    capability,
    cases: askedCases(suite).length,
    chance,
    ceiling,
    declared,
  };
}

export interface SuiteSheet extends Omit<ListedSuite, 'declared'> {
  readonly licence: string | undefined;
  readonly contentHash: string;
  /** Cases that are not asked: training cases, documents. */
  readonly shown: number;
  /** First lines of its README; empty where there is none. */
  readonly provenance: readonly string[];
  /** Tag -> value -> how many of the asked cases have it. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly samples: readonly unknown[];
  readonly log: readonly SuiteVersion[];
}

const provenanceLines = 4;

export function suiteSheet(suite: Suite, folder: string, readme: string): SuiteSheet {
  const { declared: _, ...listed } = listedSuite(suite, folder, null);
  const lines = readme.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return {
    ...listed,
    licence: suite.licence,
    contentHash: suite.contentHash,
    shown: suite.cases.length - listed.cases,
    provenance: lines.slice(0, provenanceLines),
    counts: countTags(suite),
    samples: samplesOf(suite.cases),
    log: suite.log ?? [],
  };
}

function countTags(suite: Suite): Record<string, Record<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { tags } of askedCases(suite)) {
    for (const [tag, value] of Object.entries(tags)) {
      const own = counts.get(tag) ?? new Map<string, number>();
      counts.set(tag, own.set(value, (own.get(value) ?? 0) + 1));
    }
  }
  return Object.fromEntries([...counts].map(([tag, own]) => [tag, Object.fromEntries(own)]));
}

/** The first, the middle and the last. */
function samplesOf(cases: readonly unknown[]): unknown[] {
  const places = new Set([0, Math.floor((cases.length - 1) / 2), cases.length - 1]);
  return [...places].map((place) => cases[place]);
}
