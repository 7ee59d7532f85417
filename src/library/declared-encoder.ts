/** Opens the encoder that an adapter declares, with the pooling and the folders that it takes where nothing else is said. */
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { defaultCacheFolder, type Workspace } from '../declaration/workspace.js';
import { defaultPooling } from '../encoder/declaration.js';
import type { Encoder } from '../encoder/encoder.js';

/** @throws ENCODER_NOT_FOUND, ENCODER_HUB_UNREACHABLE, ENCODER_INVALID, CACHE_UNKNOWN */
export async function openDeclaredEncoder(
  { encoder }: AdapterDeclaration,
  workspace: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Encoder> {
  // The encoder's libraries are a third of all that is loaded, and most calls need no encoder.
  const { openEncoder } = await import('../encoder/encoder.js');
  const declaration = { ...encoder, pooling: encoder.pooling ?? defaultPooling(encoder.model) };
  return openEncoder(declaration, {
    // Only encoders that are kept there ask for it.
    get cacheFolder() {
      return defaultCacheFolder(environment);
    },
    baseFolder: workspace.root,
  });
}
