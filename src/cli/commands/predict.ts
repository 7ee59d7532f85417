import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { readDeclaration } from '../../core/workspace.js';
import { type Champion, openChampion, type Prediction } from '../../pipeline/serve.js';
import { jsonOf, type Output, percent } from '../output.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings } from '../session.js';

export function predictCommand(surroundings: Surroundings): Command {
  return newCommand('predict', 'ask the champion')
    .argument('<adapter>', 'the adapter')
    .argument('[text]', 'one text; without it, one a line from standard input (with --json: one object a line)')
    .action((adapter: string, text: string | undefined, options: GlobalOptions) =>
      inSession(options, surroundings, (session) => predict(session, adapter, text ?? surroundings.stdin, surroundings.stdout)),
    );
}

async function predict(session: Session, adapter: string, input: string | NodeJS.ReadStream, stdout: NodeJS.WriteStream): Promise<void> {
  const { workspace, store, output } = session;
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await session.openEncoder(declaration);
  const champion = await openChampion({ workspace, store, encoder }, declaration);
  try {
    if (typeof input === 'string') {
      const [prediction] = await champion.predict([input]);
      output.result(prediction, () => renderPrediction(prediction!, output));
    } else {
      await predictLines(session, champion, input, stdout);
    }
  } finally {
    await champion.close();
  }
}

/** Lines that are there already go together; one that comes alone is answered at once. */
async function predictLines(
  { output, signal }: Session,
  champion: Champion,
  input: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): Promise<void> {
  const largestBatch = 64;
  let waiting: string[] = [];
  const answer = async () => {
    const texts = waiting;
    waiting = [];
    if (texts.length === 0) return;
    for (const prediction of await champion.predict(texts)) {
      stdout.write(`${output.format === 'json' ? jsonOf(prediction) : renderPrediction(prediction, output)}\n`);
    }
  };
  for await (const line of createInterface({ input, signal })) {
    if (line.trim() !== '') waiting.push(line);
    if (waiting.length >= largestBatch || (input.readableLength ?? 0) === 0) await answer();
  }
  await answer();
}

function renderPrediction({ text, label, confidence, version }: Prediction, { colours, width }: Output): string {
  const head = `${colours.bold(clip(label, 32).padEnd(26))} ${percent(confidence).padStart(5)} %  v${version}`;
  return `${head}  ${colours.dim(clip(text, Math.max(20, width - 46)))}`;
}
