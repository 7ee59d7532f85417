/** Every suite that can be found, kind by kind. */
import { clip, wrap } from '../../core/text.js';
import { kindNamed } from '../../evaluation/kinds.js';
import { askedCases } from '../../evaluation/score-suite.js';
import type { Suite } from '../../evaluation/suites.js';
import { type Output, tableOf } from '../output.js';

export interface ListedSuite {
  readonly name: string;
  readonly folder: string;
  readonly version: number;
  readonly kind: Suite['kind'];
  /** What it puts to the test: the head's answers, or the encoder, which only a head that moves the embedding can change. */
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

const columns = [
  { title: '' },
  { title: 'suite' },
  { title: 'v', align: 'right' },
  { title: 'group' },
  { title: 'asked', align: 'right' },
  { title: 'chance', align: 'right' },
  { title: 'ceiling', align: 'right' },
] as const;

const madeOfHoldout =
  "Besides, every update asks for the head's answers to its own held-out texts: answers/robustness, answers/invariance, answers/scope.";

export function renderListing(
  suites: readonly ListedSuite[],
  broken: readonly BrokenSuite[],
  adapter: string | undefined,
  output: Output,
): string {
  const { colours, width } = output;
  const kinds = [...new Set(suites.map(({ kind }) => kind))];
  const parts = kinds.map((kind) => {
    const own = suites.filter((suite) => suite.kind === kind);
    const examined = own[0]!.examines === 'answers' ? "the head's answers" : 'the encoder';
    return `${colours.bold(kind)}, ${own[0]!.metric}, examines ${examined}\n${tableOf(columns, own.map(cellsOf), colours)}`;
  });
  if (broken.length > 0) {
    const lines = broken.map(({ name, error }) => colours.red(clip(` ${name}: ${error}`, width)));
    parts.push(`cannot be read; see \`espalier eval validate\`\n${lines.join('\n')}`);
  }
  const declared = suites.filter((suite) => suite.declared).length;
  parts.push(wrap(madeOfHoldout, width));
  parts.push(`${suites.length} suites${adapter === undefined ? '' : `; * the ${declared} that ${clip(adapter, 40)} declares`}`);
  return parts.join('\n\n');
}

function cellsOf({ name, version, group, cases, chance, ceiling, declared }: ListedSuite): string[] {
  const mark = declared ? '*' : ' ';
  return [mark, clip(name, 26), String(version), clip(group, 18), String(cases), shortly(chance), shortly(ceiling)];
}

/** 0.0417 -> "0.042" */
const shortly = (value: number) => String(Number(value.toFixed(3)));
