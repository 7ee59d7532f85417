/** The same rows in every input format. */
import type { FormatName } from '#espalier/reading/input-file.js';
import { parquetOf } from './parquet.js';

export interface SampleRow {
  readonly text: string;
  readonly label: string;
}

export interface FormatSample {
  /** A name under which the format is not recognised. */
  readonly otherName: string;
  content(rows: readonly SampleRow[]): string | Buffer;
  /** Damages the end of a content so that the whole file must be refused; undefined where only rows can be damaged. */
  readonly cut: ((content: string | Buffer) => string | Buffer) | undefined;
  /** Whether the first rows are read before the end of the file is. */
  readonly streams: boolean;
}

const halfOf = (content: string | Buffer) => content.slice(0, content.length - 4);

const labelStudioTask = ({ text, label }: SampleRow) => ({
  data: { text },
  predictions: [{ result: [{ type: 'choices', from_name: 'intent', value: { choices: ['guessed'] } }] }],
  annotations: [{ result: [{ type: 'choices', from_name: 'intent', value: { choices: [label] } }] }],
});

const argillaRecord = ({ text, label }: SampleRow) => ({
  text,
  'label.responses': [label],
  'label.responses.users': ['ada'],
  'label.responses.status': ['submitted'],
  'label.suggestion': 'guessed',
});

const linesOf = (objects: readonly object[]) => objects.map((one) => `${JSON.stringify(one)}\n`).join('');

export const formatSamples: Readonly<Record<FormatName, FormatSample>> = {
  jsonl: { otherName: 'rows', content: linesOf, cut: undefined, streams: true },
  json: { otherName: 'rows.jsonl', content: (rows) => JSON.stringify(rows, null, 1), cut: halfOf, streams: true },
  csv: {
    otherName: 'rows.txt',
    content: (rows) => `text,label\n${rows.map(({ text, label }) => `"${text}",${label}\n`).join('')}`,
    cut: (content) => `${content}"never closed,x\n${'a,x\n'.repeat(400_000)}`,
    streams: true,
  },
  'label-studio': {
    otherName: 'rows.csv',
    content: (rows) => JSON.stringify(rows.map(labelStudioTask)),
    cut: halfOf,
    streams: false,
  },
  argilla: {
    otherName: 'rows.txt',
    content: (rows) => linesOf(rows.map(argillaRecord)),
    cut: undefined,
    streams: false,
  },
  rasa: {
    otherName: 'rows.txt',
    content: (rows) => {
      const items = rows.map(({ text, label }) => `- intent: ${label}\n  examples: |\n    - ${text}\n`);
      return `version: "3.1"\nnlu:\n${items.join('')}`;
    },
    cut: (content) => `${content}- intent: "never closed\n`,
    streams: false,
  },
  parquet: {
    otherName: 'rows.csv',
    content: (rows) =>
      parquetOf({
        columns: [
          { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' },
          { name: 'label', data: rows.map(({ label }) => label), type: 'STRING' },
        ],
      }),
    cut: (content) => content.slice(0, -400),
    streams: true,
  },
};
