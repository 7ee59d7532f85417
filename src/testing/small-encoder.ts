/** An encoder for tests: no download, a few kilobytes, and the same bytes from the same arguments. */
import { float32 } from '../core/onnx.js';
import { seededRandom } from '../core/random.js';
import { writeModelFolder } from './model-folder.js';

export interface SmallEncoder {
  /** Words that are tokens. Any other word is read letter by letter. */
  readonly words?: readonly string[] | undefined;
  /** Dimension of a vector; 32 by default. */
  readonly dimension?: number | undefined;
  readonly seed?: number | undefined;
}

const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];

/**
 * Writes the folder of a model that gives each token a random direction; adapter.yaml names the folder as
 * `encoder.model`. Texts with the same letters are near each other, and the counts of n-grams in its recipe distinguish
 * their words. Letter case is ignored.
 * @returns the folder
 */
export async function writeSmallEncoder(
  folder: string,
  { words = [], dimension = 32, seed = 7 }: SmallEncoder = {},
): Promise<string> {
  const own = words.map((word) => word.toLowerCase());
  const vocabulary = [...new Set([...special, ...letters, ...letters.map((letter) => `##${letter}`), ...own])];
  return writeModelFolder(folder, {
    ...{ vocabulary, dimension, maximumLength: 512, normalises: true },
    graph(graph) {
      graph.input('attention_mask', 'int64', ['batch', 'tokens']);
      const ids = graph.input('input_ids', 'int64', ['batch', 'tokens']);
      const table = vocabulary.flatMap((token) => directionOf(token.replace(/^##/, ''), dimension, seed));
      const rows = graph.node('Gather', [graph.constant(float32(table, [vocabulary.length, dimension])), ids]);
      graph.output(rows, 'last_hidden_state', 'float32', ['batch', 'tokens', dimension]);
    },
  });
}

function directionOf(token: string, dimension: number, seed: number): number[] {
  const random = seededRandom('token', token, seed);
  return Array.from({ length: dimension }, () => random.normal() / Math.sqrt(dimension));
}
