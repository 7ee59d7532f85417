/**
 * Writes the folder of a model that maps tokens to rows of a table: small enough to be made in milliseconds, and a real
 * model nevertheless.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Graph, newGraph } from '../core/onnx.js';

export interface ModelFolder {
  /** Tokens in the order of their numbers; `[PAD]` and `[UNK]` must be among them. */
  readonly vocabulary: readonly string[];
  readonly dimension: number;
  /** Builds the model's graph, from `input_ids` and `attention_mask` to `last_hidden_state`. */
  readonly graph: (graph: Graph) => void;
  /** Path of the model in the folder; onnx/model.onnx by default. */
  readonly file?: string | undefined;
  readonly paddingSide?: 'left' | 'right' | undefined;
  /** Whether [CLS] is put before a text and [SEP] after it. */
  readonly specialTokens?: boolean | undefined;
  readonly maximumLength?: number | undefined;
  /** Whether letters are lower-cased, and punctuation is separated. */
  readonly normalises?: boolean | undefined;
}

/** @returns the folder */
export async function writeModelFolder(folder: string, model: ModelFolder): Promise<string> {
  const file = join(folder, model.file ?? 'onnx/model.onnx');
  await mkdir(dirname(file), { recursive: true });
  const graph = newGraph('small');
  model.graph(graph);
  await writeFile(file, graph.encode());
  await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', hidden_size: model.dimension }));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerOf(model)));
  const config = {
    tokenizer_class: 'PreTrainedTokenizer',
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    padding_side: model.paddingSide ?? 'right',
    model_max_length: model.maximumLength ?? 16,
  };
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  return folder;
}

function tokenizerOf({ vocabulary, specialTokens = false, normalises = false }: ModelFolder) {
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const ids = Object.fromEntries(vocabulary.map((word, id) => [word, { id: word, ids: [id], tokens: [word] }]));
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: normalises ? { type: 'Lowercase' } : null,
    pre_tokenizer: { type: normalises ? 'BertPreTokenizer' : 'WhitespaceSplit' },
    post_processor: specialTokens
      ? {
          type: 'TemplateProcessing',
          single: [special('[CLS]'), text, special('[SEP]')],
          pair: [],
          special_tokens: ids,
        }
      : null,
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
    },
  };
}
