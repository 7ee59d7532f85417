/** The identity of an encoder: equal fingerprints give equal vectors for equal texts. */
import { canonicalJson, sha256, sha256OfFile } from '../core/hash.js';
import type { EncoderDeclaration } from './declaration.js';
import type { ModelFiles } from './model-folder.js';

/**
 * SHA-256 over what the files hold and how they are used. Paths and the model's name are left out, so that a folder may be
 * moved or copied to another machine.
 */
export async function fingerprintOf(files: ModelFiles, { pooling, prompt, dtype, normalise }: EncoderDeclaration): Promise<string> {
  const externalData = await Promise.all(files.externalData.map(sha256OfFile));
  return sha256(
    canonicalJson({
      model: await sha256OfFile(files.model),
      externalData,
      tokenizer: await sha256OfFile(files.tokenizer),
      // It holds the padding side and the maximum length, which vectors depend on.
      tokenizerConfig: await sha256OfFile(files.tokenizerConfig),
      pooling,
      prompt,
      dtype,
      normalise,
    }),
  );
}
