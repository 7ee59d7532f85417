/**
 * Opens the encoder that an adapter declares, with the pooling and the folders that it takes where nothing else is
 * said.
 */
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { defaultCacheFolder, type Workspace } from '../declaration/workspace.js';
import { defaultPooling } from '../encoder/declaration.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Fingerprints } from '../encoder/fingerprint.js';
import type { ModelLocations } from '../encoder/model-folder.js';
import type { Tokeniser } from '../encoder/tokeniser.js';

/** @throws ENCODER_NOT_FOUND, ENCODER_HUB_UNREACHABLE, ENCODER_INVALID, CACHE_UNKNOWN */
export async function openDeclaredEncoder(
  { encoder }: AdapterDeclaration,
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Encoder> {
  // The encoder's libraries are a third of all that is loaded, and most calls need no encoder.
  const { openEncoder } = await import('../encoder/encoder.js');
  return openEncoder(encoderDeclared(encoder), modelLocationsIn(workspace, environment));
}

/** Undefined where the encoder would have to be converted or downloaded first. @throws ENCODER_INVALID */
export async function openDeclaredTokeniser(
  { encoder }: AdapterDeclaration,
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Tokeniser | undefined> {
  const { openTokeniser } = await import('../encoder/open-tokeniser.js');
  return openTokeniser(encoderDeclared(encoder), modelLocationsIn(workspace, environment));
}

/** Undefined where the encoder would have to be converted or downloaded first. @throws ENCODER_NOT_FOUND */
export async function findDeclaredFingerprints(
  { encoder }: AdapterDeclaration,
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Fingerprints | undefined> {
  const { findFingerprints } = await import('../encoder/find-fingerprints.js');
  return findFingerprints(encoderDeclared(encoder), modelLocationsIn(workspace, environment));
}

function encoderDeclared(encoder: AdapterDeclaration['encoder']) {
  return { ...encoder, pooling: encoder.pooling ?? defaultPooling(encoder.model) };
}

function modelLocationsIn({ root }: Workspace, environment: NodeJS.ProcessEnv): ModelLocations {
  return {
    // Only encoders that are kept there ask for it.
    get cacheFolder() {
      return defaultCacheFolder(environment);
    },
    baseFolder: root,
  };
}
