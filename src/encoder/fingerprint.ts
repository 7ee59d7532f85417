/** The identity of an encoder: equal fingerprints give equal features for equal texts. */
import { canonicalJson, sha256, sha256OfFile } from '../core/hash.js';
import { poolingsOf } from '../declaration/recipe.js';
import type { EncoderDeclaration } from './declaration.js';
import type { ModelFiles } from './model-folder.js';

export interface Fingerprints {
  /** Fingerprint of the whole recipe: identifies the features that a head was trained on. */
  readonly whole: string;
  /**
   * Fingerprint of the dense part of the recipe: identifies the vectors in the cache. Equals `whole` in a recipe
   * without n-grams.
   */
  readonly dense: string;
}

/**
 * SHA-256 over the contents of the files and the way they are used. Paths and the model's name are left out, so that a
 * folder may be moved or copied to another machine.
 */
export async function fingerprintsOf(
  files: ModelFiles,
  { pooling, prompt, dtype, normalise }: EncoderDeclaration,
): Promise<Fingerprints> {
  const contents = {
    model: await sha256OfFile(files.model),
    externalData: await Promise.all(files.externalData.map(sha256OfFile)),
    tokenizer: await sha256OfFile(files.tokenizer),
    // tokenizer_config.json holds the padding side and the maximum length, which affect the vectors.
    tokenizerConfig: await sha256OfFile(files.tokenizerConfig),
  };
  const of = (parts: EncoderDeclaration['pooling']) =>
    sha256(canonicalJson({ ...contents, pooling: parts, prompt, dtype, normalise }));
  return { whole: of(pooling), dense: of(poolingsOf(pooling)) };
}
