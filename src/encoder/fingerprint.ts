/** The identity of an encoder: equal fingerprints give equal features for equal texts. */
import { canonicalJson, sha256, sha256OfFile } from '../core/hash.js';
import { poolingsOf } from '../declaration/recipe.js';
import type { EncoderDeclaration } from './declaration.js';
import type { ModelFiles } from './model-folder.js';

export interface Fingerprints {
  /** Of the whole recipe: what a head was trained on. */
  readonly whole: string;
  /** Of its dense part: what the cache keeps. The same as `whole` in a recipe without n-grams. */
  readonly dense: string;
}

/**
 * SHA-256 over what the files hold and how they are used. Paths and the model's name are left out, so that a folder may
 * be moved or copied to another machine.
 */
export async function fingerprintsOf(
  files: ModelFiles,
  { pooling, prompt, dtype, normalise }: EncoderDeclaration,
): Promise<Fingerprints> {
  const contents = {
    model: await sha256OfFile(files.model),
    externalData: await Promise.all(files.externalData.map(sha256OfFile)),
    tokenizer: await sha256OfFile(files.tokenizer),
    // It holds the padding side and the maximum length, which vectors depend on.
    tokenizerConfig: await sha256OfFile(files.tokenizerConfig),
  };
  const of = (parts: EncoderDeclaration['pooling']) =>
    sha256(canonicalJson({ ...contents, pooling: parts, prompt, dtype, normalise }));
  return { whole: of(pooling), dense: of(poolingsOf(pooling)) };
}
