import type { Command } from 'commander';
import { noLabel } from '../../core/label-sets.js';
import { percent } from '../../core/numbers.js';
import { clip, jsonOf } from '../../core/text.js';
import { ServedChampion } from '../../library/served-champion.js';
import type { Prediction } from '../../serving/champion.js';
import type { Question } from '../../serving/questions.js';
import { type AskOptions, addAskOptions, answerLines, onlyQuestion } from '../ask-lines.js';
import type { Output } from '../output.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';

interface PredictOptions extends GlobalOptions, AskOptions {
  readonly task?: string;
  readonly alwaysAnswer?: boolean;
}

export function predictCommand(surroundings: Surroundings): Command {
  const command = newCommand('predict', 'ask the champion')
    .argument('<adapter>', 'the adapter')
    .argument('[text]', 'one text; without it, one a line from standard input (with --json: one object a line)')
    .option('--task <name>', 'ask for this task only; default: all that the champion has learned')
    .option('--always-answer', 'answer unknown texts, too, with the likeliest label');
  return addAskOptions(command).action((adapter: string, text: string | undefined, options: PredictOptions) =>
    inReadingSession(options, surroundings, (session) =>
      predict(session, { adapter, text, ...surroundings, ...options }),
    ),
  );
}

interface Asked extends Pick<Surroundings, 'stdin' | 'stdout'>, PredictOptions {
  readonly adapter: string;
  readonly text: string | undefined;
}

async function predict(session: Session, asked: Asked): Promise<void> {
  const { output } = session;
  const only =
    asked.text === undefined || asked.text === '-' || asked.input !== undefined ? undefined : onlyQuestion(asked.text);
  const champion = await ServedChampion.open(session, asked.adapter, {});
  const isOne = champion.tasks.length === 1 || asked.task !== undefined;
  const render = (prediction: Prediction) =>
    isOne ? renderAnswer(prediction, output) : renderOneOfSeveral(prediction, output);
  try {
    if (only) {
      const predictions = (await champion.answer([only], asked))[0]!;
      output.result(isOne ? predictions[0] : predictions, () => predictions.map(render).join('\n'));
    } else {
      await answerLines(session, asked, (questions) => lines(champion, questions, { ...asked, isOne, output, render }));
    }
  } finally {
    await champion.close();
  }
}

interface Rendering extends Asked {
  readonly isOne: boolean;
  readonly output: Output;
  readonly render: (prediction: Prediction) => string;
}

/** One a question; of several tasks one a task, save in JSON lines, where they stand together. */
async function lines(
  champion: ServedChampion,
  questions: readonly Question[],
  { isOne, output, render, ...asked }: Rendering,
) {
  const answered = await champion.answer(questions, asked);
  if (asked.format === 'jsonl')
    return answered.map((predictions, index) => jsonOf(withFields(questions[index]!, predictions, isOne)));
  return answered.flat().map((prediction) => (output.format === 'json' ? jsonOf(prediction) : render(prediction)));
}

/** The answer in the fields of the question; those whose names the answer needs stand under `input`. */
function withFields({ text, fields = {} }: Question, predictions: readonly Prediction[], isOne: boolean): object {
  const answer = isOne ? predictions[0]! : { text, answers: predictions.map(({ text: _, ...answer }) => answer) };
  const isTaken = (name: string) => name === 'input' || (answerNames.has(name) && name !== 'text');
  const entries = Object.entries(fields);
  const taken = entries.filter(([name]) => isTaken(name));
  const passed = Object.fromEntries(entries.filter(([name]) => !isTaken(name)));
  return { ...passed, ...answer, ...(taken.length > 0 && { input: Object.fromEntries(taken) }) };
}

/** Always the same, so that a field of the input stands where it stood in the line before. */
const answerNames: ReadonlySet<string> = new Set([
  ...[
    'text',
    'task',
    'label',
    'unknown',
    'reason',
    'likeliest',
    'confidence',
    'labels',
    'probabilities',
    'version',
    'answers',
  ],
]);

const taskWidth = 14;
/** Not a name that a class has without parentheses. */
const unknownMark = '(unknown)';
const noAnswer = '(no answer)';

function renderOneOfSeveral(prediction: Prediction, { colours, width }: Output): string {
  const task = clip(prediction.task, taskWidth - 2).padEnd(taskWidth);
  return `${colours.dim(task)}${renderAnswer(prediction, { colours, width: width - taskWidth })}`;
}

function renderAnswer(prediction: Prediction, style: Pick<Output, 'colours' | 'width'>): string {
  const { colours, width } = style;
  const { text, label, confidence = 0, version, labels, probabilities } = prediction;
  if (label === null) return renderNoAnswer(prediction, style);
  if (labels && probabilities) return renderSet({ ...prediction, confidence, labels, probabilities }, style);
  const head = `${colours.bold(clip(label, 32).padEnd(26))} ${percent(confidence).padStart(5)} %  v${version}`;
  return `${head}  ${colours.dim(clip(text, Math.max(20, width - 46)))}`;
}

function renderNoAnswer(
  { text, unknown, reason, likeliest, confidence = 0, version }: Prediction,
  { colours, width }: Pick<Output, 'colours' | 'width'>,
) {
  const mark = colours.yellow((unknown ? unknownMark : noAnswer).padEnd(26));
  const sure = unknown ? `${percent(confidence).padStart(5)} %` : '      -';
  const instead = unknown ? `; likeliest ${clip(likeliest!, 32)}` : '';
  return `${mark} ${sure}  v${version}  ${colours.dim(clip(text, Math.max(20, width - 46)))}  ${reason}${instead}`;
}

/** The labels that are given, each with its probability; where there is none, how sure that is. */
function renderSet(
  {
    text,
    labels,
    confidence,
    version,
    probabilities,
  }: Prediction & Required<Pick<Prediction, 'labels' | 'probabilities' | 'confidence'>>,
  { colours, width }: Pick<Output, 'colours' | 'width'>,
): string {
  const shown = probabilities.filter(({ label }) => labels.includes(label));
  const parts =
    shown.length === 0
      ? [`${colours.bold(noLabel.padEnd(26))} ${percent(confidence).padStart(5)} %`]
      : shown.map((one) => `${colours.bold(clip(one.label, 32))} ${percent(one.probability)} %`);
  return `${parts.join(', ')}  v${version}  ${colours.dim(clip(text, Math.max(20, width - 46)))}`;
}
