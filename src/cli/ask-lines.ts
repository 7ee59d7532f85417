/**
 * Where the texts come from that a command asks about, and how one line of output comes of each: shared by `predict`
 * and `embed`.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import {
  type Question,
  type QuestionFormat,
  questionFormats,
  questionOf,
  readQuestions,
} from '../serving/questions.js';
import { flagOf } from './flags.js';
import type { Session, Surroundings } from './session.js';

export interface AskOptions {
  readonly input?: string;
  readonly format: QuestionFormat;
  readonly textField: string;
}

/** Adds the options that say what is asked. */
export function addAskOptions(command: Command): Command {
  return command
    .option('--input <file>', 'ask what is in this file, line by line; - for standard input')
    .addOption(
      new Option(
        '--format <format>',
        'lines: a text a line; jsonl: a JSON object a line, in and out, with its other fields passed through',
      )
        .choices(questionFormats)
        .default('lines'),
    )
    .option('--text-field <name>', 'jsonl: where the text is', 'text');
}

/** The one text of the command line. @throws TEXT_INVALID */
export function onlyQuestion(text: string): Question {
  const question = questionOf(text);
  if ('value' in question.content) return question;
  throw new EspalierError('TEXT_INVALID', `there is nothing to answer: ${question.content.reason}`);
}

/** Answers question by question, in memory that does not grow, as fast as the reader of the output takes the lines. */
export async function answerLines(
  { signal, output }: Pick<Session, 'signal' | 'output'>,
  { stdin, stdout, input = '-', ...options }: Pick<Surroundings, 'stdin' | 'stdout'> & AskOptions,
  answer: (questions: readonly Question[]) => Promise<readonly string[]>,
): Promise<void> {
  let asked = 0;
  let silent = 0;
  const source = input === '-' ? stdin : createReadStream(input);
  try {
    for await (const questions of readQuestions(source as AsyncIterable<Buffer>, { ...options, wording: flagOf })) {
      if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped after ${asked} lines`);
      if (asked === 0 && looksLikeJson(questions[0]!, options))
        output.note('the first line is JSON: --format jsonl reads its fields');
      asked += questions.length;
      silent += questions.filter(({ content }) => 'reason' in content).length;
      const lines = await answer(questions);
      if (!stdout.write(`${lines.join('\n')}\n`)) await once(stdout, 'drain', { signal });
    }
  } catch (thrown) {
    throw input === '-' ? thrown : diskError(thrown, input);
  }
  if (silent > 0 && output.format === 'text')
    output.note(`${silent} of ${asked} lines could not be asked; each says why in its place`);
}

function looksLikeJson({ text }: Question, { format }: Pick<AskOptions, 'format'>): boolean {
  return format === 'lines' && /^\s*\{\s*"/.test(text);
}
