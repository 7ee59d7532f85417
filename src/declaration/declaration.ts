/**
 * adapter.yaml: the tasks of an adapter, its training settings and its gate. Unknown keys are refused, with the nearest
 * known name.
 */
import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { EspalierError, messageOf } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import { type ScheduleKeys, scheduleKeys, scheduleSchema, scheduleShape } from '../triggers/triggers.js';
import { hintForUnknownKey, withOwnHeads } from './added-settings.js';
import { isPlainMap } from './differences.js';
import { gateKeys, gatePolicy } from './gate-policy.js';
import { findRecipeFault, type RecipePart } from './recipe.js';
import { name, task, taskShape } from './task-keys.js';

const recipe = z
  .array(z.string())
  .superRefine((parts, context) => {
    const fault = findRecipeFault(parts);
    if (!fault) return;
    const { index, message, hint } = fault;
    context.addIssue({ code: 'custom', message, path: index === undefined ? [] : [index], params: { hint } });
  })
  .transform((parts) => parts as RecipePart[]);

/** Settings that every training reads, whatever the head. */
const training = z.strictObject({
  seed: z.number().int().min(0).default(7),
  /** Threads of one native operation. Results are equal to the byte only for the same number. */
  threads: z.number().int().min(1).max(64).default(1),
  /** The kind of head, if the strategy trains several; the strategy's default without it. */
  head: z.string().optional(),
  epochs: z.number().int().min(1).max(1000).default(10),
  /** Minimum number of steps of an update: epochs are added if there are few examples. */
  leastSteps: z.number().int().min(0).max(1_000_000).default(240),
  batchSize: z.number().int().min(1).max(4096).default(64),
  /** Number of replayed examples in a minibatch for each new one. */
  replayRatio: z.number().int().min(1).max(64).default(1),
  /** The strategy's default without it. */
  learningRate: z.number().gt(0).optional(),
  weightDecay: z.number().min(0).default(0.01),
  optimiser: z.enum(['adamw', 'sgd']).default('adamw'),
  /** sgd: heavy-ball momentum. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** Whether the optimiser's moments are carried from update to update; the strategy's default without it. */
  moments: z.enum(['carried', 'fresh']).optional(),
  /** Schedule of the learning rate, over all epochs of an update. */
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  /** Number of steps in which the learning rate rises from zero. */
  warmUpSteps: z.number().int().min(0).default(0),
  /** Largest norm of the gradient, over all parameters together; without it no gradient is clipped. */
  clipNorm: z.number().gt(0).optional(),
  /** Numbers that only the strategy reads, by name. */
  options: z.record(z.string(), z.number()).default({}),
});

/** Suites about the head's own answers, with cases made from held-out texts. */
const answers = z.strictObject({
  /** Maximum number of cases in a suite; 300 can show a loss of 5 points. */
  cases: z.number().int().min(10).max(10_000).default(300),
  robustness: z.boolean().default(true),
  invariance: z.boolean().default(true),
  scope: z.boolean().default(true),
  /**
   * Share of in-scope texts that may be refused as unknown; it determines the confidence below which an answer is
   * refused.
   */
  refuse: z.number().gt(0).max(0.5).default(0.05),
});

/** How the buffer chooses its examples, in either unit of its budget. The replay room checks policy and options. */
const bufferRule = {
  policy: z.string().default('balanced-reservoir'),
  options: z.record(z.string(), z.unknown()).default({}),
  /** Smallest number of examples of each label in the buffer, whatever the policy prefers. */
  floor: z.number().int().min(0).default(0),
};

/** What becomes of rows whose texts resemble that of an earlier example; without it they are examples like any other. */
const nearDuplicates = z.strictObject({
  /**
   * Smallest Jaccard similarity of the sets of four-letter runs. The stored bands find fewer and fewer pairs below 0.7.
   */
  threshold: z.number().min(0.7).max(1).default(0.8),
  /** `link` stores such a row in the split of the example that it resembles. */
  action: z.enum(['skip', 'link']),
});

