/** All input formats. A new one is one file in `formats/` and one place in this array. */
import { EspalierError } from '../core/errors.js';
import type { InputFormat } from './format.js';
import { argilla } from './formats/argilla.js';
import { csv } from './formats/csv.js';
import { json } from './formats/json.js';
import { jsonl } from './formats/jsonl.js';
import { labelStudio } from './formats/label-studio.js';
import { parquet } from './formats/parquet.js';
import { rasa } from './formats/rasa.js';

/** Of several that recognise an input the first reads it: an export of a tool stands before the format it is written in. */
export const inputFormats: readonly InputFormat[] = [parquet, labelStudio, argilla, rasa, json, jsonl, csv];

/** @throws USAGE where no format has the name */
export function formatNamed(name: string): InputFormat {
  const format = inputFormats.find((member) => member.name === name);
  if (format) return format;
  const choices = inputFormats.map((member) => member.name);
  throw new EspalierError(
    'USAGE',
    `\`format\` is ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not ${name}`,
    {
      parameters: ['format'],
      choices,
    },
  );
}
