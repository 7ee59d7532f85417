/** Opens the tokeniser of an encoder without its model, to inspect texts before they are encoded. */
import type { EncoderDeclaration } from './declaration.js';
import { loadTokenizer } from './load-tokenizer.js';
import { findModelFolder, type ModelLocations } from './model-folder.js';
import { newTokeniser } from './tokenise.js';
import type { Tokeniser } from './tokeniser.js';

/** Undefined when the encoder would have to be converted or downloaded first. @throws ENCODER_INVALID */
export async function openTokeniser(
  declaration: EncoderDeclaration,
  where: ModelLocations,
): Promise<Tokeniser | undefined> {
  const folder = await findModelFolder(declaration, where);
  if (folder === undefined) return undefined;
  const { tokenizer, positions } = await loadTokenizer(folder);
  return newTokeniser(tokenizer, declaration.prompt, positions);
}
