/**
 * Model folders small enough to check by hand: seven words, three dimensions, `last_hidden_state` = a table's row for
 * each token. The row of the padding token is large, so that a pooling that reads padding is far off.
 */
import { float32, type Graph } from '#espalier/core/onnx.js';
import { writeModelFolder } from '#espalier/testing/model-folder.js';

export const dimension = 3;
export const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'red', 'green', 'blue'] as const;
export const table: Readonly<Record<string, readonly number[]>> = {
  '[PAD]': [1000, -1000, 1000],
  '[UNK]': [9, 9, 9],
  '[CLS]': [1, 0, 0],
  '[SEP]': [0, 1, 0],
  red: [3, 4, 0],
  green: [0, 5, 12],
  blue: [8, 0, 6],
};
/** Added to a token by its position, when the model takes `position_ids`. */
export const positionTable: readonly (readonly number[])[] = [
  [0, 0, 0.5],
  [0, 0.25, 0],
  [0.125, 0, 0],
  [0.5, 0.5, 0],
  [0, 0.5, 0.5],
];

export interface SmallModel {
  readonly paddingSide?: 'left' | 'right';
  /** Puts [CLS] before and [SEP] after a text. */
  readonly specialTokens?: boolean;
  readonly maximumLength?: number;
  readonly file?: string;
  readonly table?: Readonly<Record<string, readonly number[]>>;
  readonly graph?: (graph: Graph, rows: Readonly<Record<string, readonly number[]>>) => void;
}

export function writeSmallModel(
  folder: string,
  { table: rows = table, graph = tokenTable, ...model }: SmallModel = {},
): Promise<string> {
  return writeModelFolder(folder, { ...model, vocabulary: words, dimension, graph: (empty) => graph(empty, rows) });
}

/** input_ids -> last_hidden_state. */
export function tokenTable(graph: Graph, rows = table): void {
  graph.output(lookUp(graph, textInputs(graph), rows), 'last_hidden_state', 'float32', ['batch', 'tokens', dimension]);
}

/** As `tokenTable`, plus a row of `positionTable` for `position_ids`. */
export function positionedTable(graph: Graph, rows = table): void {
  const positions = graph.input('position_ids', 'int64', ['batch', 'tokens']);
  const added = graph.node('Gather', [
    graph.constant(float32(positionTable.flat(), [positionTable.length, dimension])),
    positions,
  ]);
  graph.output(graph.node('Add', [lookUp(graph, textInputs(graph), rows), added]), 'last_hidden_state', 'float32', [
    'batch',
    'tokens',
    dimension,
  ]);
}

export function textInputs(graph: Graph): string {
  graph.input('attention_mask', 'int64', ['batch', 'tokens']);
  return graph.input('input_ids', 'int64', ['batch', 'tokens']);
}

export function lookUp(graph: Graph, ids: string, rows = table): string {
  return graph.node('Gather', [
    graph.constant(
      float32(
        words.flatMap((word) => rows[word]!),
        [words.length, dimension],
      ),
    ),
    ids,
  ]);
}
