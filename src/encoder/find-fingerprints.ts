/** The fingerprints of an encoder that is here already. */
import { checkDeclaration, type EncoderDeclaration } from './declaration.js';
import { type Fingerprints, fingerprintsOf } from './fingerprint.js';
import { findModelFolder, locateModel, type ModelLocations } from './model-folder.js';

/**
 * Undefined where the encoder would have to be converted or downloaded first. Nothing is written, and no model loaded.
 * @throws ENCODER_NOT_FOUND where its folder lacks a file, DECLARATION_INVALID
 */
export async function findFingerprints(
  declaration: EncoderDeclaration,
  where: ModelLocations,
): Promise<Fingerprints | undefined> {
  checkDeclaration(declaration);
  if ((await findModelFolder(declaration, where)) === undefined) return undefined;
  return fingerprintsOf(await locateModel(declaration, { ...where, allowHub: false }), declaration);
}
