/** The vocabulary of Universal Sentence Encoder Lite, a SentencePiece unigram model, as a `tokenizer.json`. */
import { maximumTokens } from './use-lite-graph.js';

/** A piece and its log probability. Nine pieces hold a wrong number or null: see `scoreOf`. */
export type Vocabulary = readonly (readonly [piece: string, score: number | null])[];

/** U+2581 stands for a space; each text begins with one. */
const space = '\u2581';
/** <unk> and five control symbols that the original never matches in a text. */
const reservedPieces = 6;
const unlikely = -1000;

/** Format: https://huggingface.co/docs/tokenizers/api/models#tokenizers.models.Unigram */
export function useLiteTokenizer(vocabulary: Vocabulary) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    // Empty, so that "<s>" in a text is read as characters, as in the original.
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFKC' },
        { type: 'Prepend', prepend: space },
        { type: 'Replace', pattern: { String: ' ' }, content: space },
      ],
    },
    // The usual Metaspace would not put a second space before a text that begins with one.
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: space, prepend_scheme: 'always' },
    model: {
      type: 'Unigram',
      unk_id: 0,
      vocab: vocabulary.map(([piece, score], id) => [piece, id > 0 && id < reservedPieces ? unlikely : scoreOf(score)]),
      byte_fallback: false,
    },
  };
}

export function useLiteTokenizerConfig([unknown]: Vocabulary) {
  // There are no special tokens. Padding has id 0 and is masked.
  return {
    tokenizer_class: 'PreTrainedTokenizer',
    model_max_length: maximumTokens,
    padding_side: 'right',
    pad_token: unknown![0],
    unk_token: unknown![0],
  };
}

/**
 * All nine pieces that contain a colon were damaged when the vocabulary was written (":" became null, ":30" became 30).
 * In JavaScript adding null adds 0, so the published encoder scores null as 0, and agreement with it is tested.
 */
function scoreOf(score: number | null): number {
  return score ?? 0;
}
