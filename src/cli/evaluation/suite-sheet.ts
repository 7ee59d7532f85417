/** All that is known of one suite. */
import { clip, jsonOf, wrap } from '../../core/text.js';
import type { SuiteSheet } from '../../library/suite-sheet.js';
import type { Output } from '../output.js';

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
