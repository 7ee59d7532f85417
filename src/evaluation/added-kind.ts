/**
 * Kinds of suite that a workspace adds. Their definition is checked on their own example when the configuration is
 * loaded; their results are checked at each call.
 */
import type { Named } from '../core/extensions.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import type { Case, Judgement, Kind } from './kind.js';
import { metrics } from './metrics.js';

type AddedKind = Kind<string, Case>;

/** Finds the problem in the definition of a kind; undefined if there is none. */
export function faultOfKind(named: Named): string | undefined {
  const kind = named as AddedKind;
  return faultOfWords(kind) ?? faultOfImporting(kind) ?? faultOfExample(kind);
}

function faultOfWords({ examines, scoring, asks, metric }: AddedKind): string | undefined {
  const allowed = {
    examines: [examines, ['answers', 'encoder']],
    scoring: [scoring, ['case by case', 'as a whole']],
    asks: [asks ?? 'one label', ['one label', 'a set of labels']],
    'metric.name': [metric.name, metrics.map(({ name }) => name)],
  } as const;
  for (const [field, [value, words]] of Object.entries(allowed))
    if (!(words as readonly string[]).includes(value)) return `\`${field}\` is one of: ${words.join(', ')}`;
  return undefined;
}

function faultOfImporting({ importing }: AddedKind): string | undefined {
  const lists = [importing.columns, importing.mayLack, importing.optional ?? []];
  if (!lists.every((list) => Array.isArray(list) && list.every((role) => typeof role === 'string')))
    return '`importing.columns`, `importing.mayLack` and `importing.optional` are lists of names';
  if (typeof importing.read !== 'function' || typeof importing.cases !== 'function')
    return '`importing.read` and `importing.cases` are functions';
  return undefined;
}

function faultOfExample({ example, schema, ...kind }: AddedKind): string | undefined {
  if (!Array.isArray(example) || example.length === 0) return '`example` is a list of cases';
  const refused = example.map((item) => schema.safeParse(item)).find(({ success }) => !success);
  if (refused) return `its schema refuses its own example: ${refused.error!.issues[0]!.message}`;
  const lack = kind.problemOf(example);
  if (lack !== undefined) return `its own example measures nothing: ${lack.what}`;
  const chance = kind.chance(example);
  return chance >= 0 && chance < 1
    ? undefined
    : `\`chance\` of its example is ${chance}, not a number from 0 to below 1`;
}

/** Wraps a kind so that the number of its texts and scores and their values are checked. */
export function checkedKind<Own extends Case>(kind: Kind<string, Own>): Kind<string, Own> {
  const { texts, score } = kind;
  return {
    ...kind,
    ...(typeof texts === 'function' && { texts: (item) => requireTexts(texts.call(kind, item)) }),
    ...(typeof score === 'function' && {
      score: async (cases: readonly Own[], outputs: readonly AdapterOutput[], task: string) =>
        requireJudgements(await score.call(kind, cases, outputs, task), kind.asked(cases).length),
    }),
  };
}

function requireTexts(texts: readonly string[]): readonly string[] {
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string' && text !== '')) return texts;
  throw new TypeError('it must give a list of texts that are not empty');
}

function requireJudgements(judgements: readonly Judgement[], asked: number): Judgement[] {
  if (!Array.isArray(judgements) || judgements.length !== asked)
    throw new TypeError(
      `it must give a judgement for each of ${asked} cases that are asked, and gave ${judgements?.length}`,
    );
  const wrong = judgements.findIndex((judgement) => !Number.isFinite(judgement?.score));
  if (wrong >= 0) throw new TypeError(`its score of case ${wrong + 1} of ${asked} is not a number`);
  return judgements;
}
