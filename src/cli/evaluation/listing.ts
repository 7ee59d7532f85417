/** Every suite that can be found, kind by kind. */
import { clip, wrap } from '../../core/text.js';
import type { BrokenSuite, ListedSuite } from '../../library/suite-sheet.js';
import { type Output, tableOf } from '../output.js';

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
  parts.push(
    `${suites.length} suites${adapter === undefined ? '' : `; * the ${declared} that ${clip(adapter, 40)} declares`}`,
  );
  return parts.join('\n\n');
}

function cellsOf({ name, version, group, cases, chance, ceiling, declared }: ListedSuite): string[] {
  const mark = declared ? '*' : ' ';
  return [mark, clip(name, 26), String(version), clip(group, 18), String(cases), shortly(chance), shortly(ceiling)];
}

/** 0.0417 -> "0.042" */
const shortly = (value: number) => String(Number(value.toFixed(3)));
