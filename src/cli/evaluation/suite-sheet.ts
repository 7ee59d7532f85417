/** All that is known of one suite. */
import { clip, jsonOf, wrap } from '../../core/text.js';
import { askedCases } from '../../evaluation/score-suite.js';
import type { Suite, SuiteVersion } from '../../evaluation/suites.js';
import type { Output } from '../output.js';
import { type ListedSuite, listedSuite } from './listing.js';

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

export function renderSheet(sheet: SuiteSheet, { colours, width }: Output): string {
  const { name, version, kind, group, metric, chance, ceiling, cases, shown, licence, contentHash } = sheet;
  const rows: [string, string][] = [
    ['kind', `${kind}, in the group ${group}`],
    ['metric', `${metric}; chance ${chance}, ceiling ${ceiling}`],
    ['cases', `${cases} asked, ${shown} shown`],
    ['licence', licence ?? ''],
    ['cases.jsonl', `sha256 ${contentHash.slice(0, 16)}…`],
    ['folder', sheet.folder],
  ];
  const counts = Object.entries(sheet.counts).map(([tag, own]) => row(`by ${tag}`, commonest(own), width));
  const log = sheet.log.map((entry) => row(`version ${entry.version}`, `${entry.date}: ${entry.note}`, width));
  const parts = [
    `${colours.bold(clip(name, 60))} version ${version}\n${wrap(sheet.capability, width)}`,
    [...rows.map(([title, value]) => row(title, value, width)), ...counts].join('\n'),
    ['where it comes from', ...sheet.provenance.map((line) => wrap(line, width))].join('\n'),
    ['three of its cases', ...sheet.samples.map((sample) => clip(`  ${jsonOf(sample)}`, width))].join('\n'),
    log.join('\n'),
  ];
  if (sheet.provenance.length === 0) parts.splice(2, 1);
  return parts.filter((part) => part !== '').join('\n\n');
}

const row = (title: string, value: string, width: number) => clip(`  ${clip(title, 14).padEnd(15)}${value}`, width);

function commonest(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return sorted.map(([value, count]) => `${value} ${count}`).join(', ');
}
