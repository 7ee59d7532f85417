/** Options that say in which form a file of texts is. */
import { type Command, Option } from 'commander';
import { type QuestionFormat, questionFormats } from '../serving/questions.js';

export interface TextOptions {
  readonly format: QuestionFormat;
  readonly textField: string;
}

export function addTextOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'of the file of texts: a text a line, or a JSON object a line')
        .choices(questionFormats)
        .default('lines'),
    )
    .option('--text-field <name>', 'jsonl: where the text is', 'text');
}
