import { EspalierError } from '../../core/errors.js';
import { appendAll } from '../../core/sequences.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { listAdapterNames, readDeclaration } from '../../declaration/workspace.js';
import { findChampionVersion } from '../../store/candidates.js';
import { readManifest } from '../../versions/manifest.js';
import type { Check, Found } from '../check.js';
import { commandLine } from '../command-line.js';
import type { UpkeepSite } from '../site.js';

/** Whether each adapter declares the encoder that its champion was trained on. */
export const encodersCheck: Check = {
  name: 'encoders',
  async run(site) {
    const found: Found[] = [];
    for (const adapter of await listAdapterNames(site.workspace))
      appendAll(found, await examine(site, await readDeclaration(site.workspace, adapter)));
    return found;
  },
};

async function examine(site: UpkeepSite, declaration: AdapterDeclaration): Promise<Found[]> {
  const { name: adapter, encoder } = declaration;
  const champion = await findChampionVersion(site.store.queries, adapter);
  if (champion === null) return [];
  // A champion without a manifest is what the check of versions tells.
  const manifest = await readManifest(site.versions, { adapter, version: champion }).catch(ifDamaged);
  const declared = await site.findFingerprints(declaration);
  if (manifest === undefined || declared === undefined || manifest.encoder.fingerprint === declared.whole) return [];
  return [
    {
      severity: 'warning',
      what: `adapter.yaml declares another encoder (${encoder.model}) than version ${champion} was trained on (${manifest.encoder.model})`,
      where: adapter,
      command: commandLine(['espalier', 'update', adapter], { reencode: true }),
    },
  ];
}

function ifDamaged(thrown: unknown): undefined {
  if (!(thrown instanceof EspalierError) || thrown.code !== 'ADAPTER_INVALID') throw thrown;
}
