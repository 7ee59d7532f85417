import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { noLabel } from '../../core/label-sets.js';
import { clip, jsonOf } from '../../core/text.js';
import { readDeclaration } from '../../core/workspace.js';
import { openChampion, type Prediction } from '../../pipeline/serve.js';
import { type Output, percent } from '../output.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings } from '../session.js';

interface PredictOptions extends GlobalOptions {
  readonly task?: string;
}

export function predictCommand(surroundings: Surroundings): Command {
  return newCommand('predict', 'ask the champion')
    .argument('<adapter>', 'the adapter')
    .argument('[text]', 'one text; without it, one a line from standard input (with --json: one object a line)')
    .option('--task <name>', 'ask for this task only; default: all that the champion has learned')
    .action((adapter: string, text: string | undefined, options: PredictOptions) =>
      inSession(options, surroundings, (session) => predict(session, adapter, text ?? surroundings.stdin, { ...surroundings, ...options })),
    );
}

type Asked = Pick<Surroundings, 'stdout'> & Pick<PredictOptions, 'task'>;

async function predict(session: Session, adapter: string, input: string | NodeJS.ReadStream, { stdout, task }: Asked): Promise<void> {
  const { workspace, store, output } = session;
  const declaration = await readDeclaration(workspace, adapter);
  const isOne = declaration.tasks.length === 1 || task !== undefined;
  const render = (prediction: Prediction) => (isOne ? renderAnswer(prediction, output) : renderOneOfSeveral(prediction, output));
  const encoder = await session.openEncoder(declaration);
  const champion = await openChampion({ workspace, store, encoder }, declaration);
  try {
    if (typeof input === 'string') {
      const predictions = await champion.predict([input], task);
      output.result(isOne ? predictions[0] : predictions, () => predictions.map(render).join('\n'));
    } else {
      const answer = (texts: readonly string[]) => champion.predict(texts, task);
      const write = (prediction: Prediction) => stdout.write(`${output.format === 'json' ? jsonOf(prediction) : render(prediction)}\n`);
      await predictLines(session, input, { answer, write });
    }
  } finally {
    await champion.close();
  }
}

/** Lines that are there already go together; one that comes alone is answered at once. */
async function predictLines(
  { signal }: Session,
  input: NodeJS.ReadStream,
  { answer, write }: { answer: (texts: readonly string[]) => Promise<Prediction[]>; write: (prediction: Prediction) => void },
): Promise<void> {
  const largestBatch = 64;
  let waiting: string[] = [];
  const answerWaiting = async () => {
    const texts = waiting;
    waiting = [];
    if (texts.length === 0) return;
    for (const prediction of await answer(texts)) write(prediction);
  };
  for await (const line of createInterface({ input, signal })) {
    if (line.trim() !== '') waiting.push(line);
    if (waiting.length >= largestBatch || (input.readableLength ?? 0) === 0) await answerWaiting();
  }
  await answerWaiting();
}

const taskWidth = 14;

function renderOneOfSeveral(prediction: Prediction, { colours, width }: Output): string {
  const task = clip(prediction.task, taskWidth - 2).padEnd(taskWidth);
  return `${colours.dim(task)}${renderAnswer(prediction, { colours, width: width - taskWidth })}`;
}

function renderAnswer(prediction: Prediction, { colours, width }: Pick<Output, 'colours' | 'width'>): string {
  const { text, label, confidence, version, labels, probabilities } = prediction;
  if (labels && probabilities) return renderSet({ ...prediction, labels, probabilities }, { colours, width });
  const head = `${colours.bold(clip(label, 32).padEnd(26))} ${percent(confidence).padStart(5)} %  v${version}`;
  return `${head}  ${colours.dim(clip(text, Math.max(20, width - 46)))}`;
}

/** The labels that are given, each with its probability; where there is none, how sure that is. */
function renderSet(
  { text, labels, confidence, version, probabilities }: Prediction & Required<Pick<Prediction, 'labels' | 'probabilities'>>,
  { colours, width }: Pick<Output, 'colours' | 'width'>,
): string {
  const shown = probabilities.filter(({ label }) => labels.includes(label));
  const parts =
    shown.length === 0
      ? [`${colours.bold(noLabel.padEnd(26))} ${percent(confidence).padStart(5)} %`]
      : shown.map((one) => `${colours.bold(clip(one.label, 32))} ${percent(one.probability)} %`);
  return `${parts.join(', ')}  v${version}  ${colours.dim(clip(text, Math.max(20, width - 46)))}`;
}
