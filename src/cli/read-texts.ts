/** Reads texts without labels from a file or from standard input. */
import { createReadStream } from 'node:fs';
import { diskError } from '../core/files.js';
import { type QuestionFormat, readQuestions } from '../serving/questions.js';
import { flagOf } from './flags.js';
import type { Session } from './session.js';

export interface TextsFile {
  /** `-` for standard input. */
  readonly file: string;
  readonly stdin: NodeJS.ReadStream;
  readonly format: QuestionFormat;
  readonly textField: string;
}

/** The texts that can be asked; a note says how many lines hold none. */
export async function readTexts(
  { output }: Pick<Session, 'output'>,
  { file, stdin, ...options }: TextsFile,
): Promise<string[]> {
  const source = file === '-' ? stdin : createReadStream(file);
  const texts: string[] = [];
  let silent = 0;
  try {
    for await (const questions of readQuestions(source as AsyncIterable<Buffer>, { ...options, wording: flagOf }))
      for (const { content } of questions) {
        if ('value' in content) texts.push(content.value);
        else silent++;
      }
  } catch (thrown) {
    throw file === '-' ? thrown : diskError(thrown, file);
  }
  if (silent > 0) output.note(`${silent} lines hold no text that can be asked, and were passed over`);
  return texts;
}