/** How rows become examples. */
const intake = z.strictObject({
  /** What is replaced in texts before anything is stored. */
  redact: z.array(z.enum(['email', 'phone', 'card', 'iban', 'key'])).default([]),
  /** Countries whose phone numbers are found without their international prefix. */
  phoneCountries: z.array(z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, such as DE')).default([]),
  nearDuplicates: nearDuplicates.optional(),
});

const declaration = z.strictObject({
  name,
  encoder: z
    .strictObject({
      model: z.string().min(1).default('use-lite'),
      pooling: recipe.optional(),
      prompt: z.string().default(''),
      dtype: z.string().default('fp32'),
      normalise: z.boolean().default(true),
    })
    .prefault({}),
  tasks: z
    .array(task)
    .min(1, 'must hold a task')
    .max(32, 'must hold at most 32 tasks')
    .superRefine((tasks, context) => {
      const twice = tasks.findIndex((task, index) => tasks.findIndex((other) => other.name === task.name) < index);
      if (twice >= 0)
        context.addIssue({
          code: 'custom',
          message: `two tasks are called \`${tasks[twice]!.name}\``,
          path: [twice, 'name'],
        });
    }),
  strategy: z.string().default('analytic'),
  training: training.prefault({}),
  holdout: z.strictObject({ fraction: z.number().gt(0).lt(0.9).default(0.2) }).prefault({}),
  buffer: z
    .union([
      z.strictObject({ examples: z.number().int().min(1), ...bufferRule }),
      z.strictObject({ bytes: z.number().int().min(1), ...bufferRule }),
    ])
    .prefault({ examples: 750 }),
  suites: z
    .array(z.string())
    .default([])
    .superRefine((suites, context) => {
      const twice = suites.findIndex((suite, index) => suites.indexOf(suite) < index);
      if (twice >= 0)
        context.addIssue({ code: 'custom', message: `\`${suites[twice]!}\` is listed twice`, path: [twice] });
    }),
  intake: intake.optional(),
  answers: answers.prefault({}),
  gate: gatePolicy.optional(),
  schedule: scheduleShape.optional(),
});

/**
 * Keys under `training` that kinds of head define, with their bounds and defaults. They come from the training room as
 * an argument, since this room cannot import it.
 */
export type SettingsShape = Readonly<Record<string, z.ZodType>>;

type Declared = z.infer<typeof declaration>;
/**
 * Includes the settings of heads by name, already checked; each head reads its own with `readSettings` of the training
 * room.
 */
export type TrainingSettings = Declared['training'] & Readonly<Record<string, unknown>>;
export type AdapterDeclaration = Omit<Declared, 'training' | 'schedule'> & {
  training: TrainingSettings;
  schedule?: ScheduleKeys | undefined;
};
/** The section `buffer` without its budget. */
export type BufferRule = Pick<Declared['buffer'], keyof typeof bufferRule>;
export type BufferBudget = { readonly examples: number } | { readonly bytes: number };

/** Keys under `training` that every training reads. */
export const trainingKeys: SettingsShape = training.shape;

/** Adds the keys of the heads and triggers that the workspace defines. */
function declarationWith(headSettings: SettingsShape) {
  return z.strictObject({
    ...declaration.shape,
    training: z.strictObject({ ...training.shape, ...withOwnHeads(headSettings) }).prefault({}),
    schedule: scheduleSchema().optional(),
  });
}

/**
 * @param headSettings of all kinds of head that adapters may declare
 * @throws DECLARATION_INVALID, naming file, line and key
 */
export function parseDeclaration(source: string, file: string, headSettings: SettingsShape): AdapterDeclaration {
  const document = parseDocument(source);
  const syntax = document.errors[0];
  if (syntax) {
    const line = syntax.linePos?.[0].line;
    throw new EspalierError('DECLARATION_INVALID', syntax.message.split('\n')[0]!, {
      at: line ? { file, line } : { file },
    });
  }
  const parsed = declarationWith(headSettings).safeParse(readValue(document, file));
  if (parsed.success) return parsed.data as AdapterDeclaration;
  const issue = mostTelling(parsed.error.issues);
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const node = unknown === undefined ? document.getIn(path, true) : keyNode(document.getIn(issue.path, true), unknown);
  const at = { file, ...lineOf(source, node), field: path.join('.') || 'the whole file' };
  if (unknown === undefined) {
    const hint = issue.code === 'custom' ? (issue.params?.hint as string | undefined) : undefined;
    throw new EspalierError('DECLARATION_INVALID', issue.message, hint === undefined ? { at } : { at, hint });
  }
  const known = [...knownKeys, ...Object.keys(withOwnHeads(headSettings)), ...Object.keys(scheduleKeys())];
  const near = known.includes(unknown) ? undefined : nearestName(unknown, known);
  const hint =
    near === undefined ? hintForUnknownKey(issue.path[0]) : `Did you mean \`${near}\`? docs/adapter.md lists all keys.`;
  throw new EspalierError(
    'DECLARATION_INVALID',
    `unknown key \`${unknown}\``,
    hint === undefined ? { at } : { at, hint },
  );
}

/** Fills in keys that a declaration stored by an earlier Espalier lacks, with their defaults. */
export function withUsualSettings(stored: AdapterDeclaration, headSettings: SettingsShape): AdapterDeclaration {
  const gate = stored.gate && { gate: { margin: 1 } };
  // A buffer is counted in examples or in bytes, so the default must not add the other unit.
  const { buffer: usualBuffer, ...usual } = declarationWith(headSettings).parse({
    name: 'usual',
    tasks: [{ name: 'usual' }],
    ...gate,
  });
  const { policy, options, floor } = usualBuffer;
  return fillIn(stored, { ...usual, buffer: { policy, options, floor } }) as AdapterDeclaration;
}

/** Returns `given`, with missing keys taken from `usual`. */
function fillIn(given: unknown, usual: unknown): unknown {
  if (given === undefined) return usual;
  if (!isPlainMap(given) || !isPlainMap(usual)) return given;
  const keys = new Set([...Object.keys(usual), ...Object.keys(given)]);
  return Object.fromEntries([...keys].map((key) => [key, fillIn(given[key], usual[key])]));
}

/** Every key of adapter.yaml, at any depth, except the settings of heads. */
export const knownKeys: readonly string[] = [
  ...new Set([
    ...[declaration, training, answers, intake, nearDuplicates, scheduleShape].flatMap((schema) =>
      Object.keys(schema.shape),
    ),
    ...gateKeys,
  ]),
  ...Object.keys(taskShape.shape),
  ...['model', 'pooling', 'prompt', 'dtype', 'normalise', 'fraction', 'examples', 'bytes', ...Object.keys(bufferRule)],
];

/** Converts the YAML document to a value; resolving aliases happens only here, and may fail. */
function readValue(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (cause) {
    throw new EspalierError('DECLARATION_INVALID', messageOf(cause), { at: { file }, cause });
  }
}

/** The issue to report: a mistyped key explains a missing one; in a union, the alternative that fits best counts. */
export function mostTelling(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const issue =
    issues.find((one) => one.code === 'unrecognized_keys') ??
    issues.find((one) => one.code === 'invalid_union') ??
    issues[0]!;
  if (issue.code !== 'invalid_union') return issue;
  const alternatives = issue.errors.filter((inner) => inner.length > 0).sort((a, b) => a.length - b.length);
  const inner = alternatives[0] && mostTelling(alternatives[0]);
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

/** The node of the key itself, since its value may begin on a later line. */
function keyNode(node: unknown, key: string): unknown {
  return isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key : undefined;
}

function lineOf(source: string, node: unknown): { line?: number } {
  const offset = (node as { range?: [number, number, number] | null } | undefined)?.range?.[0];
  return offset === undefined ? {} : { line: source.slice(0, offset).split('\n').length };
}
