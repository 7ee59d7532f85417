import type { Command } from 'commander';
import { jsonOf } from '../../core/text.js';
import type { Encoder } from '../../encoder/encoder.js';
import { embedQuestions, openEncoderOf } from '../../library/embed.js';
import type { Question } from '../../serving/questions.js';
import { type AskOptions, addAskOptions, answerLines, onlyQuestion } from '../ask-lines.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';

interface EmbedOptions extends GlobalOptions, AskOptions {
  readonly dense?: boolean;
}

export function embedCommand(surroundings: Surroundings): Command {
  const command = newCommand('embed', 'print the vectors that an adapter reads, as JSON lines')
    .argument('<adapter>', 'the adapter')
    .argument('[text]', 'one text; without it, one a line from standard input')
    .option('--dense', 'only what comes from the model, without the counts of n-grams');
  return addAskOptions(command).action((adapter: string, text: string | undefined, options: EmbedOptions) =>
    inReadingSession(options, surroundings, (session) =>
      embed(session, { adapter, text, ...surroundings, ...options }),
    ),
  );
}

interface Asked extends Pick<Surroundings, 'stdin' | 'stdout'>, EmbedOptions {
  readonly adapter: string;
  readonly text: string | undefined;
}

async function embed(session: Session, asked: Asked): Promise<void> {
  const { adapter, text, input, stdout } = asked;
  const only = text === undefined || text === '-' || input !== undefined ? undefined : onlyQuestion(text);
  const encoder = await openEncoderOf(session, adapter);
  const answer = (questions: readonly Question[]) => vectorLines(encoder, questions, asked);
  if (only) stdout.write(`${(await answer([only]))[0]}\n`);
  else await answerLines(session, asked, answer);
}

async function vectorLines(encoder: Encoder, questions: readonly Question[], asked: Asked): Promise<string[]> {
  const embeddings = await embedQuestions(encoder, questions, asked);
  return embeddings.map((embedding, index) => jsonOf({ ...questions[index]!.fields, ...embedding }));
}
