/** The tokeniser of an encoder without its model, for what can be told of a text before it is encoded. */
import type { EncoderDeclaration } from './declaration.js';
import { loadTokenizer } from './load-tokenizer.js';
import { findModelFolder, type ModelLocations } from './model-folder.js';
import { newTokeniser } from './tokenise.js';
import type { Tokeniser } from './tokeniser.js';

/** Undefined where the encoder would have to be converted or downloaded first. @throws ENCODER_INVALID */
export async function openTokeniser(
  declaration: EncoderDeclaration,
  where: ModelLocations,
): Promise<Tokeniser | undefined> {
  const folder = await findModelFolder(declaration, where);
  if (folder === undefined) return undefined;
  const { tokenizer, positions } = await loadTokenizer(folder);
  return newTokeniser(tokenizer, declaration.prompt, positions);
}
